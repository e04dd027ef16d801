"""`python -m gui` is `ondol`."""

import sys

from gui.cli import main

sys.exit(main(sys.argv[1:]))

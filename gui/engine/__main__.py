"""`python -m gui.engine`: the built-in engine as a process."""

from __future__ import annotations

import sys

from gui.engine import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

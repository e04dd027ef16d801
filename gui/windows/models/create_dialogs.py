"""Dialogs in which a file is chosen; none of them waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.language import tr

Chosen = Callable[[tuple[Path, ...]], None]


def choose_modelfile(parent: QWidget, then: Callable[[Path], None]) -> QFileDialog:
    """A Modelfile to open."""
    names = [f"{tr('Modelfiles')} (Modelfile* *.Modelfile *.modelfile)", f"{tr('All files')} (*)"]
    return _open(parent, tr("Open a Modelfile"), names, lambda paths: then(paths[0]))


def choose_models(parent: QWidget, then: Chosen, *, several: bool = True) -> QFileDialog:
    """GGUF files: all parts of a model and what belongs to it can be chosen at once."""
    names = [f"{tr('GGUF files')} (*.gguf)", f"{tr('All files')} (*)"]
    dialog = _open(parent, tr("Choose a GGUF file"), names, then)
    if several:
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    return dialog


def choose_folder(parent: QWidget, then: Callable[[Path], None]) -> QFileDialog:
    """A folder with the files of a model."""
    dialog = _open(parent, tr("Choose a model's folder"), [], lambda paths: then(paths[0]))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return dialog


def choose_place(
    parent: QWidget, name: str, then: Callable[[Path], None], cancelled: Callable[[], None]
) -> QFileDialog:
    """Where a Modelfile is saved; Qt asks before a file is replaced."""
    dialog = QFileDialog(parent, tr("Save the Modelfile"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([f"{tr('Modelfiles')} (*.Modelfile)", f"{tr('All files')} (*)"])
    dialog.selectFile(f"{name}.Modelfile" if name else "Modelfile")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda path: then(Path(path)))
    dialog.rejected.connect(cancelled)
    dialog.open()
    return dialog


def _open(parent: QWidget, title: str, names: Sequence[str], then: Chosen) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    if names:
        dialog.setNameFilters(list(names))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(lambda paths: then(tuple(map(Path, paths))))
    dialog.open()
    return dialog

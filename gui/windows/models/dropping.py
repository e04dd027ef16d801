"""Files of models dropped on a window: GGUF files, their folders, Modelfiles."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

_DRAGS = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop)
_ENDS = (".gguf", ".modelfile", ".safetensors")


def model_paths(data: QMimeData) -> tuple[Path, ...]:
    """What was dragged, if all of it are files of models, their folders, or a Modelfile."""
    urls = data.urls()
    paths = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    return paths if len(paths) == len(urls) and all(map(_is_of_a_model, paths)) else ()


def _is_of_a_model(path: Path) -> bool:
    name = path.name.lower()
    return name.endswith(_ENDS) or name.startswith("modelfile") or path.is_dir()


class ModelDrops(QObject):
    """Takes such files out of the hands of the widgets it watches; all else stays theirs."""

    dropped = Signal(object)  # tuple[Path, ...]

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__(widgets[0])
        for widget in widgets:
            widget.setAcceptDrops(True)
            widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _DRAGS or not isinstance(event, QDropEvent):
            return super().eventFilter(watched, event)
        paths = model_paths(event.mimeData())
        if not paths:
            return super().eventFilter(watched, event)
        event.acceptProposedAction()
        if event.type() is QEvent.Type.Drop:
            self.dropped.emit(paths)
        return True

"""Files dropped on a window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

_DRAGS = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop)


def local_paths(data: QMimeData) -> tuple[Path, ...]:
    """The files that are dragged; () if any of it is something else."""
    urls = data.urls()
    paths = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    return paths if len(paths) == len(urls) else ()


class FileDrops(QObject):
    """Takes files out of the hands of the widgets it watches; all else stays theirs.

    `wanted` says which of what is dragged are such files: all of them, or ().
    """

    dropped = Signal(object)  # tuple[Path, ...]

    def __init__(self, wanted: Callable[[QMimeData], tuple[Path, ...]], *widgets: QWidget) -> None:
        super().__init__(widgets[0])
        self._wanted = wanted
        for widget in widgets:
            widget.setAcceptDrops(True)
            widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _DRAGS or not isinstance(event, QDropEvent):
            return super().eventFilter(watched, event)
        paths = self._wanted(event.mimeData())
        if not paths:
            return super().eventFilter(watched, event)
        event.acceptProposedAction()
        if event.type() is QEvent.Type.Drop:
            self.dropped.emit(paths)
        return True

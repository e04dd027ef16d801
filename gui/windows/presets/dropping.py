"""Files of presets dropped on the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gui.widgets.presets.preset_rows import MIME

_DRAGS = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop)


def preset_files(data: QMimeData) -> tuple[Path, ...]:
    """What was dragged, if all of it are files of presets from elsewhere."""
    if data.hasFormat(MIME):
        return ()
    urls = data.urls()
    paths = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    are_presets = all(path.suffix.lower() == ".toml" for path in paths)
    return paths if len(paths) == len(urls) and are_presets else ()


class PresetDrops(QObject):
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
        paths = preset_files(event.mimeData())
        if not paths:
            return super().eventFilter(watched, event)
        event.acceptProposedAction()
        if event.type() is QEvent.Type.Drop:
            self.dropped.emit(paths)
        return True

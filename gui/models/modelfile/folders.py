"""The files of a model that lies in a folder, chosen as Ollama chooses them.

Source of the patterns and their order: Ollama (parser/parser.go). Links are followed, but
must stay in the folder.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from gui.language import tr
from gui.models.modelfile.errors import SourceError

_HEAD = 512
# Bytes that no text has (Ollama asks Go's http.DetectContentType).
_BINARY = bytes([*range(0x09), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)])
_MOST_FILES = 10_000

Kind = Callable[[bytes], bool]


def _is_zip(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04")


def _is_binary(head: bytes) -> bool:
    return not _is_zip(head) and any(byte in _BINARY for byte in head)


def _is_text(head: bytes) -> bool:
    return not any(byte in _BINARY for byte in head)


def _is_any(_head: bytes) -> bool:
    return True


_WEIGHTS: tuple[tuple[tuple[str, ...], Kind], ...] = (
    (("model*.safetensors", "*/model*.safetensors"), _is_any),
    (("consolidated*.safetensors",), _is_any),
    (("pytorch_model*.bin",), _is_zip),
    (("consolidated*.pth",), _is_zip),
    (("*.gguf",), _is_binary),
    (("*.bin",), _is_binary),
)
"""The first whose first pattern matches is taken, and its other patterns with it."""


def is_model_file(path: Path) -> bool:
    """Whether `path` is a file a server can make a model of; raises OSError.

    Servers look at the name, or for GGUF at the first bytes. Both are asked here, so that
    no other file of this machine is read and sent because a Modelfile names it (MOD-03).
    """
    if not stat.S_ISREG(path.stat().st_mode):
        return False
    head = _head(path)
    if head.startswith(b"GGUF"):
        return True
    # A safetensors file begins with the length of its header, which is JSON.
    return path.suffix.lower() == ".safetensors" and head[8:9] == b"{"


def files_of(folder: Path, line: int) -> tuple[Path, ...]:
    """The files of the model in `folder`, their links resolved, each once.

    Raises SourceError if there is none, or a link leaves the folder, and OSError.
    """
    weights = _weights(folder)
    if not weights:
        raise SourceError(
            line,
            tr("There is no model in the folder {folder}.", folder=folder),
            tr("Name a folder with GGUF or safetensors files."),
        )
    texts = [*_glob(folder, "*.json"), *_glob(folder, "*/*.json")]
    texts += _glob(folder, "chat_template.jinja")
    for path in texts:
        if not _is_text(_head(path)):
            raise SourceError(line, tr("{file} is not a text.", file=path))
    words = _glob(folder, "tokenizer.model") or _glob(folder, "*/tokenizer.model")
    found = [_inside(folder, path, line) for path in (*weights, *texts, *words)]
    if len(found) > _MOST_FILES:
        raise SourceError(
            line, tr("There are too many files in the folder {folder}.", folder=folder)
        )
    return tuple(dict.fromkeys(found))


def _weights(folder: Path) -> list[Path]:
    for patterns, is_kind in _WEIGHTS:
        matches = _glob(folder, patterns[0])
        if matches and all(is_kind(_head(path)) for path in matches):
            return [path for pattern in patterns for path in _glob(folder, pattern)]
    return []


def _glob(folder: Path, pattern: str) -> list[Path]:
    """Regular files only: nothing else can be read to its end."""
    return sorted(_regular(folder.glob(pattern)))


def _regular(paths: Iterable[Path]) -> Iterable[Path]:
    return (path for path in paths if path.is_file())


def _inside(folder: Path, path: Path, line: int) -> Path:
    """`path` without links; raises SourceError if it is not in `folder` then."""
    real = path.resolve(strict=True)
    if not real.is_relative_to(folder.resolve(strict=True)):
        todo = tr("Put the file itself into the folder, or name the folder it is in.")
        if ".cache" in real.parts:
            todo = tr("Download the model with --local-dir, so that its files are no links.")
        raise SourceError(
            line, tr("{file} is a link that leads out of the folder.", file=path.name), todo
        )
    return real


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)

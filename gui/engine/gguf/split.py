"""Models in several files, as llama.cpp's `gguf-split` writes them.

Only the first part has the keys of the model; each has the tensors of its own data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gui.engine.gguf.header import DamagedModel, GgufHeader

PREFIX = "split."
"""With this begin the keys that say which part a file is."""

_FILE_NAME = re.compile(r"(.+)-\d{5}-of-\d{5}\.gguf")


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of several. `number` counts from 1, as file names do; `split.no` from 0."""

    number: int
    count: int


def shard_of(header: GgufHeader) -> Shard | None:
    """Which part the file is; None for a whole model. Raises DamagedModel for no such part."""
    count = header.metadata.get("split.count", 0)
    number = header.metadata.get("split.no", 0)
    if not isinstance(count, int) or not isinstance(number, int):
        raise DamagedModel("it does not say which part of the model it is")
    if count <= 1:
        return None
    if not 0 <= number < count:
        raise DamagedModel(f"it claims to be part {number + 1} of {count}")
    return Shard(number + 1, count)


def ordered(headers: Mapping[Path, GgufHeader]) -> list[Path]:
    """The parts of one model from first to last, or its only file.

    Raises DamagedModel naming the part that is missing, there twice or of another model.
    """
    shards = {path: shard_of(header) for path, header in headers.items()}
    parts = {path: shard for path, shard in shards.items() if shard is not None}
    if len(headers) == 1 and not parts:
        return list(headers)
    counts = {shard.count for shard in parts.values()}
    if len(parts) != len(headers) or len(counts) != 1:
        raise DamagedModel("the files are not parts of one model")
    (count,) = counts
    found: dict[int, Path] = {}
    for path, shard in parts.items():
        if shard.number in found:
            raise DamagedModel(f"part {shard.number} of {count} is there twice")
        found[shard.number] = path
    for number in range(1, count + 1):
        if number not in found:
            raise DamagedModel(f"part {number} of {count} is missing{_name(parts, number, count)}")
    return [found[number] for number in range(1, count + 1)]


def _name(paths: Iterable[Path], number: int, count: int) -> str:
    """The file name of a missing part in brackets, where the others' names tell it."""
    for path in paths:
        if match := _FILE_NAME.fullmatch(path.name):
            return f" ({match[1]}-{number:05}-of-{count:05}.gguf)"
    return ""

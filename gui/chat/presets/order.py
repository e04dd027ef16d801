"""The order of the person's own presets: ids in `order.json`, beside their folder's files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from gui.files import write_whole

NAME = "order.json"
_LARGEST = 1_000_000


def read(folder: Path) -> tuple[str, ...]:
    """The ids in their order; () if none was made, or it cannot be read."""
    try:
        path = folder / NAME
        if path.stat().st_size > _LARGEST:
            return ()
        listed = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return ()
    if not isinstance(listed, list):
        return ()
    return tuple(each for each in listed if isinstance(each, str))


def write(folder: Path, ids: Iterable[str]) -> None:
    """Keep the order; raises OSError."""
    text = json.dumps(list(dict.fromkeys(ids)), ensure_ascii=False, indent=1)
    write_whole(folder / NAME, text + "\n")


def position(ids: Sequence[str], identity: str) -> int:
    """Where an id stands; those that are not in the order come last."""
    return ids.index(identity) if identity in ids else len(ids)

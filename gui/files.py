"""Writing a file whole or not at all: the one way a text of ours reaches the disk."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str, mode: int = 0o600) -> None:
    """Put `text` (as UTF-8) where `path` is, synced, through a file beside it.

    `mode` is the file's permissions. Raises OSError, and UnicodeEncodeError for a lone
    surrogate; what was at `path` is then unchanged.
    """
    data = text.encode()
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(mode)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise

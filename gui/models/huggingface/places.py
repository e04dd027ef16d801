"""Where downloads are: `downloads/<user>/<name>/<file>`, and what is not finished beside it."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from gui.errors import NoRoom
from gui.records import HubFile, HubPart

_LONGEST_PART, _LONGEST = 200, 1000
_RESERVE = 64 * 2**20
"""Bytes that stay free in any case: conversations must still be written."""
_FORBIDDEN = re.compile(r'[<>:"|?*\\]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def is_safe_name(name: str) -> bool:
    """Whether a path of a repository stays in its folder, on every system (MOD-10)."""
    return len(name) <= _LONGEST and all(_is_safe_part(part) for part in name.split("/"))


def target_of(folder: Path, part: HubPart) -> Path:
    """Where a file will be below its repository's folder; raises ValueError for a bad name."""
    if not is_safe_name(part.name):
        raise ValueError("a file's name leads out of its folder")
    return folder.joinpath(*part.name.split("/"))


def partial_of(target: Path, part: HubPart) -> Path:
    """The unfinished file; its name has its content's, so another version never goes on in it."""
    return target.with_name(f"{target.name}.{(part.sha256 or part.blob_id)[:16]}.incomplete")


def size_of(path: Path) -> int:
    """Bytes of a file, 0 if it is not there."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def here(folder: Path, file: HubFile) -> int:
    """Bytes of a choice that are on the disk already, unproved."""
    return sum(_here(folder, part) for part in file.parts)


def free_at(path: Path) -> int:
    """Bytes free on the disk where a path is, or will be."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return shutil.disk_usage(path).free


def check_room(folder: Path, file: HubFile, spare: int) -> None:
    """Raise NoRoom unless what is missing, `spare` and a reserve fit on the disk."""
    needed = max(0, file.size - here(folder, file)) + spare
    free = free_at(folder)
    if needed and needed + _RESERVE > free:
        raise NoRoom(file.name, needed, free)


def make_folder(folder: Path) -> None:
    """Make it and those above, for their owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def forget(downloads: Path, folder: Path, files: Iterable[HubFile]) -> None:
    """Delete files, whole or not, and folders that are empty then."""
    for part in (part for file in files for part in file.parts):
        target = target_of(folder, part)
        for path in (target, partial_of(target, part)):
            path.unlink(missing_ok=True)
        for above in target.parents:
            if above == downloads:
                break
            with contextlib.suppress(OSError):
                above.rmdir()


def _here(folder: Path, part: HubPart) -> int:
    target = target_of(folder, part)
    return min(part.size, size_of(target) or size_of(partial_of(target, part)))


def _is_safe_part(part: str) -> bool:
    if not part or not part.isprintable() or part != part.strip():
        return False
    if part[0] in "~." or part[-1] == "." or len(part.encode()) > _LONGEST_PART:
        return False
    return not _FORBIDDEN.search(part) and not _DEVICES.fullmatch(part)

"""Disks that fail on purpose, as SQLite VFSs: no root, no mount, no waiting."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw

_numbers = itertools.count()


class Disk(apsw.VFS):
    """The real disk under a name of its own; used with `with`, to be unregistered after."""

    def __init__(self) -> None:
        self.name = f"disk-{next(_numbers)}"
        super().__init__(self.name, base="")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.unregister()


class FillingDisk(Disk):
    """Full from the n-th write on (`fill_at`), until `free`; or for that one write only."""

    def __init__(self) -> None:
        super().__init__()
        self.writes_left: int | None = None
        self.once = False

    def fill_at(self, n: int, *, once: bool = False) -> None:
        self.writes_left, self.once = n - 1, once

    def free(self) -> None:
        self.writes_left = None

    def write(self) -> None:
        if self.writes_left is None:
            return
        if self.writes_left == 0:
            if self.once:
                self.free()
            raise apsw.FullError("no space")
        self.writes_left -= 1

    def xOpen(self, name: object, flags: list[int]) -> FillingFile:
        return FillingFile(self, name, flags)


class FillingFile(apsw.VFSFile):
    def __init__(self, disk: FillingDisk, name: object, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.write()
        super().xWrite(data, offset)


class SmallDisk(Disk):
    """A disk of `capacity` bytes for all files of one folder, the reserve among them."""

    def __init__(self, folder: Path, capacity: int) -> None:
        super().__init__()
        self.folder = folder
        self.capacity = capacity

    def used(self) -> int:
        return sum(file.stat().st_size for file in self.folder.iterdir() if "shm" not in file.name)

    def fill(self) -> None:
        """Not one byte more from here on."""
        self.capacity = self.used()

    def grow(self, size: int) -> None:
        if self.used() + size > self.capacity:
            raise apsw.FullError("no space")

    def xOpen(self, name: object, flags: list[int]) -> SmallFile:
        return SmallFile(self, name, flags)


class SmallFile(apsw.VFSFile):
    def __init__(self, disk: SmallDisk, name: object, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.grow(max(0, offset + len(data) - self.xFileSize()))
        super().xWrite(data, offset)


@dataclass(frozen=True)
class Write:
    """Bytes at an offset; None cuts the file there."""

    offset: int
    data: bytes | None

    def apply(self, content: bytearray) -> None:
        if self.data is None:
            del content[self.offset :]
            return
        content.extend(bytes(max(0, self.offset - len(content))))
        content[self.offset : self.offset + len(self.data)] = self.data

    def torn(self, chance: random.Random) -> Write:
        """Only some of its first sectors of 512 bytes."""
        if self.data is None:
            return self
        kept = 512 * chance.randrange(len(self.data) // 512 + 1)
        return Write(self.offset, self.data[:kept])


@dataclass
class Platter:
    """One file as a power cut would leave it: what was synced, and what may be lost."""

    synced: bytearray = field(default_factory=bytearray)
    unsynced: list[Write] = field(default_factory=list)

    def sync(self) -> None:
        for write in self.unsynced:
            write.apply(self.synced)
        self.unsynced.clear()

    def after_cut(self, chance: random.Random | None) -> bytes:
        """Without `chance` every unsynced write is lost; with it some are, one of them torn."""
        content = bytearray(self.synced)
        if chance is not None:
            survivors = [write for write in self.unsynced if chance.random() < 0.5]
            for write in survivors[:-1]:
                write.apply(content)
            for write in survivors[-1:]:
                write.torn(chance).apply(content)
        return bytes(content)


class RecordingDisk(Disk):
    """Remembers every write and sync, to show the disk as a power cut would at each point."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[tuple[str, str, object]] = []

    def acknowledge(self, fact: object) -> None:
        """From here on `fact` was promised."""
        self.log.append(("acknowledge", "", fact))

    def xOpen(self, name: object, flags: list[int]) -> RecordingFile:
        return RecordingFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.log.append(("delete", Path(filename).name, None))
        super().xDelete(filename, syncdir)

    def power_cuts(
        self, chance: random.Random | None
    ) -> Iterator[tuple[dict[str, bytes], list[object]]]:
        """After each step: the files a power cut would leave, and the facts promised so far."""
        platters: dict[str, Platter] = {}
        promised: list[object] = []
        for kind, name, value in self.log:
            match kind, value:
                case "acknowledge", fact:
                    promised.append(fact)
                case "delete", _:
                    platters.pop(name, None)
                case "sync", _:
                    platters[name].sync()
                case "write", Write() as write:
                    platters.setdefault(name, Platter()).unsynced.append(write)
            files = {name: platter.after_cut(chance) for name, platter in platters.items()}
            yield files, list(promised)


class RecordingFile(apsw.VFSFile):
    def __init__(self, disk: RecordingDisk, name: object, flags: list[int]) -> None:
        super().__init__("", name, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self._name = Path(path).name
        self._log = disk.log

    def xWrite(self, data: bytes, offset: int) -> None:
        self._log.append(("write", self._name, Write(offset, bytes(data))))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self._log.append(("write", self._name, Write(newsize, None)))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        self._log.append(("sync", self._name, None))
        super().xSync(flags)

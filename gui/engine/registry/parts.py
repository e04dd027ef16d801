"""A blob on disk while it comes in, cut into parts, so that a crash costs little.

The bytes are in `<blob>-partial`, sparse and of full size; what is whole of part N is in
`<blob>-partial-N` as Ollama writes it, so that either goes on where the other stopped. Only
bytes that were synced to the disk are noted there.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gui.engine.store.blobs import BlobStore
from gui.engine.store.layout import Layout

SMALLEST_PART = 16 * 2**20
_LARGEST_PART = 256 * 2**20
_USUAL_PARTS = 64
_MOST_PARTS = 100_000
_NOTE_BYTES = 160
_MOST_PIECES = 512


@dataclass(slots=True)
class Part:
    """Bytes `offset` to `offset + size` of a blob; `written` of them are in the file."""

    number: int
    offset: int
    size: int
    written: int = 0
    noted: int = 0
    """How many of `written` were on the disk when they were last noted."""
    etag: str = ""
    """What the registry called the bytes that came, in this run."""

    @property
    def is_whole(self) -> bool:
        """Whether every byte is there."""
        return self.written == self.size


def plan(size: int) -> list[Part]:
    """A blob of `size` bytes cut into parts of equal size, the last one shorter."""
    step = min(max(-(-size // _USUAL_PARTS), SMALLEST_PART), _LARGEST_PART)
    offsets = range(0, size, step)
    return [Part(n, offset, min(step, size - offset)) for n, offset in enumerate(offsets)]


def bytes_at_hand(layout: Layout, digest: str, size: int) -> int:
    """How much of a blob a former download left that can be used; blocks on the disk."""
    return sum(part.noted for part in _left_over(layout, digest, size))


def is_whole(blobs: BlobStore, digest: str, size: int) -> bool:
    """Whether a blob is there and has that many bytes; blocks on the disk."""
    try:
        return blobs.size(digest) == size
    except FileNotFoundError:
        return False


class PartialBlob:
    """The file of a blob while it comes in. Every method but `frontier` blocks on the disk."""

    def __init__(self, blobs: BlobStore, digest: str, size: int) -> None:
        self.size = size
        self.parts: list[Part] = []
        self.generation = 0
        """Counts how often bytes that were there already were given up."""
        self._blobs = blobs
        self._digest = digest
        self._path = blobs.layout.partial(digest)
        self._descriptor = -1
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        """Where the bytes are."""
        return self._path

    @property
    def written(self) -> int:
        """Bytes in the file, in whatever order they came."""
        return sum(part.written for part in self.parts)

    @property
    def frontier(self) -> int:
        """Bytes from the beginning that have no gap between them."""
        end = 0
        for part in self.parts:
            end += part.written
            if not part.is_whole:
                break
        return end

    def open(self) -> None:
        """Go on with what is there, or begin; raises OSError."""
        layout = self._blobs.layout
        layout.blobs.mkdir(parents=True, exist_ok=True)
        if self._digest not in self._blobs.own():
            self._blobs.note_own(self._digest)
        self.parts = _left_over(layout, self._digest, self.size)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        if not self.parts:
            self._blobs.discard_partial(self._digest)
        self._descriptor = os.open(self._path, flags, 0o644)
        os.truncate(self._descriptor, self.size)
        if not self.parts:
            self.replace_plan(plan(self.size))

    def replace_plan(self, parts: list[Part]) -> None:
        """Begin anew with other parts; raises OSError."""
        for part in self.parts:
            self._blobs.layout.part(self._digest, part.number).unlink(missing_ok=True)
        self.generation += 1
        self.parts = parts
        for part in parts:
            self._note(part, 0)

    def write(self, part: Part, pieces: Iterable[bytes]) -> None:
        """Append to a part; raises OSError. Nothing is written past the part's end."""
        left = [memoryview(piece) for piece in pieces]
        room = part.size - part.written
        while left and room:
            left[0] = left[0][:room]
            count = self._write_at(part.offset + part.written, left, room)
            part.written += count
            room -= count
            left = _rest(left, count)

    def _write_at(self, offset: int, pieces: list[memoryview], room: int) -> int:
        """Write some of the pieces; how many bytes it was, at most `room`."""
        if sum(map(len, pieces)) <= room and hasattr(os, "pwritev"):
            return os.pwritev(self._descriptor, pieces[:_MOST_PIECES], offset)
        with self._lock:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            return os.write(self._descriptor, pieces[0])

    def restart(self, part: Part) -> None:
        """Give up what came of a part; raises OSError."""
        self.generation += 1
        part.written, part.etag = 0, ""
        self._note(part, 0)

    def save(self) -> None:
        """Sync the file, then note how much of each part is safe now; raises OSError."""
        moment, reached = self.generation, [(part, part.written) for part in self.parts]
        os.fsync(self._descriptor)
        for part, written in reached:
            if written != part.noted and moment == self.generation:
                self._note(part, written)

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def install(self) -> None:
        """Give the blob, whose digest is known to be right, its name; raises OSError."""
        self.close()
        self._path.chmod(0o644)
        if not is_whole(self._blobs, self._digest, self.size):
            self._blobs.remove(self._digest)  # one of another size
        self._blobs.install(self._path, self._digest)
        sync_folder(self._blobs.layout.blobs)
        self._blobs.discard_partial(self._digest)

    def discard(self) -> None:
        """Delete everything that came."""
        self.close()
        self._blobs.discard_partial(self._digest)

    def _note(self, part: Part, written: int) -> None:
        """One write of one length at one place: a kill in between cannot tear it."""
        value = {"N": part.number, "Offset": part.offset, "Size": part.size, "Completed": written}
        text = json.dumps(value, separators=(",", ":")).ljust(_NOTE_BYTES)
        path = self._blobs.layout.part(self._digest, part.number)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, text.encode("ascii"))
        finally:
            os.close(descriptor)
        part.noted = written


def _rest(pieces: list[memoryview], count: int) -> list[memoryview]:
    """The pieces without their first `count` bytes."""
    for at, piece in enumerate(pieces):
        if count < len(piece):
            return [piece[count:], *pieces[at + 1 :]]
        count -= len(piece)
    return []


def sync_folder(folder: Path) -> None:
    """Make the names in a folder safe against a power cut, where systems can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _left_over(layout: Layout, digest: str, size: int) -> list[Part]:
    """The parts that a former download noted; [] unless together they are the whole blob."""
    partial = layout.partial(digest)
    prefix = f"{partial.name}-"
    numbers = sorted(
        int(path.name.removeprefix(prefix))
        for path in partial.parent.glob(f"{prefix}*")
        if path.name.removeprefix(prefix).isdecimal()
    )
    try:
        length = partial.stat().st_size
        parts = [_read_note(layout.part(digest, n), n) for n in numbers[:_MOST_PARTS]]
    except (OSError, ValueError, RecursionError):
        return []
    end = 0
    for part in parts:
        if part.offset != end or (part.written and part.offset + part.written > length):
            return []
        end += part.size
    return parts if end == size else []


def _read_note(path: Path, number: int) -> Part:
    """Raises OSError, ValueError."""
    with path.open("rb") as file:
        value = json.loads(file.read(4096))
    fields = value if isinstance(value, dict) else {}
    offset, size, done = (fields.get(key) for key in ("Offset", "Size", "Completed"))
    if type(offset) is not int or type(size) is not int or type(done) is not int:
        raise ValueError("not a part of a download")
    if fields.get("N") != number or not 0 <= done <= size or not size:
        raise ValueError("not a possible part")
    return Part(number, offset, size, done, done)

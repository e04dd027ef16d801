"""Blobs: files named by the SHA-256 of what is in them, checked before they get the name."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gui.engine.store.layout import InvalidDigest, Layout, parse_digest

_CHUNK = 2**20
_REMOVED = "-"


class DigestMismatch(ValueError):
    """The bytes are not those that the digest promised."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f'digest mismatch, expected "{expected}", got "{got}"')
        self.expected = expected
        self.got = got


class BlobWriter:
    """A blob coming in. `write` and `commit` block on the disk."""

    def __init__(self, blobs: BlobStore, path: Path, descriptor: int) -> None:
        self._blobs = blobs
        self._path = path
        self._file = os.fdopen(descriptor, "wb")
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Append `data`; raises OSError."""
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def commit(self, expected: str = "") -> str:
        """Give the blob its name and return its digest; raises DigestMismatch, OSError."""
        digest = f"sha256:{self._hash.hexdigest()}"
        if expected and parse_digest(expected) != digest:
            raise DigestMismatch(expected, digest)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._path.chmod(0o644)
        self._blobs.install(self._path, digest)
        return digest

    def discard(self) -> None:
        """Forget what came in, if it was not committed."""
        self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink()


class BlobStore:
    """The blobs below a models folder. Every method may block on the disk."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._written = layout.own / "written"

    def path(self, digest: str) -> Path:
        """The file of a blob, there or not; raises InvalidDigest."""
        return self.layout.blob(digest)

    def has(self, digest: str) -> bool:
        """Whether the blob is there, whole; raises InvalidDigest."""
        return self.layout.blob(digest).is_file()

    def claim(self, digest: str) -> bool:
        """As `has`; a blob of Ondol's that somebody counts on counts as young again.

        Not one that is an adopted file too: what lies elsewhere is not touched.
        """
        if not self.has(digest):
            return False
        path = self.layout.blob(digest)
        with contextlib.suppress(OSError):
            if path.stat().st_nlink == 1 and parse_digest(digest) in self.own():
                os.utime(path)
        return True

    def size(self, digest: str) -> int:
        """Bytes of a blob; raises InvalidDigest, FileNotFoundError."""
        return self.layout.blob(digest).stat().st_size

    @contextlib.contextmanager
    def receive(self) -> Iterator[BlobWriter]:
        """A writer for a new blob; without a commit nothing of it stays."""
        self.layout.own.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self.layout.own, prefix="incoming-")
        writer = BlobWriter(self, Path(name), descriptor)
        try:
            yield writer
        finally:
            writer.discard()

    def add(self, data: bytes) -> str:
        """Keep `data` and return its digest; what is there already is not written again."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if not self.has(digest):
            with self.receive() as writer:
                writer.write(data)
                writer.commit(digest)
        return digest

    def adopt(self, file: Path, digest: str) -> None:
        """Have the file of a loose model as a blob too: the same bytes, or a copy elsewhere.

        Raises DigestMismatch, OSError.
        """
        if self.has(digest):
            return
        self.layout.own.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.layout.own, prefix="incoming-") as folder:
            beside = Path(folder) / "blob"
            try:
                beside.hardlink_to(file)
            except OSError:
                self._copy(file, digest)
            else:
                self.install(beside, digest)

    def _copy(self, file: Path, digest: str) -> None:
        with self.receive() as writer, file.open("rb") as source:
            while piece := source.read(_CHUNK):
                writer.write(piece)
            writer.commit(digest)

    def install(self, file: Path, digest: str) -> None:
        """Move a file, whose digest is known to be right, to where it belongs.

        A blob that is there already stays, and stays whose it was.
        """
        self.layout.blobs.mkdir(parents=True, exist_ok=True)
        if self.has(digest):
            file.unlink()
            return
        self.note_own(digest)
        file.replace(self.layout.blob(digest))

    def note_own(self, digest: str) -> None:
        """Remember that the blob, or the partial download of it, is Ondol's doing."""
        self._note(parse_digest(digest))

    def _note(self, line: str) -> None:
        self.layout.own.mkdir(parents=True, exist_ok=True)
        with self._written.open("a", encoding="ascii") as file:
            file.write(f"{line}\n")

    def own(self) -> frozenset[str]:
        """The digests of everything that Ondol put into this folder and did not remove again."""
        try:
            lines = self._written.read_text("ascii", "replace").splitlines()
        except OSError:
            return frozenset()
        known: set[str] = set()
        for line in lines:
            if _is_digest(line):
                known.add(line)
            else:
                known.discard(line.removeprefix(_REMOVED))
        return frozenset(known)

    def remove(self, digest: str) -> None:
        """Delete a blob, if it is there; should it come again, it is whoever's brings it."""
        self.layout.blob(digest).unlink(missing_ok=True)
        if parse_digest(digest) in self.own():
            self._note(f"{_REMOVED}{parse_digest(digest)}")

    def discard_partial(self, digest: str) -> None:
        """Delete what a pull left of a blob."""
        partial = self.layout.partial(digest)
        partial.unlink(missing_ok=True)
        for part in partial.parent.glob(f"{partial.name}-*"):
            part.unlink(missing_ok=True)

    def digests(self) -> Iterator[str]:
        """The digests of the whole blobs that are there."""
        for file in self.layout.blobs.glob("sha256-*"):
            if _is_digest(file.name):
                yield parse_digest(file.name)


def _is_digest(text: str) -> bool:
    try:
        parse_digest(text)
    except InvalidDigest:
        return False
    return True

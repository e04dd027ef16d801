"""One file brought from a hub: continued, written, proved by its checksum. Blocks.

Since its version 2 the library's own download keeps nothing of one that was broken off
(file_download.py, `_download_to_tmp_and_move`); so the bytes are asked for here, with Range,
over the library's session.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from gui.errors import DownloadDamaged, HubGarbled, HubUnreachable
from gui.models.huggingface import library
from gui.models.huggingface.address import Visit
from gui.models.huggingface.course import Course
from gui.models.huggingface.faults import refusal, translated, writing
from gui.models.huggingface.places import make_folder, partial_of, size_of, target_of
from gui.records import HubFile, HubPart, HubPhase

if TYPE_CHECKING:
    import httpx2

_PIECE = 2**18
_READ = 2**20
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)", re.ASCII)


class Digest(Protocol):
    """What hashlib gives."""

    def update(self, data: bytes, /) -> None:
        """Count more bytes."""

    def hexdigest(self) -> str:
        """In hex."""


def bring_all(
    visit: Visit, repo: str, revision: str, file: HubFile, folder: Path, course: Course
) -> tuple[Path, ...]:
    """Have every part of a choice in the repository's folder; where they are, in order.

    Raises HubError, and Stopped.
    """
    paths = []
    with library.visiting(visit):
        for part in file.parts:
            with translated(visit, repo, part.name):
                url = library.file_url(visit, repo, revision, part.name)
                paths.append(_bring(visit, repo, part, url, target_of(folder, part), course))
    return tuple(paths)


def _bring(visit: Visit, repo: str, part: HubPart, url: str, target: Path, course: Course) -> Path:
    with writing(part.name, target.parent, part.size):
        make_folder(target.parent)
    course.file = part.name
    before = course.completed
    if size_of(target) == part.size and _is_right(target, part, course):
        return target
    course.completed = before
    partial = partial_of(target, part)
    with _opened(partial, part) as file:
        digest = _count_in(file, part, course)
        if file.tell() < part.size:
            course.phase = HubPhase.DOWNLOADING
            digest = _fetch(
                visit, repo, part, url, _Sink(file, target.parent, part, digest, course)
            )
        with course.changing(), writing(part.name, target.parent, 0):
            os.fsync(file.fileno())
    with course.changing(), writing(part.name, target.parent, 0):
        if digest.hexdigest() != (part.sha256 or part.blob_id):
            partial.unlink(missing_ok=True)
            raise DownloadDamaged(part.name)
        partial.replace(target)
    return target


class _Sink:
    """The unfinished file with its digest."""

    def __init__(
        self, file: IO[bytes], folder: Path, part: HubPart, digest: Digest, course: Course
    ) -> None:
        self.digest = digest
        self._file = file
        self._folder = folder
        self._part = part
        self._course = course
        self.have = file.tell()

    def begin_again(self) -> None:
        """The server gives the whole file only."""
        with self._course.changing(), writing(self._part.name, self._folder, self._part.size):
            self._file.seek(0)
            self._file.truncate()
        self._course.completed -= self.have
        self.have = 0
        self.digest = _new_digest(self._part)

    def write(self, piece: bytes) -> None:
        """Keep more of it; raises NoRoom, DownloadUnwritable, Stopped."""
        missing = self._part.size - self.have
        with self._course.changing(), writing(self._part.name, self._folder, missing):
            self._file.write(piece)
        self.digest.update(piece)
        self.have += len(piece)
        self._course.completed += len(piece)
        self._course.moved += len(piece)


def _fetch(visit: Visit, repo: str, part: HubPart, url: str, sink: _Sink) -> Digest:
    """Ask for what is missing, and write it."""
    headers = {"Accept-Encoding": "identity"}
    if sink.have:
        headers["Range"] = f"bytes={sink.have}-"
    with library.request(url, headers=headers) as answer:
        if not answer.is_success:
            raise refusal(answer, visit, repo, part.name)
        host = answer.url.host
        if _start(answer, part, sink.have) != sink.have:
            sink.begin_again()
        for piece in answer.iter_raw(_PIECE):
            if sink.have + len(piece) > part.size:
                raise HubGarbled(host, "more bytes than the file has")
            sink.write(piece)
    if sink.have < part.size:
        raise HubUnreachable(host, "the answer ended early")
    return sink.digest


def _start(answer: httpx2.Response, part: HubPart, have: int) -> int:
    """At which byte of the file the answer begins: where it was asked for, or at 0."""
    host = answer.url.host
    if answer.headers.get("Content-Encoding", "identity") not in ("", "identity"):
        raise HubGarbled(host, "compressed")
    for earlier in (*answer.history, answer):
        told = earlier.headers.get("X-Linked-Etag", "").removeprefix("W/").strip('"')
        if part.sha256 and told and told.lower() != part.sha256:
            raise HubGarbled(host, "another file than was listed")
    if answer.status_code == 206:
        match = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
        if not match or int(match[1]) != have or match[3] not in ("*", str(part.size)):
            raise HubGarbled(host, "another range than was asked for")
        return have
    length = answer.headers.get("Content-Length", "")
    if length and length != str(part.size):
        raise HubGarbled(host, "another size than was listed")
    return 0


@contextmanager
def _opened(partial: Path, part: HubPart) -> Iterator[IO[bytes]]:
    """The unfinished file, made if need be; one that is too long begins anew."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    with writing(part.name, partial.parent, part.size):
        descriptor = os.open(partial, flags, 0o600)
        if os.fstat(descriptor).st_size > part.size:
            os.ftruncate(descriptor, 0)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        yield file


def _count_in(file: IO[bytes], part: HubPart, course: Course) -> Digest:
    """Read what is here of a file into its digest, and stand at its end."""
    digest = _new_digest(part)
    course.phase = HubPhase.CHECKING
    while piece := file.read(_READ):
        course.check()
        digest.update(piece)
        course.completed += len(piece)
    return digest


def _is_right(target: Path, part: HubPart, course: Course) -> bool:
    with writing(part.name, target.parent, part.size), target.open("rb", buffering=0) as file:
        digest = _count_in(file, part, course)
    return digest.hexdigest() == (part.sha256 or part.blob_id)


def _new_digest(part: HubPart) -> Digest:
    """Of the content (SHA-256), or git's own of a small file: SHA-1 with a header before it."""
    if part.sha256:
        return hashlib.sha256()
    return hashlib.sha1(f"blob {part.size}\0".encode(), usedforsecurity=False)

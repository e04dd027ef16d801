"""A choice of Hugging Face that becomes a model of a server: downloaded, then created there."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gui.language import tr
from gui.models.create import create
from gui.models.hashing import Hashes
from gui.models.huggingface.hub import Hub
from gui.models.huggingface.places import is_safe_name
from gui.models.huggingface.reading import is_repo
from gui.models.progress import Progress
from gui.records import (
    HubFile,
    HubFileKind,
    HubPart,
    HubPhase,
    HubProgress,
    ServerKind,
    TransferKind,
)

if TYPE_CHECKING:
    from gui.models.client import ModelClient


@dataclass(frozen=True, slots=True)
class _DownloadedFile:
    key: str
    path: Path
    field: str


@dataclass(frozen=True, slots=True)
class _DownloadedPlan:
    body: Mapping[str, Any]
    files: tuple[_DownloadedFile, ...]


@dataclass(slots=True)
class DownloadJob:
    """Files of one repository at one revision, and the name that the model will have.

    A model may come with its projector: two choices. The server makes template and parameters
    of what the files say. When the model is there the downloads are deleted: it has its own.
    """

    name: str
    hub: Hub
    repo: str
    revision: str
    choices: tuple[HubFile, ...]
    hashes: Hashes
    _done: int = field(default=0, init=False)
    kind = TransferKind.DOWNLOAD

    @property
    def so_far(self) -> tuple[int, int]:
        """Bytes on the disk by what this run knows, and in all."""
        return min(self._done, self._total), self._total

    async def run(self, client: ModelClient) -> AsyncGenerator[Progress, None]:
        """One try; raises HubError and what creating raises."""
        paths: list[tuple[HubFile, tuple[str, ...]]] = []
        before = moved = 0
        for choice in self.choices:
            # A server on this machine has its own copy before the download can go.
            spare = 0 if client.endpoint.kind is ServerKind.REMOTE else choice.size
            steps = self.hub.download(self.repo, self.revision, choice, spare=spare)
            step = None
            async with aclosing(steps):
                async for step in steps:
                    self._done = before + step.completed
                    yield Progress(
                        _status(step), self._done, self._total, moved + step.moved, step.phase
                    )
                    if step.phase is HubPhase.DONE:
                        paths.append((choice, step.paths))
            before += choice.size
            moved += step.moved if step else 0
        async with aclosing(create(client, self.name, _plan(paths), self.hashes)) as making:
            async for making_step in making:
                yield making_step
        await self.hub.forget(self.repo, self.choices)

    async def discard(self, client: ModelClient) -> bool:  # noqa: ARG002
        """Delete what was downloaded."""
        await self.hub.forget(self.repo, self.choices)
        self._done = 0
        return True

    def as_json(self) -> dict[str, Any]:
        """What `download_from_json` needs; a token is never part of it."""
        choices = [asdict(choice) for choice in self.choices]
        return {"repo": self.repo, "revision": self.revision, "choices": choices}

    def look(self) -> None:
        """See how much is here; looks at the disk for a moment."""
        self._done = sum(self.hub.here(self.repo, choice) for choice in self.choices)

    @property
    def _total(self) -> int:
        return sum(choice.size for choice in self.choices)


def download_from_json(
    name: str, value: Mapping[str, Any], hub: Hub, hashes: Hashes
) -> DownloadJob:
    """The job that was written down, with what is on the disk of it.

    Raises ValueError, TypeError, KeyError.
    """
    repo, revision = value["repo"], value["revision"]
    if not isinstance(repo, str) or not isinstance(revision, str):
        raise TypeError("a download names no repository")
    choices = tuple(_choice(item) for item in value["choices"])
    if not choices or not is_repo(repo) or not is_safe_name(repo):
        raise ValueError("a download of nothing")
    job = DownloadJob(name, hub, repo, revision, choices, hashes)
    job.look()
    return job


def _choice(item: Mapping[str, Any]) -> HubFile:
    parts = tuple(_part(**part) for part in item["parts"])
    if not parts:
        raise ValueError("a file without parts")
    quantization = str(item["quantization"])
    kind = HubFileKind(item["kind"])
    return HubFile(parts[0].name, sum(p.size for p in parts), quantization, kind, parts)


def _part(name: str, size: int, sha256: str, blob_id: str) -> HubPart:
    if type(size) is not int or size <= 0 or not is_safe_name(name):
        raise ValueError("a part without a name or a size")
    if len(bytes.fromhex(sha256)) != 32 and len(bytes.fromhex(blob_id)) != 20:
        raise ValueError("a part without a checksum")
    return HubPart(name, size, sha256, blob_id)


def _plan(downloaded: list[tuple[HubFile, tuple[str, ...]]]) -> _DownloadedPlan:
    files = []
    for choice, paths in downloaded:
        where = "adapters" if choice.kind is HubFileKind.ADAPTER else "files"
        files += [_DownloadedFile(Path(path).name, Path(path), where) for path in paths]
    return _DownloadedPlan({}, tuple(files))


def _status(step: HubProgress) -> str:
    file = step.file.rpartition("/")[2]
    if step.phase is HubPhase.CHECKING:
        return tr("Checking what is here of {file}", file=file)
    return tr("Downloading {file}", file=file)

"""What a transfer does, and how it is written down so that it can go on another day."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gui.models.create import CreatePlan, create
from gui.models.hashing import Hashes
from gui.models.huggingface.hub import Hub
from gui.models.huggingface.job import DownloadJob, download_from_json
from gui.models.progress import LayerSums, Progress
from gui.models.pull import pull, push
from gui.records import TransferKind

if TYPE_CHECKING:
    from gui.models.client import ModelClient


_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)


class Job(Protocol):
    """Something that takes a while and ends with a model where it is wanted."""

    @property
    def kind(self) -> TransferKind:
        """What is done."""

    @property
    def name(self) -> str:
        """The model it is done to."""

    @property
    def so_far(self) -> tuple[int, int]:
        """Bytes done and bytes in all, as known from an earlier try."""

    def run(self, client: ModelClient) -> AsyncGenerator[Progress, None]:
        """The steps of one try; raises OndolError. What earlier tries did is not done again."""

    async def discard(self, client: ModelClient) -> bool:
        """Delete what unfinished tries left; False if the server will only do so by itself."""

    def as_json(self) -> dict[str, Any]:
        """What `job_from_json` needs."""


@dataclass(slots=True)
class PullJob:
    """A model brought from a registry."""

    name: str
    insecure: bool = False
    sums: LayerSums = field(default_factory=LayerSums)
    kind = TransferKind.PULL

    @property
    def so_far(self) -> tuple[int, int]:
        """Bytes of the layers known."""
        return self.sums.completed, self.sums.total

    def run(self, client: ModelClient) -> AsyncGenerator[Progress, None]:
        """One try."""
        return pull(client, self.name, insecure=self.insecure, sums=self.sums)

    async def discard(self, client: ModelClient) -> bool:
        """Delete parts of layers; whole ones that no model uses go by themselves."""
        digests = [digest for digest in self.sums.layers if _DIGEST.fullmatch(digest)]
        self.sums = LayerSums()
        return await client.discard_partials(digests) if digests else True

    def as_json(self) -> dict[str, Any]:
        """Name, way, and the layers seen."""
        return {"insecure": self.insecure, "layers": self.sums.layers}


@dataclass(slots=True)
class PushJob:
    """A model given to a registry."""

    name: str
    insecure: bool = False
    sums: LayerSums = field(default_factory=LayerSums)
    kind = TransferKind.PUSH

    @property
    def so_far(self) -> tuple[int, int]:
        """Bytes of the layers known."""
        return self.sums.completed, self.sums.total

    def run(self, client: ModelClient) -> AsyncGenerator[Progress, None]:
        """One try."""
        return push(client, self.name, insecure=self.insecure, sums=self.sums)

    async def discard(self, client: ModelClient) -> bool:  # noqa: ARG002
        """Nothing is left here."""
        return True

    def as_json(self) -> dict[str, Any]:
        """Name and way."""
        return {"insecure": self.insecure}


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file of a plan, read from a saved one."""

    key: str
    path: Path
    field: str


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan of a model, read from a saved one."""

    body: Mapping[str, Any]
    files: tuple[SavedFile, ...]


@dataclass(slots=True)
class CreateJob:
    """A model made from a plan."""

    name: str
    plan: CreatePlan
    hashes: Hashes
    kind = TransferKind.CREATE
    so_far = (0, 0)

    def run(self, client: ModelClient) -> AsyncGenerator[Progress, None]:
        """One try."""
        return create(client, self.name, self.plan, self.hashes)

    async def discard(self, client: ModelClient) -> bool:  # noqa: ARG002
        """Servers keep no half uploads, and files that no model uses go by themselves."""
        return True

    def as_json(self) -> dict[str, Any]:
        """The plan."""
        files = [[file.key, str(file.path.absolute()), file.field] for file in self.plan.files]
        return {"body": dict(self.plan.body), "files": files}


def goes_on(old: Job, new: Job) -> bool:
    """Whether `new`, for the same model, is what `old` began: then that is resumed instead."""
    if old.kind is not new.kind or new.kind is TransferKind.CREATE:
        return False
    return new.kind is not TransferKind.DOWNLOAD or old.as_json() == new.as_json()


async def make_way(old: Job, new: Job) -> None:
    """Delete what only `old` downloaded: nobody would ever ask for it again."""
    if isinstance(old, DownloadJob) and isinstance(new, DownloadJob):
        is_same = (old.repo, old.revision) == (new.repo, new.revision)
        kept = new.choices if is_same else ()
        await old.hub.forget(old.repo, [each for each in old.choices if each not in kept])


def job_from_json(kind: TransferKind, name: str, value: Any, hashes: Hashes, hub: Hub) -> Job:
    """The job that `as_json` wrote down; looks at what is on the disk of it.

    Raises ValueError, TypeError, KeyError.
    """
    if not isinstance(value, dict):
        raise TypeError("a job is no object")
    match kind:
        case TransferKind.PULL:
            sums = LayerSums(_layers(value.get("layers")))
            return PullJob(name, value.get("insecure") is True, sums)
        case TransferKind.PUSH:
            return PushJob(name, value.get("insecure") is True)
        case TransferKind.CREATE:
            return CreateJob(name, _plan(value), hashes)
        case TransferKind.DOWNLOAD:
            return download_from_json(name, value, hub, hashes)


def _plan(value: Mapping[str, Any]) -> SavedPlan:
    body, files = value["body"], value["files"]
    if not isinstance(body, dict):
        raise TypeError("the body of a plan is no object")
    return SavedPlan(body, tuple(_file(*file) for file in files))


def _file(key: Any, path: Any, where: Any) -> SavedFile:
    if not all(isinstance(text, str) for text in (key, path, where)):
        raise TypeError("a file of a plan is not three texts")
    return SavedFile(key, Path(path), where)


def _layers(value: Any) -> dict[str, tuple[int, int]]:
    """Layers as they were seen; what is damaged is left out and seen again."""
    found: dict[str, tuple[int, int]] = {}
    for digest, pair in value.items() if isinstance(value, dict) else ():
        if isinstance(pair, list) and len(pair) == 2 and _are_counts(pair):
            found[digest] = min(pair), pair[1]
    return found


def _are_counts(values: Iterable[Any]) -> bool:
    return all(type(value) is int and 0 <= value < 2**62 for value in values)

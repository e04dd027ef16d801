"""A model pulled, as the progress lines of `/api/pull`.

The order of the lines is Ollama's (server/images.go). A model gets its name only when every
blob of it has been checked against its digest, by whichever download brought it (MOD-05).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import shutil
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gui.engine.registry import manifest as manifests
from gui.engine.registry.addresses import registry_of
from gui.engine.registry.client import Network
from gui.engine.registry.download import Download
from gui.engine.registry.faults import NoSpace, RegistryError, disk_fault
from gui.engine.registry.keys import Keys
from gui.engine.registry.parts import bytes_at_hand, is_whole
from gui.engine.registry.progress import line
from gui.engine.registry.session import Session
from gui.engine.registry.sharing import Downloads, Watch
from gui.engine.store.library import Library, MissingBlob
from gui.engine.store.manifests import DamagedManifest, Layer, Manifest
from gui.engine.store.names import ModelName

_ROUNDS = 3
"""How often blobs that vanished while the model was made are brought again."""
_DISK_THREADS = 4

Line = dict[str, Any]


class Registries:
    """The way from the models folder to the registries, for a whole process."""

    def __init__(self, library: Library, network: Network, keys: Keys) -> None:
        self.library = library
        self._network = network
        self._keys = keys
        self._downloads = Downloads()
        self._disk = ThreadPoolExecutor(_DISK_THREADS, thread_name_prefix="pull")

    def session(self, name: ModelName, *, insecure: bool) -> Session:
        """A conversation with the registry of a model; raises RegistryError."""
        return Session(self._network, registry_of(name, insecure=insecure), self._keys)

    async def pull(self, name: ModelName, *, insecure: bool) -> AsyncGenerator[Line]:
        """Bring a model here. Closing the generator ends it; what came stays for another time.

        `insecure` means plain http. Raises RegistryError.
        """
        yield {"status": "pulling manifest"}
        try:
            session = self.session(name, insecure=insecure)
            async with session.held():
                manifest = await _manifest(session, name)
                with self.library.pinned(manifest.blobs):
                    async with contextlib.aclosing(self._bring(session, name, manifest)) as lines:
                        async for each in lines:
                            yield each
        except OSError as problem:
            raise disk_fault(problem, "the model cannot be written") from problem
        yield {"status": "success"}

    async def _bring(
        self, session: Session, name: ModelName, manifest: Manifest
    ) -> AsyncGenerator[Line]:
        before = await asyncio.to_thread(_blobs_of, self.library, name)
        for attempt in range(1, _ROUNDS + 1):
            await asyncio.to_thread(_check_space, self.library, manifest)
            async with contextlib.aclosing(self._layers(session, name, manifest)) as lines:
                async for each in lines:
                    yield each
            yield {"status": "writing manifest"}
            try:
                await asyncio.to_thread(self.library.commit, name, manifest)
                break
            except MissingBlob as problem:
                if attempt == _ROUNDS:
                    raise RegistryError(f"{problem} went away while it was needed") from None
        if await asyncio.to_thread(_is_any_gone, self.library, before - manifest.blobs):
            yield {"status": "removing unused layers"}

    async def _layers(
        self, session: Session, name: ModelName, manifest: Manifest
    ) -> AsyncGenerator[Line]:
        """Bring every blob; the digests are checked while the next ones come."""
        library, path = self.library, manifests.repository(name)
        async with contextlib.AsyncExitStack() as watches:
            checks: list[Watch] = []
            for layer in _needed(manifest):
                if await asyncio.to_thread(_is_there, library, layer):
                    yield line("pulling", layer.digest, layer.size, layer.size)
                    continue
                begin = functools.partial(Download, session, path, layer, library.blobs, self._disk)
                key = (session.home, path, layer.digest, layer.size)
                watch = await watches.enter_async_context(self._downloads.watching(key, begin))
                checks.append(watch)
                async with contextlib.aclosing(watch.progress()) as progress:
                    async for completed in progress:
                        yield line("pulling", layer.digest, layer.size, completed)
            yield {"status": "verifying sha256 digest"}
            for watch in checks:
                await watch.installed()


async def _manifest(session: Session, name: ModelName) -> Manifest:
    try:
        return await manifests.fetch(session, name)
    except RegistryError as problem:
        raise RegistryError(f"pull model manifest: {problem}") from problem


def _needed(manifest: Manifest) -> list[Layer]:
    """The layers in their order, the config last; each blob once.

    Layers that share a digest must agree about its size. Raises RegistryError.
    """
    found: dict[str, Layer] = {}
    for layer in (*manifest.layers, manifest.config):
        known = found.setdefault(layer.digest, layer)
        if known.size != layer.size:
            raise RegistryError(f"the manifest gives two sizes for {layer.digest}")
    found.pop("", None)
    return list(found.values())


def _is_there(library: Library, layer: Layer) -> bool:
    """Whether the blob is there and as long as the manifest says; blocks."""
    blobs = library.blobs
    if not blobs.claim(layer.digest) or not is_whole(blobs, layer.digest, layer.size):
        return False
    blobs.discard_partial(layer.digest)  # what a kill just after the download left
    return True


def _check_space(library: Library, manifest: Manifest) -> None:
    """Raise NoSpace unless the disk has room for what is missing; blocks."""
    layout, blobs = library.layout, library.blobs
    missing = 0
    for layer in _needed(manifest):
        if not is_whole(blobs, layer.digest, layer.size):
            missing += layer.size - bytes_at_hand(layout, layer.digest, layer.size)
    folder = next(path for path in (layout.blobs, *layout.blobs.parents) if path.is_dir())
    free = shutil.disk_usage(folder).free
    if missing > free:
        raise NoSpace(
            f"no space left on device: the model needs {missing} bytes more, {free} are free"
        )


def _blobs_of(library: Library, name: ModelName) -> frozenset[str]:
    """The blobs of the model that has the name now; blocks."""
    stored = library.manifests.resolve(name)
    try:
        manifest = library.manifests.read(stored) if stored else None
    except DamagedManifest:
        return frozenset()
    return manifest.blobs if manifest else frozenset()


def _is_any_gone(library: Library, digests: frozenset[str]) -> bool:
    return any(not library.blobs.has(digest) for digest in digests)

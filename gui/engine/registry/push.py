"""A model pushed, as the progress lines of `/api/push`. Their order is Ollama's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from gui.engine.registry import manifest as manifests
from gui.engine.registry.download import ended
from gui.engine.registry.faults import RegistryError, disk_fault
from gui.engine.registry.progress import line, ticks
from gui.engine.registry.pull import Registries
from gui.engine.registry.session import Session
from gui.engine.registry.upload import Upload
from gui.engine.store.library import Library
from gui.engine.store.manifests import DamagedManifest, Layer, Manifest
from gui.engine.store.names import ModelName


async def push(
    registries: Registries, text: str, name: ModelName | None, *, insecure: bool
) -> AsyncGenerator[dict[str, Any]]:
    """Bring the model `name` (None if `text` is no name) to its registry.

    Closing the generator ends it. `insecure` means plain http. Raises RegistryError.
    """
    yield {"status": "retrieving manifest"}
    library = registries.library
    stored, manifest = await asyncio.to_thread(_stored, library, name)
    if stored is None or manifest is None or name is None:
        yield {"status": "couldn't retrieve manifest"}
        raise RegistryError(f"model '{text}' not found")
    session = registries.session(name, insecure=insecure)
    path = manifests.repository(name)
    try:
        async with session.held():
            with library.pinned(manifest.blobs):
                for layer in _sent_layers(manifest):
                    upload = Upload(session, path, layer, library.blobs.path(layer.digest))
                    async with contextlib.aclosing(_progress(upload)) as lines:
                        async for each in lines:
                            yield each
                yield {"status": "pushing manifest"}
                await _put(session, name, manifest)
    except OSError as problem:
        raise disk_fault(problem, "the model cannot be read") from problem
    yield {"status": "success"}


def _stored(library: Library, name: ModelName | None) -> tuple[ModelName | None, Manifest | None]:
    stored = library.manifests.resolve(name) if name else None
    try:
        return stored, library.manifests.read(stored) if stored else None
    except DamagedManifest:
        return stored, None


def _sent_layers(manifest: Manifest) -> list[Layer]:
    """Each blob once, the config last."""
    found = {layer.digest: layer for layer in (*manifest.layers, manifest.config) if layer.digest}
    return list(found.values())


async def _progress(upload: Upload) -> AsyncGenerator[dict[str, Any]]:
    layer, sending = upload.layer, asyncio.create_task(upload.run())
    try:
        async with contextlib.aclosing(ticks(lambda: upload.completed, sending)) as counts:
            async for completed in counts:
                if completed < layer.size:
                    yield line("pushing", layer.digest, layer.size, completed)
        sending.result()
        yield line("pushing", layer.digest, layer.size, layer.size)
    finally:
        await ended(sending)


async def _put(session: Session, name: ModelName, manifest: Manifest) -> None:
    try:
        await manifests.put(session, name, manifest)
    except RegistryError as problem:
        raise RegistryError(f"push model manifest: {problem}") from problem

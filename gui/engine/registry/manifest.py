"""A model's manifest at a registry: asked for, and put there."""

from __future__ import annotations

from collections.abc import AsyncIterator

from gui.engine.registry.faults import Busy, RegistryError
from gui.engine.registry.session import Session, read_limited, refusal
from gui.engine.store.manifests import LARGEST_MANIFEST, MANIFEST, DamagedManifest, Manifest, parse
from gui.engine.store.names import ModelName

_TRIES = 3
_TENSOR = ".image.tensor"


def repository(name: ModelName) -> str:
    """The path of everything that belongs to a model; a checked name needs no escapes."""
    return f"/v2/{name.namespace}/{name.model}"


async def fetch(session: Session, name: ModelName) -> Manifest:
    """The manifest of a model, byte for byte; raises RegistryError."""
    for attempt in range(1, _TRIES):
        try:
            return await _fetch_once(session, name)
        except Busy as problem:
            await session.patience.sleep(max(2.0**attempt, problem.after))
    return await _fetch_once(session, name)


async def _fetch_once(session: Session, name: ModelName) -> Manifest:
    url = session.url(f"{repository(name)}/manifests/{name.tag}")
    async with session.asked("GET", url, {"Accept": MANIFEST}) as answer:
        if answer.response.status_code != 200:
            raise await refusal(answer.response)
        raw = await read_limited(answer.response, LARGEST_MANIFEST)
    try:
        raw.decode()
        manifest = parse(raw)
    except UnicodeDecodeError:
        raise RegistryError("the manifest is not UTF-8") from None
    except DamagedManifest as problem:
        raise RegistryError(str(problem)) from None
    if not manifest.layers:
        raise RegistryError("the manifest has no layers")
    if any(layer.media_type.endswith(_TENSOR) for layer in manifest.layers):
        raise RegistryError("this model requires MLX support, but the MLX runtime is not available")
    return manifest


async def put(session: Session, name: ModelName, manifest: Manifest) -> None:
    """Make the model visible at the registry; raises RegistryError."""

    async def body() -> AsyncIterator[bytes]:
        yield manifest.raw

    url = session.url(f"{repository(name)}/manifests/{name.tag}")
    headers = {"Content-Type": MANIFEST, "Content-Length": str(len(manifest.raw))}
    async with session.asked("PUT", url, headers, body) as answer:
        if not answer.response.is_success:
            raise await refusal(answer.response)

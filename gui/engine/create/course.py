"""The course of a create: checks first, then one status line after the other.

Source of the lines and their order: Ollama 0.33, `/api/create`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import aclosing
from typing import Any

from gui.engine.create import bases, quantize, uploads
from gui.engine.create.bases import Base, Line
from gui.engine.create.faults import answered
from gui.engine.create.pieces import Piece, of_json, with_request
from gui.engine.create.request import CreateRequest
from gui.engine.create.threads import in_threads
from gui.engine.create.uploads import Upload
from gui.engine.gguf.fit import mismatch
from gui.engine.registry.faults import RegistryError
from gui.engine.store import manifests
from gui.engine.store.details import config_of
from gui.engine.store.library import Library, MissingBlob
from gui.engine.store.manifests import Manifest
from gui.engine.store.models import ModelStore
from gui.engine.store.names import ModelName
from gui.engine.templates.errors import TemplateError
from gui.engine.templates.rendering import Template
from gui.engine.wire import ApiError

Pull = Callable[[ModelName], AsyncGenerator[Line, None]]
"""Fetches a model, with its lines of progress."""

_PLATFORM = {"architecture": "amd64", "os": "linux"}
"""What Ollama writes into every config, whatever the machine."""
_TRIES = 5


async def created(store: ModelStore, request: CreateRequest, pull: Pull) -> AsyncGenerator[Line]:
    """Make a model; the lines of its progress. Raises ApiError, before the first line if it can.

    Closing this stops the work; without the last line there is no new model.
    """
    if request.base and await asyncio.to_thread(store.find, request.base) is None:
        await asyncio.to_thread(_check_texts, request)
        async with aclosing(_pulled(pull, request.base)) as lines:
            async for line in lines:
                yield line
    stopped = threading.Event()
    async with aclosing(in_threads(steps(store, request, stopped), stopped)) as lines:
        async for line in lines:
            yield line


async def _pulled(pull: Pull, name: ModelName) -> AsyncGenerator[Line]:
    try:
        async with aclosing(pull(name)) as lines:
            async for line in lines:
                yield line
    except RegistryError as problem:
        raise ApiError(500, str(problem)) from None


def steps(
    store: ModelStore, request: CreateRequest, stopped: threading.Event
) -> Generator[Line, None, None]:
    """The part of it that blocks."""
    library = store.library
    given = [*request.files.values(), *request.adapters.values()]
    with answered(), library.pinned(given):
        _check_texts(request)
        adapters = uploads.read_adapters(library.blobs, request.adapters)
        base, added = yield from _base(store, request, adapters, stopped)
        pieces = (*base.pieces, *bases.adapter_pieces(added))
        pieces = with_request(pieces, request, library.blobs)
        config = {**model_config(base), **request.config}
        yield from saved(library, request.name, pieces, config)


def model_config(base: Base) -> dict[str, Any]:
    """The config of a model that is nothing but its base."""
    return {**config_of(base.header, base.projectors), **_PLATFORM, **base.config}


def _check_texts(request: CreateRequest) -> None:
    """What can be refused without looking at a file."""
    uploads.check_count(request.adapters)
    quantize.read_type(request.quantize)
    if request.template:
        try:
            Template.parse(request.template)
        except TemplateError as problem:
            raise ApiError(400, f"template error: {problem}") from None


def _base(
    store: ModelStore,
    request: CreateRequest,
    adapters: Sequence[Upload],
    stopped: threading.Event,
) -> Generator[Line, None, tuple[Base, Sequence[Upload]]]:
    """What the model begins with, and the adapters that are new to it."""
    if request.base is not None:
        model = store.find(request.base)
        if model is None:
            raise ApiError(404, f"model '{request.base.shortest}' not found")
        base = bases.of_model(store, model)
        _check_fit(base, adapters, request)
        uploads.check_count([*adapters, *model.contents.adapters])
        yield from bases.parsing(len(adapters))
        return base, adapters
    files = uploads.read_base(store.library.blobs, request.files)
    every = (*files.adapters, *adapters)
    uploads.check_count(every)
    if len(files.models) == 1:
        _check_fit(Base((), files.models[0].header), [*files.projectors, *every], request)
    base = yield from bases.of_files(store.library.blobs, files, stopped)
    _check_fit(base, [*files.projectors, *every], request)
    yield from bases.parsing(len(adapters))
    return base, every


def _check_fit(base: Base, parts: Sequence[Upload], request: CreateRequest) -> None:
    """Raises ApiError unless the parts belong to the model and it has the wanted type."""
    quantize.check(quantize.read_type(request.quantize), base.header)
    for part in parts:
        if reason := mismatch(base.header, part.header):
            raise ApiError(400, f"{part.label} does not fit: {reason}")


def saved(
    library: Library, name: ModelName, pieces: Sequence[Piece], config: dict[str, Any]
) -> Generator[Line, None, None]:
    """Keep the layers and make the model visible; raises MissingBlob, OSError."""
    about = of_json(manifests.CONFIG, config)
    manifest = manifests.build(about.layer, tuple(piece.layer for piece in pieces))
    with library.pinned(manifest.blobs):
        for piece in pieces:
            status = piece.status(library.blobs)
            piece.keep(library.blobs)
            yield {"status": status}
        yield {"status": "writing manifest"}
        _commit(library, name, manifest, [*pieces, about])
    yield {"status": "success"}


def _commit(library: Library, name: ModelName, manifest: Manifest, pieces: Sequence[Piece]) -> None:
    """Commit; what another process deletes meanwhile is written again if it is at hand."""
    at_hand = {piece.layer.digest for piece in pieces if piece.is_at_hand}
    for left in reversed(range(_TRIES)):
        for piece in pieces:
            piece.keep(library.blobs)
        try:
            library.commit(name, manifest)
        except MissingBlob as problem:
            if problem.digest not in at_hand or not left:
                raise
        else:
            return

"""`/`, `/api/version`, `/api/tags`, `/api/ps` and `/api/show`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gui.engine.api.bodies import read_body
from gui.engine.gguf.reader import GgufHeader, read_header
from gui.engine.gguf.types import TENSOR_BLOCKS
from gui.engine.llama.runtime import LoadedModel, Runtime
from gui.engine.replies.requests import read_model
from gui.engine.store import names
from gui.engine.store.models import ModelStore
from gui.engine.store.stored import StoredModel
from gui.engine.wire import ApiError, JsonResponse, local_time

_FOREVER = "2318-11-23T00:00:00Z"
_HIDDEN_KEYS = ("general.name", "tokenizer.chat_template")


class ModelRoutes:
    """What the engine is, and what models it has."""

    def __init__(self, store: ModelStore, runtime: Runtime, version: str) -> None:
        self._store = store
        self._runtime = runtime
        self._version = version

    async def root(self, _http: Request) -> Response:
        """GET `/`: how clients recognise Ollama."""
        return PlainTextResponse("Ollama is running")

    async def version(self, _http: Request) -> Response:
        """GET `/api/version`."""
        return JsonResponse({"version": self._version})

    async def tags(self, _http: Request) -> Response:
        """GET `/api/tags`: every model, the newest first."""
        models = await asyncio.to_thread(self._store.models)
        return JsonResponse({"models": [_listed(model) for model in models]})

    async def ps(self, _http: Request) -> Response:
        """GET `/api/ps`: what is in memory."""
        return JsonResponse({"models": [_running(one) for one in self._runtime.loaded()]})

    async def show(self, http: Request) -> Response:
        """POST `/api/show`: everything about one model."""
        body = await read_body(http)
        text = read_model(body)
        if not text:
            raise ApiError(400, "model is required")
        try:
            name = names.parse(text)
        except names.InvalidName:
            raise ApiError(400, "invalid model name") from None
        model = await asyncio.to_thread(self._store.find, name)
        if model is None:
            raise ApiError(404, f"model '{name.shortest}' not found")
        if model.header is None:
            raise ApiError(500, model.problem)
        verbose = body.get("verbose") is True
        return JsonResponse(await asyncio.to_thread(_shown, model, model.header, verbose=verbose))


def _details(model: StoredModel) -> dict[str, Any]:
    header = model.header
    family = header.architecture if header else ""
    return {
        "parent_model": "",
        "format": "gguf",
        "family": family,
        "families": [family] if family else None,
        "parameter_size": _human(header.parameters) if header else "",
        "quantization_level": header.quantization if header else "unknown",
    }


def _human(number: int) -> str:
    """A count as Ollama writes it: 134.52M, 3.2B."""
    if number >= 10**9:
        return f"{number / 1e9:.1f}B".replace(".0B", "B")
    if number >= 10**6:
        return f"{number / 1e6:.2f}M".replace(".00M", "M")
    return f"{number / 1e3:.0f}K" if number >= 1000 else str(number)


def _listed(model: StoredModel) -> dict[str, Any]:
    details = _details(model)
    if model.header:
        lengths = {
            "context_length": model.train_ctx,
            "embedding_length": model.header.number("embedding_length"),
        }
        details |= {key: value for key, value in lengths.items() if value}
    entry = {
        "name": model.name.shortest,
        "model": model.name.shortest,
        "modified_at": local_time(model.modified_at),
        "size": model.size,
        "digest": model.digest,
        "details": details,
    }
    return {**entry, "capabilities": list(model.capabilities)} if model.capabilities else entry


def _running(loaded: LoadedModel) -> dict[str, Any]:
    model = loaded.model
    cache = model.header.cache_bytes(loaded.settings.num_ctx) if model.header else 0
    expires = _FOREVER if loaded.expires_at is None else local_time(loaded.expires_at)
    return {
        "name": model.name.shortest,
        "model": model.name.shortest,
        "size": model.size + cache,
        "digest": model.digest,
        "details": _details(model),
        "expires_at": expires,
        "size_vram": 0,
        "context_length": loaded.settings.num_ctx,
    }


def _shown(model: StoredModel, header: GgufHeader, *, verbose: bool) -> dict[str, Any]:
    if verbose:
        header = read_header(model.path, arrays=True)
    metadata = dict(header.metadata) | {"general.parameter_count": header.parameters}
    return {
        "license": model.license,
        "modelfile": _modelfile(model, header),
        "template": header.chat_template,
        "details": _details(model),
        "model_info": {k: v for k, v in metadata.items() if k not in _HIDDEN_KEYS},
        "tensors": [_tensor(item.name, item.type, item.shape) for item in header.tensors],
        "capabilities": list(model.capabilities),
        "modified_at": local_time(model.modified_at),
    }


def _tensor(name: str, kind: int, shape: tuple[int, ...]) -> Mapping[str, Any]:
    return {"name": name, "type": TENSOR_BLOCKS[kind][0], "shape": list(shape)}


def _modelfile(model: StoredModel, header: GgufHeader) -> str:
    """The Modelfile that would make this model; the file is named, its folder is not."""
    lines = ['# Modelfile generated by "ollama show"', f"FROM {model.path.name}"]
    if header.chat_template:
        lines.append(f'TEMPLATE """{header.chat_template}"""')
    if model.license:
        lines.append(f'LICENSE """{model.license}"""')
    return "\n".join(lines) + "\n"

"""One server's models: asked for through the guarded transport, read with tolerance."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import httpx

from gui.errors import NotOllama
from gui.models.addresses import endpoint_name
from gui.models.lines import storable_text
from gui.models.transport import (
    CONNECT_SECONDS,
    GuardedTransport,
    Locate,
    RefusingTransport,
    timeouts,
)
from gui.records import Endpoint, ModelInfo

if TYPE_CHECKING:
    import ollama

_ANSWER_SECONDS = 30.0
_MAX_NAME = 600
"""Longer than host, namespace, model and tag of a model's name can be together."""


class ModelClient:
    """The door to one server of Ollama's API; lives on one event loop.

    With `locate` it follows a server that restarts at another address (the built-in
    engine): whoever holds the client, or a ChatOllama made of it, needs no new one.

    The lists are read as raw JSON, since the ollama package drops the capabilities and
    refuses a whole list for one odd value. Raises ServerError, StreamError, EngineError.
    """

    def __init__(self, endpoint: Endpoint, locate: Locate | None = None) -> None:
        self.transport = GuardedTransport(endpoint, locate)
        self._http = httpx.AsyncClient(base_url=endpoint.url, **self._arguments())
        self._http.timeout = httpx.Timeout(_ANSWER_SECONDS, connect=CONNECT_SECONDS)

    @property
    def endpoint(self) -> Endpoint:
        """Where the server is now."""
        return self.transport.endpoint

    @property
    def chat_model_arguments(self) -> dict[str, Any]:
        """What `ChatOllama(model=..., **arguments)` needs to speak through this client alone."""
        shared = self._arguments()
        return {
            "base_url": self.endpoint.url,
            "client_kwargs": {name: shared[name] for name in shared if name != "transport"},
            "async_client_kwargs": {"transport": self.transport},
            "sync_client_kwargs": {"transport": RefusingTransport()},
        }

    def ollama_client(self) -> ollama.AsyncClient:
        """The ollama package's client over this client's transport; not to be closed."""
        from ollama import AsyncClient

        return AsyncClient(self.endpoint.url, **self._arguments())

    async def version(self) -> str:
        """The server's version; raises NotOllama when it is not said as Ollama says it."""
        version = (await self._json("GET", "/api/version")).get("version")
        if not isinstance(version, str):
            raise NotOllama(endpoint_name(self.endpoint), "no version")
        return storable_text(version[:100])

    async def list_models(self) -> tuple[ModelInfo, ...]:
        """The models the server has, in its order, each once."""
        return _models(await self._json("GET", "/api/tags"))

    async def loaded(self) -> tuple[str, ...]:
        """Names of the models in memory now."""
        return tuple(model.name for model in _models(await self._json("GET", "/api/ps")))

    async def show(self, name: str) -> ModelInfo:
        """The details of one model, its licence among them; raises ModelNotFound."""
        return _shown(name, await self._json("POST", "/api/show", {"model": name}))

    async def load(self, name: str, options: Mapping[str, Any]) -> None:
        """Have the model in memory, with the options a chat will use; raises ServerError."""
        body = {"model": name, "options": dict(options), "stream": False}
        await self._json("POST", "/api/generate", body)

    async def unload(self, name: str) -> None:
        """Free the memory the model takes."""
        await self.ollama_client().generate(model=name, keep_alive=0)

    async def aclose(self) -> None:
        """Close every connection; replies still streaming end."""
        await self._http.aclose()

    def _arguments(self) -> dict[str, Any]:
        """What every httpx client of ours is made with."""
        return {
            "transport": self.transport,
            "timeout": timeouts(),
            "trust_env": False,
            "follow_redirects": False,
        }

    async def _json(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        response = await self._http.request(method, path, json=body)
        try:
            answer = json.loads(response.content)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise NotOllama(endpoint_name(self.endpoint), f"no JSON object at {path}")
        return answer


def _models(answer: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
    entries = answer.get("models")
    found: dict[str, ModelInfo] = {}
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and (model := _model(entry)) and model.name not in found:
            found[model.name] = model
    return tuple(found.values())


def _model(entry: Mapping[str, Any]) -> ModelInfo | None:
    """A model of a list, None for an entry without a usable name."""
    name = _text(entry, "name") or _text(entry, "model")
    if not name or len(name) > _MAX_NAME:
        return None
    details = _object(entry, "details")
    return ModelInfo(
        name=name,
        digest=_text(entry, "digest"),
        size=_count(entry, "size"),
        modified_at=_text(entry, "modified_at"),
        family=_text(details, "family"),
        parameter_size=_text(details, "parameter_size"),
        quantization=_text(details, "quantization_level"),
        context_length=_count(details, "context_length"),
        capabilities=_texts(entry.get("capabilities")),
    )


def _shown(name: str, answer: Mapping[str, Any]) -> ModelInfo:
    details, metadata = _object(answer, "details"), _object(answer, "model_info")
    licenses = answer.get("license")
    return ModelInfo(
        name=name,
        modified_at=_text(answer, "modified_at"),
        family=_text(details, "family"),
        parameter_size=_text(details, "parameter_size"),
        quantization=_text(details, "quantization_level"),
        context_length=_count(
            metadata, f"{_text(metadata, 'general.architecture')}.context_length"
        ),
        capabilities=_texts(answer.get("capabilities")),
        license="\n".join(_texts([licenses] if isinstance(licenses, str) else licenses)),
    )


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return storable_text(value) if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    items: Iterable[Any] = value if isinstance(value, list) else ()
    return tuple(storable_text(item) for item in items if isinstance(item, str))


def _count(entry: Mapping[str, Any], key: str) -> int:
    """A size or a count; 0 for what cannot be one."""
    value = entry.get(key)
    return value if type(value) is int and 0 < value < 2**63 else 0


def _object(entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = entry.get(key)
    return value if isinstance(value, dict) else {}

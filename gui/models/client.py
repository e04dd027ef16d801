"""One server's models: asked for and changed through the guarded transport."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import httpx

from gui.errors import NotOllama
from gui.models import reading
from gui.models.addresses import endpoint_name
from gui.models.lines import storable_text
from gui.models.refusals import status_error
from gui.models.transport import (
    CONNECT_SECONDS,
    GuardedTransport,
    Locate,
    RefusingTransport,
    timeouts,
)
from gui.records import Endpoint, LoadedModel, ModelInfo, ServerKind

if TYPE_CHECKING:
    import ollama

_ANSWER_SECONDS = 30.0
_BLOB_THERE, _BLOB_MISSING = 200, 404


class ModelClient:
    """The door to one server of Ollama's API; lives on one event loop.

    With `locate` it follows a server that restarts at another address (the built-in
    engine): whoever holds the client, or a ChatOllama made of it, needs no new one.

    Raises ServerError, StreamError, EngineError.
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
        return reading.models(await self._json("GET", "/api/tags"))

    async def loaded(self) -> tuple[LoadedModel, ...]:
        """The models in memory now."""
        return reading.loaded(await self._json("GET", "/api/ps"))

    async def show(self, name: str) -> ModelInfo:
        """The details of one model, its licence among them; raises ModelNotFound."""
        return reading.shown(name, await self.show_answer(name))

    async def show_answer(self, name: str) -> dict[str, Any]:
        """All that the server says of one model, as it says it; raises ModelNotFound."""
        return await self._json("POST", "/api/show", {"model": name})

    async def load(self, name: str, options: Mapping[str, Any]) -> None:
        """Have the model in memory, with the options a chat will use; raises ServerError."""
        body = {"model": name, "options": dict(options), "stream": False}
        await self._json("POST", "/api/generate", body)

    async def unload(self, name: str) -> None:
        """Free the memory the model takes."""
        await self.ollama_client().generate(model=name, keep_alive=0)

    async def copy(self, source: str, destination: str) -> None:
        """Give a model a second name, over whatever had that name; raises ModelNotFound."""
        body = {"source": source, "destination": destination}
        await self._http.request("POST", "/api/copy", json=body)

    async def delete(self, name: str) -> None:
        """Take a model's name away, and what only it needs; raises ModelNotFound."""
        await self._http.request("DELETE", "/api/delete", json={"model": name})

    async def progress(
        self, path: str, body: Mapping[str, Any]
    ) -> AsyncGenerator[list[dict[str, Any]], None]:
        """The lines of `/api/pull`, `/api/push` or `/api/create`, as many as come at once.

        Closing this ends what the server does. A silence is not ended by itself.
        """
        request = self._http.stream("POST", path, json=body, timeout=timeouts())
        async with request as response:
            async for chunk in response.aiter_raw():  # whole lines: the transport cuts it so
                yield [json.loads(line) for line in chunk.splitlines()]

    async def has_blob(self, digest: str) -> bool:
        """Whether the server has a file with this digest ("sha256:...")."""
        response = await self._http.head(f"/api/blobs/{digest}")
        if response.status_code not in (_BLOB_THERE, _BLOB_MISSING):
            name = endpoint_name(self.endpoint)
            raise status_error(response.status_code, dict(response.headers), b"", name)
        return response.status_code == _BLOB_THERE

    async def upload_blob(self, digest: str, size: int, pieces: AsyncIterable[bytes]) -> None:
        """Give the server a file of `size` bytes, piece by piece; it checks the digest."""
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        path = f"/api/blobs/{digest}"
        await self._http.post(path, content=pieces, headers=headers, timeout=timeouts())

    async def discard_partials(self, digests: Iterable[str]) -> bool:
        """Delete what unfinished pulls left of these blobs; False if only the server can.

        Ollama has no request for it: it deletes them when it starts, once they are an hour
        old. The built-in engine does it at once.
        """
        if self.endpoint.kind is not ServerKind.BUILT_IN:
            return False
        await self._http.request("DELETE", "/api/partials", json={"digests": list(digests)})
        return True

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

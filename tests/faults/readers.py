"""One reply read the two ways the app's libraries offer, as far as it came."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, TypeVar

from faults.server import FaultServer, Script
from gui.errors import OndolError
from gui.models.client import ModelClient
from gui.records import Endpoint, ServerKind

T = TypeVar("T")


@dataclass
class Reply:
    """What arrived, and the error that ended it."""

    tokens: list[str] = field(default_factory=list)
    final: dict[str, Any] | None = None
    error: OndolError | None = None

    @property
    def text(self) -> str:
        return "".join(self.tokens)


async def read_ollama(client: ModelClient, reply: Reply) -> None:
    """Fill `reply` through `ollama.AsyncClient`."""
    stream = await client.ollama_client().chat(
        "m", [{"role": "user", "content": "hi"}], stream=True
    )
    async with aclosing(stream) as chunks:
        async for chunk in chunks:
            reply.tokens.append(chunk.message.content or "")
            if chunk.done:
                reply.final = chunk.model_dump()


async def read_langchain(client: ModelClient, reply: Reply) -> None:
    """Fill `reply` through `ChatOllama.astream`."""
    from langchain_ollama import ChatOllama

    llm = ChatOllama(model="m", reasoning=False, **client.chat_model_arguments)
    async with aclosing(llm.astream("hi")) as chunks:
        async for chunk in chunks:
            reply.tokens.append(str(chunk.content))
            if chunk.response_metadata.get("done"):
                reply.final = dict(chunk.response_metadata)


Reader = Callable[[ModelClient, Reply], Awaitable[None]]
READERS: dict[str, Reader] = {"ollama": read_ollama, "langchain": read_langchain}


async def read(client: ModelClient, reader: Reader) -> Reply:
    """One reply; an error of ours is kept in it, any other is raised."""
    reply = Reply()
    try:
        await reader(client, reply)
    except OndolError as error:
        reply.error = error
    return reply


def endpoint_of(server: FaultServer, *headers: tuple[str, str]) -> Endpoint:
    return Endpoint(ServerKind.OLLAMA, server.url, headers)


def ask(server: FaultServer, work: Callable[[ModelClient], Awaitable[T]]) -> T:
    """Await `work(client)` on a loop of its own, with a client of this server."""

    async def asked() -> T:
        client = ModelClient(endpoint_of(server))
        try:
            return await work(client)
        finally:
            await client.aclose()

    return asyncio.run(asked())


def reply_of(server: FaultServer, reader: Reader) -> Reply:
    """One reply of this server."""
    return ask(server, lambda client: read(client, reader))


def reply_to(script: Script, reader: Reader) -> Reply:
    """One reply of a server that answers a chat with `script`."""
    with FaultServer({"/api/chat": script}) as server:
        return reply_of(server, reader)

"""A server on a raw socket that answers /api/chat as a script says, fault or not."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
)


@dataclass
class Answer:
    """One request and the way to answer it."""

    request: dict[str, Any]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    path: str = "/api/chat"
    began: bool = False

    async def line(self, value: dict[str, Any]) -> None:
        if not self.began:
            self.writer.write(HEAD)
            self.began = True
        data = json.dumps(value).encode() + b"\n"
        self.writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        await self.writer.drain()

    async def token(self, text: str = "", thinking: str = "", **more: Any) -> None:
        message = {"role": "assistant", "content": text}
        if thinking:
            message["thinking"] = thinking
        await self.line({"model": "m", "created_at": "", "message": message, "done": False, **more})

    async def done(self, prompt_eval_count: int = 20, eval_count: int = 3) -> None:
        await self.line(
            {
                "model": "m",
                "created_at": "",
                "message": {"role": "assistant", "content": ""},
                "done": True,
                "done_reason": "stop",
                "total_duration": 9,
                "load_duration": 1,
                "prompt_eval_count": prompt_eval_count,
                "prompt_eval_duration": 3,
                "eval_count": eval_count,
                "eval_duration": 4,
            }
        )
        self.writer.write(b"0\r\n\r\n")

    async def json(self, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        self.writer.write(head.encode() + b"\r\n\r\n" + body)

    async def refuse(self, status: int, error: str) -> None:
        body = json.dumps({"error": error}).encode()
        head = (
            f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        )
        self.writer.write(head.encode() + b"\r\n\r\n" + body)

    def reset(self) -> None:
        """Close with RST, as a killed process does."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def gone(self) -> None:
        """Return when the client closed the connection."""
        with contextlib.suppress(ConnectionError):
            await self.reader.read()


Script = Callable[[Answer], Awaitable[None]]


@dataclass
class Scripted:
    """A running server; `requests` are the chat requests it got, `gone` how many were left."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0


def says(*tokens: str, prompt_eval_count: int = 20) -> Script:
    """A whole reply of these tokens."""

    async def script(answer: Answer) -> None:
        for token in tokens:
            await answer.token(token)
        await answer.done(prompt_eval_count, len(tokens))

    return script


def in_turn(scripts: Iterable[Script]) -> Script:
    """One script for each request, in order."""
    left = iter(scripts)

    async def script(answer: Answer) -> None:
        await next(left)(answer)

    return script


def with_models(names: Iterable[str], script: Script) -> Script:
    """The script, on a server that lists these models and shows any of them."""
    listed = {"models": [{"name": name, "model": name, "digest": "d" * 64} for name in names]}
    details = {
        "capabilities": ["completion"],
        "model_info": {"general.architecture": "x", "x.context_length": 2048},
    }

    async def answers(answer: Answer) -> None:
        if answer.path == "/api/tags":
            await answer.json(listed)
        elif answer.path == "/api/show":
            await answer.json(details)
        else:
            await script(answer)

    return answers


@asynccontextmanager
async def serving(script: Script) -> AsyncGenerator[Scripted]:
    """A server that answers every request as `script` does."""
    state = Scripted()
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        state.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
                body = json.loads(await reader.readexactly(length) or b"{}")
                answer = Answer(body, reader, writer, head.split()[1].decode())
                if answer.path == "/api/chat":
                    state.requests.append(body)
                await script(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            state.connections -= 1
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    state.url = "http://{}:{}".format(*server.sockets[0].getsockname())
    try:
        yield state
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()

"""From a request to a run of the chain: its body made plain, its turn awaited, its end seen to."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gui.serve import bodies, meter
from gui.serve.faults import FAILED, Refused, ending, error_event, is_error_event, public, refusal
from gui.serve.report import Entry
from gui.serve.turns import Turns

CHAIN = "/chain"
_SHARED = f"{CHAIN}/c/N4XyA/"
"""The chain in the addresses that the playground shares: with its configuration, packed (by
lz-string), which is always an empty object. Another one is not served (SRV-11)."""
_PLAIN: dict[str, Callable[[bytes, type[BaseModel], int], bytes]] = {
    f"{CHAIN}/invoke": bodies.one_input,
    f"{CHAIN}/stream": bodies.one_input,
    f"{CHAIN}/stream_log": bodies.one_input,
    f"{CHAIN}/batch": bodies.many_inputs,
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is served at one time: an application, and what an input must look like."""

    app: ASGIApp
    schema: type[BaseModel]


class Runs:
    """Everything that answers behind the guard; a run of the chain waits for its turn.

    `snapshot` can be replaced at any time: a request keeps the one it came for (SRV-13).
    """

    def __init__(self, snapshot: Snapshot, turns: Turns, running: int) -> None:
        self.snapshot = snapshot
        self._turns = turns
        self._running = running
        self._active: dict[asyncio.Task[None], Entry] = {}

    def drain(self, seconds: float) -> None:
        """The end: whoever waits is refused, and whoever is answered has so many seconds."""
        self._turns.close()
        asyncio.get_running_loop().call_later(seconds, self._cut)

    def _cut(self) -> None:
        for task, entry in self._active.items():
            entry.is_cut = True
            task.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        snapshot = self.snapshot
        if scope["path"].startswith(_SHARED):
            scope["path"] = f"{CHAIN}/{scope['path'].removeprefix(_SHARED)}"
        plain = _PLAIN.get(scope["path"])
        if plain is None or scope["method"] != "POST":
            await snapshot.app(scope, _nothing, send)
            return
        entry = Entry.of(scope)
        try:
            body = await bodies.read_body(Headers(scope=scope), receive)
            entry.received(len(body))
            body = plain(body, snapshot.schema, self._running)
        except Refused as problem:
            entry.failed(problem)
            await refusal(problem)(scope, receive, send)
            return
        entry.asked(body)
        await self._attended(snapshot.app, scope, body, receive, send)

    async def _attended(
        self, app: ASGIApp, scope: Scope, body: bytes, receive: Receive, send: Send
    ) -> None:
        """Run until it is done or the client has left, whichever comes first."""
        running = asyncio.create_task(self._in_turn(app, scope, body, send), name="request")
        self._active[running] = Entry.of(scope)
        running.add_done_callback(self._active.pop)
        leaving = asyncio.ensure_future(_client_leaves(receive))
        try:
            await asyncio.wait((running, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            running.cancel()
            await asyncio.wait((running, leaving))
        if not running.cancelled():
            running.result()

    async def _in_turn(self, app: ASGIApp, scope: Scope, body: bytes, send: Send) -> None:
        entry = Entry.of(scope)
        answer = _Answer(send, entry)
        came = time.monotonic()
        try:
            async with self._turns.turn():
                entry.waited = time.monotonic() - came
                meter.current.set(entry.meter)
                try:
                    await app(_with_length(scope, body), _given(body), answer.send)
                finally:
                    await entry.meter.end()
        except asyncio.CancelledError:
            if entry.is_cut:
                entry.failed(ending())
                await answer.close(ending())
            raise
        except Exception as problem:  # every fault becomes an answer
            entry.failed(problem)
            await answer.close(public(entry.meter.problem or problem))
        if entry.meter.problem:
            entry.failed(entry.meter.problem)


class _Answer:
    """What goes to the client, so that a fault can still be told in the right way."""

    def __init__(self, send: Send, entry: Entry) -> None:
        self._send = send
        self._entry = entry
        self._started = self._over = False

    async def send(self, message: Message) -> None:
        """Send a part; LangServe's word for every fault is replaced by the one that fits."""
        if message["type"] == "http.response.start":
            self._started = True
        elif is_error_event(message.get("body", b"")):
            message = {**message, "body": error_event(self._why())}
        self._over = message["type"] == "http.response.body" and not message.get("more_body")
        await self._send(message)

    def _why(self) -> Refused:
        if problem := self._entry.meter.problem:
            return public(problem)
        return ending() if self._entry.is_cut else FAILED

    async def close(self, refused: Refused) -> None:
        """End the answer: whole if it has not begun, cut if it has."""
        if self._over:
            return
        self._over = True
        with contextlib.suppress(OSError):  # the client has left
            if self._started:
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                await refusal(refused)({"type": "http"}, _nothing, self._send)


def _with_length(scope: Scope, body: bytes) -> Scope:
    """The same request with a body that was written anew."""
    kept = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    return {**scope, "headers": [*kept, (b"content-length", str(len(body)).encode())]}


def _given(body: bytes) -> Receive:
    waiting = [body]

    async def receive() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        await asyncio.get_running_loop().create_future()  # whoever leaves is seen elsewhere
        raise AssertionError

    return receive


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

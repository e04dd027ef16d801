"""A served preset or chain as a child process: started, told things, reloaded, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gui import paths
from gui.errors import BadServeKey, OndolError, ServeError, ServingStopped
from gui.models.engine_process import child_environment
from gui.models.rotating_log import RotatingLog
from gui.records import Endpoint, Preset, ServedChain, ServedRequest, ServerKind, Serving
from gui.serve import wire
from gui.serve.wire import Line

if TYPE_CHECKING:
    from gui.models.client import ModelClient

START_SECONDS = 60.0
"""From the process starting to its address: it imports much, and asks the model server."""
STOP_SECONDS = 4.0
_KILL_SECONDS = 1.0
_COMMAND = (sys.executable, "-P", "-m", "gui.serve")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,256}")

Locate = Callable[[], Awaitable[Endpoint]]

_log = logging.getLogger(__name__)


class ServeProcess:
    """One preset or chain, served by one process of ours; lives on one event loop.

    The process ends with us, however we end. It is not started again by itself: whoever
    uses the address would find another one there.
    """

    def __init__(self, command: Sequence[str] = _COMMAND) -> None:
        self._command = tuple(command)
        self._log_file = RotatingLog(paths.logs() / "serve.log")
        self._request_listeners: list[Callable[[ServedRequest], None]] = []
        self._end_listeners: list[Callable[[ServeError], None]] = []
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._reloaded: asyncio.Future[Line] | None = None
        self._locate: Locate | None = None
        self._serving: Serving | None = None
        self._chain: ServedChain | None = None
        self._errands: set[asyncio.Task[None]] = set()

    @property
    def chain(self) -> ServedChain | None:
        """What is served now."""
        return self._chain

    @property
    def pid(self) -> int | None:
        """The process now running, None when there is none."""
        return self._process.pid if self._process else None

    def on_request(self, listener: Callable[[ServedRequest], None]) -> None:
        """Have `listener` told, on the loop, of every request when it is over."""
        self._request_listeners.append(listener)

    def on_end(self, listener: Callable[[ServeError], None]) -> None:
        """Have `listener` told, on the loop, when the process ends without `stop`."""
        self._end_listeners.append(listener)

    async def start(
        self, serving: Serving, endpoint: Endpoint, locate: Locate | None = None
    ) -> ServedChain:
        """Serve with the models at `endpoint`; where, and with which key.

        `locate` is asked for the endpoint before each generation, for a model server that
        may restart elsewhere. Raises ServeError; nothing runs then.
        """
        await self.stop()
        key = serving.key or secrets.token_urlsafe(32)
        if not _KEY.fullmatch(key):
            raise BadServeKey
        serving = replace(serving, key=key)
        process = await self._spawn()
        self._process, self._locate, self._serving = process, locate, serving
        outputs = asyncio.create_task(self._copy(process.stderr), name="serve stderr")
        try:
            first = await self._greeted(process, serving, endpoint, can_move=locate is not None)
        except BaseException:
            self._process = None
            ended = _ended(process, outputs, gently=False)
            self._ending = asyncio.create_task(ended, name="serve ending")
            await asyncio.shield(self._ending)
            raise
        self._chain = ServedChain(
            first["url"], key, serving.preset.name, serving.model, tuple(first["fields"])
        )
        self._reading = asyncio.create_task(self._read(process, outputs), name="serve lines")
        return self._chain

    def busy(self) -> None:
        """The chat in the window begins: no generation starts until `free`."""
        self._tell({"do": "busy"})

    def free(self) -> None:
        """The chat is done."""
        self._tell({"do": "free"})

    async def reload(self, preset: Preset, model: str) -> ServedChain:
        """Serve the chain as it is now to whoever asks from now on; the address stays.

        Raises ServeError; then what was served is served on.
        """
        if self._chain is None or self._reloaded is not None:
            raise ServingStopped("nothing to reload")
        self._reloaded = asyncio.get_running_loop().create_future()
        try:
            self._tell({"do": "reload", **wire.of_preset(preset, model)})
            async with asyncio.timeout(START_SECONDS):
                line = await self._reloaded
        except TimeoutError:
            raise ServingStopped("no answer to reload") from None
        finally:
            self._reloaded = None
        if "error" in line:
            raise wire.problem_of(line)
        self._chain = replace(
            self._chain, preset=preset.name, model=model, fields=tuple(line["fields"])
        )
        return self._chain

    async def stop(self) -> None:
        """End it: running replies have two seconds, the process four; may be called twice."""
        process, self._process = self._process, None
        reading, self._reading = self._reading, None
        self._chain = None
        if self._ending is not None:  # a start that was given up
            await asyncio.shield(self._ending)
        if process is None:
            return
        _write(process, {"do": "stop"})
        await asyncio.shield(_ended(process, reading, gently=True))

    async def _spawn(self) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                limit=wire.LONGEST,
                env=child_environment(os.environ),
                cwd=paths.data(),
                # A Ctrl+C in the terminal is for us; we end it ourselves.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as reason:
            raise ServingStopped(f"{type(reason).__name__}: {reason}") from reason

    async def _greeted(
        self,
        process: asyncio.subprocess.Process,
        serving: Serving,
        endpoint: Endpoint,
        *,
        can_move: bool,
    ) -> Line:
        """Greet it; the line with its address. Raises ServeError."""
        _write(process, wire.greeting(serving, endpoint, can_move=can_move))
        try:
            async with asyncio.timeout(START_SECONDS):
                while line := await _line(process):
                    if "error" in line:
                        raise wire.problem_of(line)
                    if "url" in line:
                        return line
                    self._heard(line)
        except TimeoutError:
            raise ServingStopped("it gave no address in time") from None
        raise ServingStopped(self._log_file.tail(500))

    async def _read(self, process: asyncio.subprocess.Process, outputs: asyncio.Task[None]) -> None:
        """Hear its lines to their end, which is its own."""
        while line := await _line(process):
            self._heard(line)
        await process.wait()
        await outputs
        if self._process is not process:
            return  # it was stopped
        self._process = self._chain = None
        error = ServingStopped(f"exit code {process.returncode}")
        _log.warning("the served chain ended: %s", error.detail)
        if self._reloaded is not None and not self._reloaded.done():
            self._reloaded.set_result({"error": error.what, "todo": error.todo})
        for listener in self._end_listeners:
            listener(error)

    def _heard(self, line: Line) -> None:
        if "request" in line:
            request = wire.request_of(line)
            for listener in self._request_listeners:
                listener(request)
        elif line.get("need") == "endpoint":
            errand = asyncio.create_task(self._find(), name="serve endpoint")
            self._errands.add(errand)
            errand.add_done_callback(self._errands.discard)
        elif self._reloaded is not None and not self._reloaded.done():
            self._reloaded.set_result(line)

    async def _find(self) -> None:
        """Tell it where the model server is."""
        if self._locate is None:
            return
        try:
            endpoint = await self._locate()
        except OndolError as error:
            self._tell({"endpoint_error": wire.of_problem(error)})
        else:
            self._tell({"endpoint": wire.of_endpoint(endpoint)})

    def _tell(self, line: Line) -> None:
        if self._process is not None:
            _write(self._process, line)

    async def _copy(self, stream: asyncio.StreamReader | None) -> None:
        """Keep the pipe empty, its words in the log."""
        while stream is not None and (data := await stream.read(2**16)):
            self._log_file.write(data)


def locator(client: ModelClient) -> Locate | None:
    """How to find the built-in engine again, which may restart; None for other servers."""
    if client.endpoint.kind is not ServerKind.BUILT_IN:
        return None

    async def locate() -> Endpoint:
        await client.version()
        return client.endpoint

    return locate


def _write(process: asyncio.subprocess.Process, line: Line) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError, RuntimeError):  # it has ended
            process.stdin.write(wire.written(line))


async def _line(process: asyncio.subprocess.Process) -> Line:
    """The next line, an empty one at the end."""
    if process.stdout is None:
        return {}
    with contextlib.suppress(OSError, ValueError):
        return wire.read(await process.stdout.readline())
    return {}


async def _ended(
    process: asyncio.subprocess.Process, reading: asyncio.Task[None] | None, *, gently: bool
) -> None:
    """Wait for its end, then insist; then read its last words."""
    if process.stdin is not None and not gently:
        process.stdin.close()
    for insist in (process.terminate, process.kill, None):
        try:
            async with asyncio.timeout(STOP_SECONDS if gently else _KILL_SECONDS):
                await process.wait()
            break
        except TimeoutError:
            if insist is not None:
                with contextlib.suppress(ProcessLookupError):
                    insist()
    if process.stdin is not None:
        process.stdin.close()
    if reading is not None:
        await asyncio.wait([reading], timeout=_KILL_SECONDS)
        reading.cancel()

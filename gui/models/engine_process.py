"""The built-in engine as a child process: started, watched, started again, ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.request import getproxies_environment

import gui
from gui import paths
from gui.errors import EngineError, EngineFailedToStart, EngineStopped
from gui.models.rotating_log import RotatingLog
from gui.records import Endpoint, ServerKind

START_SECONDS = 20.0
"""From the process starting to its address."""
CRASHES, CRASH_SECONDS = 5, 60.0
"""So many crashes within so many seconds end the attempts."""
FAILED_STARTS = 2
"""So many starts in a row without an address end them too."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0
_STOP_SECONDS = 2.0
_LAST_WORDS_SECONDS = 0.5
_COMMAND = (sys.executable, "-P", "-m", "gui.engine", "--child")

# Where programs, files and words are found, and which hardware to use. No tokens, no proxies.
_KEPT_VARIABLES = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP"),
        *("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "ONDOL_HOME"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
        *("OLLAMA_MODELS", "OLLAMA_KEEP_ALIVE", "OLLAMA_CONTEXT_LENGTH", "OLLAMA_MAX_QUEUE"),
        *("OLLAMA_NUM_PARALLEL", "OLLAMA_MAX_LOADED_MODELS", "OLLAMA_LOAD_TIMEOUT"),
        *("OLLAMA_FLASH_ATTENTION", "OLLAMA_KV_CACHE_TYPE", "OLLAMA_GO_TEMPLATE"),
        *("OLLAMA_NOPRUNE", "OLLAMA_DEBUG"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"),
        *("ROCR_VISIBLE_DEVICES", "GGML_VK_VISIBLE_DEVICES"),
    }
)

_log = logging.getLogger(__name__)


class EngineProcess:
    """At most one engine process of ours, on one event loop.

    The child is given a token on its standard input, which stays open: its end tells the
    child that we are gone, however we went. The child answers with its address. When it
    dies it is started again, later each time; after `CRASHES` within `CRASH_SECONDS` the
    attempts end until `start` is called.
    """

    def __init__(self, command: Sequence[str] = _COMMAND) -> None:
        self._command = tuple(command)
        self._log_file = RotatingLog(paths.logs() / "engine.log")
        self._listeners: list[Callable[[EngineError], None]] = []
        self._supervisor: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[Endpoint] | None = None
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process now running, None when there is none."""
        return self._process.pid if self._process else None

    def on_exit(self, listener: Callable[[EngineError], None]) -> None:
        """Have `listener` told, on the loop, of every unexpected end (EngineStopped) and,
        last, that no further attempt is made (EngineFailedToStart).
        """
        self._listeners.append(listener)

    async def start(self) -> Endpoint:
        """The address of the running engine, starting it if need be, also after it gave up.

        Raises EngineFailedToStart.
        """
        if self._supervisor is None or self._supervisor.done():
            self._ready = asyncio.get_running_loop().create_future()
            self._supervisor = asyncio.create_task(self._supervise(), name="engine supervisor")
        return await self.endpoint()

    async def endpoint(self) -> Endpoint:
        """Where the engine is: waits while it is being started, never starts it by itself.

        Raises EngineStopped when it was not started or is stopped, EngineFailedToStart
        when the attempts have ended.
        """
        if self._ready is None:
            raise EngineStopped("not started")
        return await asyncio.shield(self._ready)

    async def stop(self) -> None:
        """End the process, gently if it lets us, and the supervision; may be called twice."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            supervisor.cancel()
            await asyncio.wait([supervisor])
        ready, self._ready = self._ready, None
        if ready is not None:
            _fail(ready, EngineStopped("stopped"))

    async def _supervise(self) -> None:
        crashes: deque[float] = deque(maxlen=CRASHES)
        failed_starts = 0
        while True:
            came_up, detail = await self._run_once()
            failed_starts = 0 if came_up else failed_starts + 1
            crashes.append(time.monotonic())
            often = len(crashes) == CRASHES and crashes[-1] - crashes[0] < CRASH_SECONDS
            if often or failed_starts == FAILED_STARTS:
                self._give_up(detail)
                return
            _log.warning("the engine ended: %s", detail)
            self._tell(EngineStopped(detail))
            await asyncio.sleep(min(_FIRST_PAUSE * 2 ** len(crashes), _LONGEST_PAUSE))

    async def _run_once(self) -> tuple[bool, str]:
        """One life of the process: whether it ever gave its address, and how it ended."""
        token = secrets.token_urlsafe(32)
        try:
            process = await self._spawn()
        except OSError as exc:
            return False, f"{type(exc).__name__}: {exc}"
        self._process = process
        outputs = {asyncio.create_task(self._copy(process.stderr), name="engine stderr")}
        try:
            endpoint = await _introduced(process, token)
            if endpoint is not None:
                self._publish(endpoint)
                outputs.add(asyncio.create_task(self._copy(process.stdout), name="engine stdout"))
                await process.wait()
        finally:
            self._process = None
            self._retract()
            await asyncio.shield(_ended(process, outputs))
        if endpoint is None:
            return False, f"it gave no address; {self._log_file.tail(500)}"
        return True, f"exit code {process.returncode}"

    async def _spawn(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment(os.environ),
            cwd=paths.data(),
            # A Ctrl+C in the terminal is for us; we end the engine ourselves.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    async def _copy(self, stream: asyncio.StreamReader | None) -> None:
        """Keep a pipe empty, its words in the log."""
        while stream is not None and (data := await stream.read(2**16)):
            self._log_file.write(data)

    def _publish(self, endpoint: Endpoint) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(endpoint)

    def _retract(self) -> None:
        """Whoever asks for the address from now on waits for the next process."""
        if self._ready is not None and self._ready.done():
            self._ready = asyncio.get_running_loop().create_future()

    def _give_up(self, detail: str) -> None:
        error = EngineFailedToStart(detail)
        _log.error("the engine is not started again: %s", detail)
        if self._ready is not None:
            _fail(self._ready, error)
        self._tell(error)

    def _tell(self, error: EngineError) -> None:
        for listener in self._listeners:
            listener(error)


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What the child may know: no keys, no tokens, no proxies."""
    kept = {
        name: value
        for name, value in environ.items()
        if name.upper() in _KEPT_VARIABLES or name.startswith("LC_")
    }
    home = Path(gui.__file__).resolve().parent.parent
    if home.name not in ("site-packages", "dist-packages"):
        kept["PYTHONPATH"] = str(home)
    return kept


async def _introduced(process: asyncio.subprocess.Process, token: str) -> Endpoint | None:
    """Give the child its token; the endpoint it answers with, None when it does not."""
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
    # It pulls models through the person's proxies, which may have passwords in them.
    greeting = {"token": token, "proxies": getproxies_environment()}
    try:
        async with asyncio.timeout(START_SECONDS):
            process.stdin.write(json.dumps(greeting).encode() + b"\n")
            await process.stdin.drain()
            answer = json.loads(await process.stdout.readline())
        url = answer["url"]
    except (TimeoutError, OSError, ValueError, KeyError, TypeError):
        return None
    headers = (("Authorization", f"Bearer {token}"),)
    return Endpoint(ServerKind.BUILT_IN, url, headers) if isinstance(url, str) else None


async def _ended(process: asyncio.subprocess.Process, outputs: set[asyncio.Task[None]]) -> None:
    """End the process: its input first, then a request, then force; then its pipes."""
    if process.stdin is not None:
        process.stdin.close()
    for insist in (process.terminate, process.kill, None):
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
            break
        except TimeoutError:
            if insist is not None:
                with contextlib.suppress(ProcessLookupError):
                    insist()
    # Its last words are in the pipes; a child of its own may hold them open.
    _, open_pipes = await asyncio.wait(outputs, timeout=_LAST_WORDS_SECONDS)
    for task in open_pipes:
        task.cancel()


def _fail(ready: asyncio.Future[Endpoint], error: EngineError) -> None:
    """Tell whoever waits; nobody waiting is fine too."""
    if ready.done():
        return
    ready.set_exception(error)
    ready.exception()

"""The Ollama of this machine: where it is installed, and its process if we start it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from gui import paths
from gui.errors import OllamaFailedToStart
from gui.models.rotating_log import RotatingLog

START_SECONDS = 20.0
_LOOK_SECONDS = 0.1
_STOP_SECONDS = 5.0


def find_program(environ: Mapping[str, str]) -> str:
    """The path of the `ollama` program, on the PATH or where its installers put it; or ""."""
    if found := shutil.which("ollama", path=environ.get("PATH", "")):
        return found
    for place in _usual_places(environ):
        if place.is_file() and os.access(place, os.X_OK):
            return str(place)
    return ""


def _usual_places(environ: Mapping[str, str]) -> tuple[Path, ...]:
    home = Path(environ.get("HOME", "") or Path.home())
    if sys.platform == "win32":
        local = Path(environ.get("LOCALAPPDATA", "") or home / "AppData" / "Local")
        programs = Path(environ.get("PROGRAMFILES", "") or "C:/Program Files")
        return local / "Programs/Ollama/ollama.exe", programs / "Ollama/ollama.exe"
    folders: list[str | Path] = [
        "/usr/local/bin",
        "/usr/bin",
        "/opt/ollama/bin",
        "/snap/bin",
        home / ".local/bin",
    ]
    if sys.platform == "darwin":
        folders = ["/opt/homebrew/bin", "/usr/local/bin", home / ".local/bin"]
        for applications in (Path("/Applications"), home / "Applications"):
            folders.append(applications / "Ollama.app/Contents/Resources")
    return tuple(Path(folder) / "ollama" for folder in folders)


class OllamaProcess:
    """At most one `ollama serve` of ours, on one event loop; another's is never touched."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._log_file = RotatingLog(paths.logs() / "ollama.log")
        self._process: asyncio.subprocess.Process | None = None
        self._copying: asyncio.Task[None] | None = None

    @property
    def is_ours(self) -> bool:
        """Whether the one we started still runs."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """The process of ours now running, None when there is none."""
        return self._process.pid if self._process and self.is_ours else None

    async def start(self, program: str, answers: Callable[[], Awaitable[bool]]) -> None:
        """Start `program serve` with our environment, and wait until `answers()` is true.

        One that came up by itself meanwhile is fine too. Raises OllamaFailedToStart.
        """
        if not self.is_ours:
            await self.stop()
            await self._spawn(program)
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await answers():
                    if not self.is_ours:
                        raise OllamaFailedToStart(self._log_file.tail(500))
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            await self.stop()
            raise OllamaFailedToStart(f"no answer within {START_SECONDS} s") from None

    async def stop(self) -> None:
        """End it if we started it: gently, then with force; may be called twice."""
        process, self._process = self._process, None
        copying, self._copying = self._copying, None
        if process is not None:
            await asyncio.shield(_ended(process))
        if copying is not None:
            copying.cancel()
            await asyncio.wait([copying])

    async def _spawn(self, program: str) -> None:
        try:
            self._process = await asyncio.create_subprocess_exec(
                program,
                "serve",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(self._environ),
                # A Ctrl+C in the terminal is for us; we end it ourselves.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise OllamaFailedToStart(f"{program}: {error}") from error
        self._copying = asyncio.create_task(self._copy(self._process), name="ollama output")

    async def _copy(self, process: asyncio.subprocess.Process) -> None:
        """Keep its pipe empty, its words in the log."""
        while process.stdout is not None and (data := await process.stdout.read(2**16)):
            self._log_file.write(data)


async def _ended(process: asyncio.subprocess.Process) -> None:
    for insist in (process.terminate, lambda: _kill(process), None):
        try:
            if insist is not None:
                insist()
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
            return
        except ProcessLookupError:
            return
        except TimeoutError:
            continue


def _kill(process: asyncio.subprocess.Process) -> None:
    """End it with the runners it started: they are in its session."""
    if sys.platform == "win32":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)

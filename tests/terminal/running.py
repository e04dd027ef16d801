"""The real program: run to its end, on a terminal of its own, or as a server."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from engine_process import engine_environment

ROOT = Path(__file__).resolve().parent.parent.parent
_COMMAND = (sys.executable, "-m", "gui")
_NO_OLLAMA = {"OLLAMA_HOST": "127.0.0.1:1", "PYTHONPATH": str(ROOT)}
_SECONDS = 60.0


def environment(**variables: str) -> dict[str, str]:
    """What a command sees: the test's home, and no Ollama unless the variables name one."""
    return {**os.environ, **_NO_OLLAMA, **variables}


def ondol(
    *arguments: str, stdin: str | None = None, cwd: Path = ROOT, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `ondol` to its end, without a terminal."""
    return subprocess.run(
        [*_COMMAND, *arguments],
        cwd=cwd,
        env=environment(**variables),
        stdin=subprocess.DEVNULL if stdin is None else None,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def started(
    *arguments: str, stdin: int = subprocess.DEVNULL, **variables: str
) -> subprocess.Popen[bytes]:
    """`ondol`, running, its output in pipes."""
    return subprocess.Popen(
        [*_COMMAND, *arguments],
        cwd=ROOT,
        env=environment(**variables),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_hear_ctrl_c,
    )


def _hear_ctrl_c() -> None:
    """A shell lets what it starts with `&` ignore Ctrl+C, and all that those start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class OnTerminal:
    """`ondol` on a terminal of 100 columns; `screen` is all that was written there."""

    def __init__(self, *arguments: str, cwd: Path = ROOT, **variables: str) -> None:
        self._terminal, there = pty.openpty()
        termios.tcsetwinsize(there, (24, 100))
        self._process = subprocess.Popen(
            [*_COMMAND, *arguments],
            cwd=cwd,
            env=environment(**variables),
            stdin=there,
            stdout=there,
            stderr=there,
            start_new_session=True,
            preexec_fn=lambda: _take_terminal(there),
        )
        os.close(there)
        self.screen = ""

    def wait_for(self, text: str) -> None:
        """Read until the screen has `text`."""
        until = time.monotonic() + _SECONDS
        while text not in self.screen:
            assert time.monotonic() < until, self.screen
            assert self._read(), f"it ended: {self.screen}"

    def type(self, text: str) -> None:
        """Press keys; "\\x03" is Ctrl+C."""
        os.write(self._terminal, text.encode())

    def end(self) -> int:
        """Read to the end; the exit code."""
        until = time.monotonic() + _SECONDS
        while self._read():
            assert time.monotonic() < until, self.screen
        return self._process.wait(timeout=10)

    def _read(self) -> bool:
        if not select.select([self._terminal], [], [], 1.0)[0]:
            return self._process.poll() is None
        try:
            data = os.read(self._terminal, 2**16)
        except OSError:  # Linux says so when the other side is closed
            return False
        self.screen += data.decode("utf-8", "replace")
        return bool(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=10)
        os.close(self._terminal)


def _take_terminal(terminal: int) -> None:
    """Make it the one whose Ctrl+C the new session hears."""
    import fcntl

    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


class Alone:
    """`ondol engine` by itself on loopback: an Ollama for `OLLAMA_HOST`."""

    def __init__(self, home: Path, variables: Mapping[str, str] | None = None) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self._log = (home / "alone.log").open("wb")
        self._process = subprocess.Popen(
            [*_COMMAND, "engine", "--host", "127.0.0.1", "--port", "0"],
            cwd=ROOT,
            env={**engine_environment(home), **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout is not None
        found = re.search(r"http://\S+", self._process.stdout.readline())
        assert found, (home / "alone.log").read_text("utf-8")
        self.url = found[0]

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()

"""A real engine process for tests: started as the app starts it, ended by its stdin."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

STARTER = "smollm2:135m"
_ROOT = Path(__file__).resolve().parent.parent


def engine_environment(home: Path) -> dict[str, str]:
    """The whole environment of an engine under test."""
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "ONDOL_HOME": str(home)}


class EngineUnderTest:
    """One engine process. `log` is a file with all that it wrote on stderr."""

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.token = secrets.token_urlsafe(16)
        self.log = home / "engine.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gui.engine", "--child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=_ROOT,
                env={**engine_environment(home), **(environment or {})},
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"token": self.token}).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.log.read_text("utf-8", "replace")
        self.announcement: dict[str, str] = json.loads(line)

    @property
    def url(self) -> str:
        """The engine's address."""
        return self.announcement["url"]

    @property
    def address(self) -> tuple[str, int]:
        """The engine's address for a socket."""
        host, port = self.url.removeprefix("http://").rsplit(":", 1)
        return host, int(port)

    @property
    def pid(self) -> int:
        """The engine's process id."""
        return self.process.pid

    @property
    def headers(self) -> dict[str, str]:
        """What every request must carry."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    def client(self) -> httpx.Client:
        """A client with the token; close it."""
        return httpx.Client(base_url=self.url, headers=self.headers, trust_env=False, timeout=60.0)

    def log_text(self) -> str:
        """What the engine wrote so far."""
        return self.log.read_text("utf-8", "replace")

    def close(self) -> int:
        """End the engine as a parent's death would; its exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            return self.process.wait(timeout=10)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

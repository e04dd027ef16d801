"""What every journey needs: the application, and nothing where Ollama would be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from app_driver import AppDriver, drive

from gui.app import Application

Script = Callable[[AppDriver], Awaitable[None]]
Journey = Callable[[Script], None]


@pytest.fixture
def journey(qapp: Application, monkeypatch: pytest.MonkeyPatch) -> Journey:
    """Run a script in the application; nothing answers where Ollama would be."""
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:1")

    def run(script: Script) -> None:
        assert drive(qapp, script) == 0

    return run

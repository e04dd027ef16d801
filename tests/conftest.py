"""What every test gets: an empty home, English, an offscreen Qt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


QUICK_PRESET = """
name = "Quick"
[options]
temperature = 0.0
num_predict = 24
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test: no Ollama, no proxy, a preset for short replies."""
    folder = tmp_path / "home"
    monkeypatch.setenv("ONDOL_HOME", str(folder))
    monkeypatch.setenv("LANG", "C.UTF-8")
    for name in ("OLLAMA_HOST", "OLLAMA_MODELS", "OLLAMA_API_KEY", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    presets = folder / "config" / "presets"
    presets.mkdir(parents=True)
    (presets / "quick.toml").write_text(QUICK_PRESET, "utf-8")
    return folder


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    """Tests run in Ondol's own application class, dressed as it is."""
    from gui.app import Application

    return Application

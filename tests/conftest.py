"""What every test gets: an empty home, English, an offscreen Qt."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Examples of a property; no deadlines, which a busy machine would break.
settings.register_profile("usual", max_examples=50, deadline=None)
settings.register_profile("nightly", max_examples=1000, deadline=None)
settings.load_profile("nightly" if os.environ.get("ONDOL_NIGHTLY") else "usual")

gc.disable()


@pytest.fixture(autouse=True)
def garbage() -> Iterator[None]:
    """Collect on the main thread only, as the app does: a widget must not die in another one."""
    yield
    gc.collect(1)


@pytest.fixture(autouse=True, scope="module")
def all_garbage() -> Iterator[None]:
    """The oldest generation too, but not after each of a thousand tests."""
    yield
    gc.collect()


PRESET = """
name = "{name}"
[options]
temperature = 0.0
num_predict = {tokens}
"""


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test: no Ollama, no proxy, presets for short and long replies."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("ONDOL_HOME", str(folder))
    monkeypatch.setenv("LANG", "C.UTF-8")
    for name in ("OLLAMA_HOST", "OLLAMA_MODELS", "OLLAMA_API_KEY", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    presets = folder / "config" / "presets"
    presets.mkdir(parents=True)
    for name, tokens in (("quick", 24), ("long", 4000)):
        text = PRESET.format(name=name, tokens=tokens)
        (presets / f"{name}.toml").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    """Tests run in Ondol's own application class, dressed as it is."""
    from gui.app import Application

    return Application

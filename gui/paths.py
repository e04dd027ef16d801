"""Every folder and file of ours. Nobody else builds a path.

`ONDOL_HOME` puts everything below one folder (portable use, and tests).
Folders of ours are made on first use, readable by their owner only.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "ondol"
_PACKAGE = Path(__file__).resolve().parent


def _own(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _home() -> Path | None:
    value = os.environ.get("ONDOL_HOME", "")
    return Path(value).expanduser().resolve() if value else None


def data() -> Path:
    """Conversations and models."""
    home = _home()
    return _own(home / "data" if home else platformdirs.user_data_path(_APP, appauthor=False))


def config() -> Path:
    """Settings and the person's own presets."""
    home = _home()
    return _own(home / "config" if home else platformdirs.user_config_path(_APP, appauthor=False))


def logs() -> Path:
    """Log files."""
    home = _home()
    return _own(home / "logs" if home else platformdirs.user_log_path(_APP, appauthor=False))


def database() -> Path:
    """The SQLite file that holds every conversation."""
    return data() / "conversations.db"


def transfers() -> Path:
    """Models on their way when Ondol ended."""
    return data() / "transfers.json"


def modelfile_draft() -> Path:
    """The Modelfile being written, until it is saved."""
    return data() / "modelfile-draft.json"


def preset_draft() -> Path:
    """The preset being written, until it is saved."""
    return data() / "preset-draft.json"


def downloads() -> Path:
    """Files from Hugging Face, until a server has them."""
    return _own(data() / "downloads")


def lock() -> Path:
    """Held by the one window that writes the database."""
    return data() / "ondol.lock"


def settings() -> Path:
    """What the person chose."""
    return config() / "settings.json"


def own_presets() -> Path:
    """The person's own presets, one TOML file each."""
    return _own(config() / "presets")


def engine_models() -> Path:
    """The built-in engine's models, in Ollama's layout; `OLLAMA_MODELS` overrides."""
    value = os.environ.get("OLLAMA_MODELS", "").strip().strip("\"'")
    return Path(value).expanduser() if value else _own(data() / "models")


def _beside(name: str) -> Path:
    """A folder that is part of the app: beside the package, or inside an installed one."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def resources() -> Path:
    """Icons, presets, translations."""
    return _beside("resources")


def modelfiles() -> Path:
    """Sample Modelfiles."""
    return _beside("modelfiles")

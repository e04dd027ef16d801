"""What the person chose, kept as one JSON file that is replaced whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from gui.errors import SettingsError
from gui.files import write_whole
from gui.language import tr
from gui.records import ServerEntry


@dataclass(frozen=True, slots=True)
class Settings:
    """Every choice that outlives a session. Empty means "as the system has it"."""

    language: str = ""
    theme: str = "system"
    scale: float = 1.0
    server: str = ""
    servers: tuple[ServerEntry, ...] = ()
    plain_hosts: tuple[str, ...] = ()
    """Hosts on the internet that may be spoken to without encryption."""
    model: str = ""
    preset: str = "assistant"
    sidebar: bool = True
    geometry: str = ""
    models_geometry: str = ""
    models_split: str = ""
    models_order: str = ""
    presets_geometry: str = ""
    serve_geometry: str = ""
    compare_models: tuple[str, ...] = ()
    """Models that were asked side by side last, by name; presets, by id."""
    compare_presets: tuple[str, ...] = ()
    compare_geometry: str = ""
    replay_geometry: str = ""


_MOST_BYTES = 1 << 20
_MOST_SERVERS = 100


class SettingsFile:
    """Reads and writes `Settings`; keys it does not know are kept as they are."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unknown: dict[str, Any] = {}

    def load(self) -> tuple[Settings, SettingsError | None]:
        """The saved settings, or the defaults with the reason; a bad file is kept aside."""
        try:
            with self._path.open("rb") as file:
                raw = file.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            return Settings(), None
        except OSError as error:
            return Settings(), _unusable(str(error))
        try:
            values = json.loads(raw[:_MOST_BYTES].decode("utf-8"))
            return self._from_json(values), None
        except (ValueError, TypeError, RecursionError) as error:
            return Settings(), _unusable(str(error), self._keep_aside())

    def _from_json(self, values: Any) -> Settings:
        if not isinstance(values, dict):
            raise TypeError("not a JSON object")
        known = {f.name: f for f in fields(Settings)}
        self._unknown = {key: value for key, value in values.items() if key not in known}
        kept: dict[str, Any] = {}
        for name in known.keys() & values.keys():
            if name in _READERS:
                kept[name] = _READERS[name](values[name])
                continue
            default, value = getattr(Settings(), name), values[name]
            if (
                isinstance(default, float)
                and isinstance(value, int)
                and not isinstance(value, bool)
            ):
                value = float(value)
            if type(value) is type(default):
                kept[name] = value
        return Settings(**kept)

    def _keep_aside(self) -> str:
        aside = self._path.with_suffix(".damaged.json")
        try:
            self._path.replace(aside)
        except OSError:
            return ""
        return aside.name

    def save(self, settings: Settings) -> None:
        """Replace the file whole, readable by its owner only.

        Raises SettingsError when the disk refuses.
        """
        text = json.dumps(self._unknown | asdict(settings), ensure_ascii=False, indent=2)
        try:
            write_whole(self._path, text + "\n")
        except OSError as error:
            raise SettingsError(
                tr("Your settings could not be saved: {reason}", reason=error.strerror or error),
                tr("They hold until you quit."),
            ) from error


def _read_servers(value: Any) -> tuple[ServerEntry, ...]:
    """The servers that were added; what is none is left out."""
    found: dict[str, ServerEntry] = {}
    for item in value[:_MOST_SERVERS] if isinstance(value, list) else ():
        entry = _read_server(item)
        if entry is not None:
            found.setdefault(entry.id, entry)
    return tuple(found.values())


def _read_server(item: Any) -> ServerEntry | None:
    if not isinstance(item, dict):
        return None
    texts = {name: item.get(name, "") for name in ("id", "name", "url", "fingerprint")}
    if not all(isinstance(text, str) for text in texts.values()):
        return None
    if not texts["id"] or not texts["url"]:
        return None
    return ServerEntry(**texts, header_names=_read_texts(item.get("header_names")))


def _read_texts(value: Any) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()


_READERS: dict[str, Callable[[Any], Any]] = {
    "servers": _read_servers,
    "plain_hosts": _read_texts,
    "compare_models": _read_texts,
    "compare_presets": _read_texts,
}


def _unusable(detail: str, kept_as: str = "") -> SettingsError:
    what = tr("The settings file could not be read, so the defaults are used.")
    todo = tr("The old file is kept as {name}.", name=kept_as) if kept_as else ""
    return SettingsError(what, todo, detail)

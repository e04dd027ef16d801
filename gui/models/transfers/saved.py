"""The file in which unfinished transfers outlive the app; replaced whole, read with tolerance."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from gui.errors import ModelError
from gui.files import write_whole
from gui.language import tr
from gui.models.hashing import Hashes
from gui.models.huggingface.hub import Hub
from gui.models.transfers.entry import Entry
from gui.models.transfers.jobs import job_from_json
from gui.records import TransferKind, TransferState

_MOST_BYTES = 16 * 2**20
_MOST_ENTRIES = 1000
_KEPT_STATES = {
    TransferState.QUEUED: TransferState.INTERRUPTED,
    TransferState.RUNNING: TransferState.INTERRUPTED,
    TransferState.INTERRUPTED: TransferState.INTERRUPTED,
    TransferState.PAUSED: TransferState.PAUSED,
    TransferState.FAILED: TransferState.FAILED,
}
"""What outlives the app, and as what it comes back."""

_log = logging.getLogger(__name__)


class SavedTransfers:
    """One such file. A disk that refuses ends no transfer: that is only logged."""

    def __init__(self, path: Path, entries: Callable[[], Iterable[Entry]]) -> None:
        self._path = path
        self._entries = entries
        self._lock = asyncio.Lock()
        self._written = ""

    async def save(self) -> None:
        """Have the file say what is so now."""
        async with self._lock:
            text = self._text()
            if text == self._written:
                return
            try:
                await asyncio.to_thread(write_whole, self._path, text)
            except (OSError, UnicodeEncodeError) as error:
                _log.warning("the transfers could not be saved: %s", error)
            else:
                self._written = text

    async def load(self, hashes: Hashes, hub: Hub) -> tuple[list[Entry], ModelError | None]:
        """The transfers of the last run, and what was wrong; a damaged file is kept aside."""
        return await asyncio.to_thread(_read, self._path, hashes, hub)

    def _text(self) -> str:
        saved = [_entry_json(entry) for entry in self._entries() if entry.state in _KEPT_STATES]
        return json.dumps({"version": 1, "transfers": saved}, indent=1) + "\n"


def _read(path: Path, hashes: Hashes, hub: Hub) -> tuple[list[Entry], ModelError | None]:
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return [], None
    except OSError as error:
        return [], _unusable(error.strerror or str(error))
    try:
        value = json.loads(raw[:_MOST_BYTES])
        listed = value["transfers"] if value["version"] == 1 else None
        if not isinstance(listed, list):
            raise TypeError("no list of transfers")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        return [], _unusable(str(error), _keep_aside(path))
    return list(_entries_of(listed, hashes, hub)), None


def _entries_of(listed: list[Any], hashes: Hashes, hub: Hub) -> Iterable[Entry]:
    """The sound ones; one that is damaged costs only itself."""
    seen: set[str] = set()
    for value in listed[:_MOST_ENTRIES]:
        try:
            entry = _entry(value, hashes, hub)
        except (ValueError, TypeError, KeyError) as error:
            _log.warning("a saved transfer cannot be read: %s", error)
            continue
        if entry.id not in seen:
            seen.add(entry.id)
            yield entry


def _entry(value: Mapping[str, Any], hashes: Hashes, hub: Hub) -> Entry:
    texts = [value[key] for key in ("id", "server", "name", "error")]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("an id, a server, a name or an error is not text")
    entry_id, server, name, error = texts
    job = job_from_json(TransferKind(value["kind"]), name, value["job"], hashes, hub)
    state = _KEPT_STATES[TransferState(value["state"])]
    entry = Entry(entry_id, server, job, state)
    entry.begin()
    entry.rest(state, error)
    return entry


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": entry.job.kind.value,
        "name": entry.job.name,
        "server": entry.server,
        "state": entry.state.value,
        "error": entry.error,
        "job": entry.job.as_json(),
    }


def _keep_aside(path: Path) -> str:
    aside = path.with_suffix(".damaged.json")
    try:
        path.replace(aside)
    except OSError:
        return ""
    return aside.name


def _unusable(detail: str, kept_as: str = "") -> ModelError:
    what = tr("The list of unfinished downloads could not be read.")
    todo = tr("Pull them again: what was downloaded is kept.")
    if kept_as:
        todo = f"{todo} {tr('The old file is kept as {name}.', name=kept_as)}"
    return ModelError(what, todo, detail)

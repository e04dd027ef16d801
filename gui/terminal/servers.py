"""Which server is meant by what was typed behind `--server`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gui.errors import SettingsError
from gui.language import tr
from gui.models.addresses import parse_address
from gui.records import ServerEntry, ServerKey, ServerKind


def key_of(text: str, entries: Sequence[ServerEntry]) -> ServerKey | None:
    """The key of a server on the person's list; None for "", which leaves the choice open.

    A name wins over an address; capitals do not matter. Raises SettingsError, which lists
    the servers there are and never repeats a password.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return None
    for kind in (ServerKind.BUILT_IN, ServerKind.OLLAMA):
        if wanted == kind.value:
            return kind
    known = [entry for entry in entries if wanted in (entry.id.casefold(), entry.key.casefold())]
    known = known or [entry for entry in entries if entry.name.casefold() == wanted]
    known = known or [entry for entry in entries if entry.url == _url(text)]
    if len(known) == 1:
        return known[0].key
    shown = text.strip().rpartition("@")[2]
    if known:
        what = tr("More than one server on your list is called {name}.", name=shown)
        ids = ", ".join(f"{entry.id} ({entry.url})" for entry in known)
        raise SettingsError(what, tr("Give its id: {ids}.", ids=ids))
    what = tr("There is no server {name} on your list.", name=shown)
    raise SettingsError(what, tr("These can be meant: {names}.", names=", ".join(_names(entries))))


def _names(entries: Iterable[ServerEntry]) -> Iterable[str]:
    return (ServerKind.BUILT_IN.value, ServerKind.OLLAMA.value, *(entry.name for entry in entries))


def _url(text: str) -> str:
    try:
        return parse_address(text).url
    except SettingsError:
        return ""

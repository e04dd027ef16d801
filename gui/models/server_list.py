"""Servers the person added: what was typed made exact, and their secrets kept elsewhere.

An entry in the settings has the names of its headers only. Their values, a bearer token
among them, are one secret per server, in the system's keyring.
"""

from __future__ import annotations

import json
import re
import secrets as random_secrets
from collections.abc import Iterable, Mapping

from gui.errors import SettingsError, TokenMissing
from gui.language import tr
from gui.models.addresses import host_of, parse_address
from gui.models.secrets import SecretStore
from gui.records import ServerDraft, ServerEntry

Headers = tuple[tuple[str, str], ...]

AUTHORIZATION = "Authorization"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")  # a token of RFC 9110
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_OURS = {
    *("host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"),
    *("accept-encoding", "expect", "keep-alive", "proxy-connection"),
}
"""Headers that belong to the connection itself."""
_MOST_HEADERS, _LONGEST_VALUE = 20, 4000


class SecretHeaders:
    """The values of each server's headers, one secret in JSON for each server."""

    def __init__(self, store: SecretStore) -> None:
        self._store = store

    async def of(self, entry: ServerEntry) -> Headers:
        """The headers to send to a server.

        Raises TokenMissing when they are no longer kept, SecretError from the keyring.
        """
        if not entry.header_names:
            return ()
        headers = _unpacked(await self._store.get(entry.key) or "")
        if not set(entry.header_names) <= {name for name, _ in headers}:
            raise TokenMissing(entry.name)
        return headers

    async def save(self, entry: ServerEntry, headers: Headers, *, session_only: bool) -> None:
        """Keep them in place of what was kept for this server; raises SecretError."""
        if headers:
            packed = json.dumps(dict(headers))
            await self._store.set(entry.key, packed, session_only=session_only)
        else:
            await self._store.delete(entry.key)

    async def forget(self, entry: ServerEntry) -> None:
        """Keep them no longer; raises SecretError."""
        if entry.header_names:
            await self._store.delete(entry.key)


def entry_of(draft: ServerDraft, kept: Mapping[str, str]) -> tuple[ServerEntry, Headers]:
    """What was typed, as an entry and the headers to keep; `kept` are those kept before.

    Raises SettingsError, which never repeats a secret.
    """
    endpoint = parse_address(_needed(draft.address))
    headers = dict(endpoint.headers)
    headers |= _checked(draft.headers, kept)
    if draft.token is not None:
        token = _bearer(draft.token)
    else:
        token = headers.get(AUTHORIZATION) or kept.get(AUTHORIZATION, "")
    if token:
        headers[AUTHORIZATION] = token
    if len(headers) > _MOST_HEADERS:
        raise SettingsError(tr("These are too many headers: {count}.", count=len(headers)))
    entry = ServerEntry(
        id=draft.id or random_secrets.token_hex(4),
        name=" ".join(draft.name.split())[:60] or host_of(endpoint.url),
        url=endpoint.url,
        header_names=tuple(headers),
        fingerprint=draft.fingerprint if endpoint.url.startswith("https:") else "",
    )
    return entry, tuple(headers.items())


def with_entry(entries: Iterable[ServerEntry], entry: ServerEntry) -> tuple[ServerEntry, ...]:
    """The list with `entry` in the place of the one with its id, or at the end."""
    listed = tuple(entries)
    if any(other.id == entry.id for other in listed):
        return tuple(entry if other.id == entry.id else other for other in listed)
    return (*listed, entry)


def _checked(typed: Iterable[tuple[str, str | None]], kept: Mapping[str, str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in typed:
        if not _NAME.fullmatch(name):
            raise SettingsError(
                tr("A header is written as Name: value, one on each line."),
                tr("Its name has letters, digits and hyphens."),
            )
        if name.lower() in _OURS:
            raise SettingsError(tr("The header {name} cannot be chosen.", name=name))
        text = kept.get(name, "") if value is None else value.strip()
        if len(text) > _LONGEST_VALUE or not _VALUE.fullmatch(text):
            raise SettingsError(
                tr("The value of the header {name} cannot be sent.", name=name),
                tr("It may have letters, digits and signs of ASCII, in one line."),
            )
        headers[name] = text
    return headers


def _bearer(token: str) -> str:
    token = token.strip()
    if not token:
        return ""
    if len(token) > _LONGEST_VALUE or not _VALUE.fullmatch(token):
        raise SettingsError(
            tr("This token cannot be sent."),
            tr("It may have letters, digits and signs of ASCII, in one line."),
        )
    return token if token.lower().startswith(("bearer ", "basic ")) else f"Bearer {token}"


def _needed(address: str) -> str:
    if not address.strip():
        raise SettingsError(tr("Type the address of the server."))
    return address


def _unpacked(text: str) -> Headers:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(values, dict):
        return ()
    return tuple((name, value) for name, value in values.items() if isinstance(value, str))

"""Servers the person added: what was typed made exact, secrets in the keyring and nowhere else."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend

from gui.errors import NoKeyring, OndolError, SettingsError, TokenMissing
from gui.models.engine_process import EngineProcess
from gui.models.secrets import SecretStore
from gui.models.server import Servers
from gui.models.server_list import SecretHeaders, entry_of, with_entry
from gui.records import ServerChoices, ServerDraft, ServerEntry
from gui.settings import Settings, SettingsFile

CANARY = "tok-canary-81f3"


class Keyring(KeyringBackend):
    """Keeps secrets as the system's would."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[username]


def draft(address: str = "https://host/ollama/", **values: object) -> ServerDraft:
    return ServerDraft(id="", name="Mine", address=address, **values)  # type: ignore[arg-type]


def test_what_was_typed_is_made_exact() -> None:
    entry, headers = entry_of(
        draft(token=CANARY, headers=(("X-Key", " a b "),), fingerprint="f" * 64), {}
    )
    assert (entry.name, entry.url) == ("Mine", "https://host:443/ollama")
    assert entry.header_names == ("X-Key", "Authorization")
    assert headers == (("X-Key", "a b"), ("Authorization", f"Bearer {CANARY}"))
    assert entry.fingerprint == "f" * 64
    assert len(entry.id) == 8
    assert entry.key == f"remote:{entry.id}"
    assert CANARY not in repr(entry)


@pytest.mark.parametrize(
    ("typed", "kept", "sent"),
    [
        (draft("host", token=""), {}, {}),
        (draft("host", token="bearer abc"), {}, {"Authorization": "bearer abc"}),
        (draft("host"), {"Authorization": "Bearer old"}, {"Authorization": "Bearer old"}),
        (draft("host", token=""), {"Authorization": "Bearer old"}, {}),
        (
            draft("host", token="new"),
            {"Authorization": "Bearer old"},
            {"Authorization": "Bearer new"},
        ),
        (draft("host", headers=(("X-Key", None),)), {"X-Key": "old"}, {"X-Key": "old"}),
        (draft("host"), {"X-Key": "old"}, {}),
        (
            draft("http://u:p@host"),
            {"Authorization": "Bearer old"},
            {"Authorization": "Basic dTpw"},
        ),
    ],
)
def test_secrets_are_kept_replaced_or_dropped(
    typed: ServerDraft, kept: dict[str, str], sent: dict[str, str]
) -> None:
    _, headers = entry_of(typed, kept)
    assert dict(headers) == sent


def test_http_has_no_certificate_to_trust_and_a_name_is_found() -> None:
    entry, _ = entry_of(ServerDraft("id1", "  ", "192.168.1.5", fingerprint="f" * 64), {})
    assert (entry.id, entry.name, entry.fingerprint) == ("id1", "192.168.1.5", "")


@pytest.mark.parametrize(
    "typed",
    [
        draft(""),
        draft("not a host"),
        draft(token=f"{CANARY}\nX: y"),
        draft(token=f"{CANARY} é"),
        draft(headers=(("X Key", CANARY),)),
        draft(headers=(("Host", CANARY),)),
        draft(headers=(("content-length", "5"),)),
        draft(headers=(("X-Key", f"{CANARY}\r\nEvil: 1"),)),
        draft(headers=(("X-Key", ""),)),
        draft(headers=(("X-Key", None),)),
        draft(headers=tuple((f"X-{n}", "1") for n in range(21))),
        draft(f"http://user:{CANARY}@no host"),
    ],
)
def test_tok_04_what_cannot_be_sent_is_refused_without_repeating_it(typed: ServerDraft) -> None:
    with pytest.raises(SettingsError) as raised:
        entry_of(typed, {})
    assert CANARY not in f"{raised.value} {raised.value.detail} {typed!r}".replace(
        typed.address, ""
    )


def test_list_keeps_its_order() -> None:
    one, two = ServerEntry("1", "a", "http://a:1"), ServerEntry("2", "b", "http://b:1")
    changed = dataclasses.replace(one, name="c")
    assert with_entry((one, two), changed) == (changed, two)
    assert with_entry((one,), two) == (one, two)


def test_tok_03_values_are_in_the_keyring_and_names_in_the_settings(tmp_path: Path) -> None:
    keyring = Keyring()
    choices = ServerChoices()

    async def work() -> ServerEntry:
        store = SecretStore(lambda: keyring)
        servers = Servers({}, EngineProcess(), lambda: choices, store)
        entry = await servers.keep(draft("10.0.0.9", token=CANARY, headers=(("X-Key", "k"),)))
        await servers.close()
        return entry

    entry = asyncio.run(work())
    assert json.loads(keyring.kept[entry.key]) == {
        "Authorization": f"Bearer {CANARY}",
        "X-Key": "k",
    }
    file = tmp_path / "settings.json"
    SettingsFile(file).save(Settings(servers=(entry,), plain_hosts=("h.example",)))
    assert CANARY not in file.read_text("utf-8")
    settings, problem = SettingsFile(file).load()
    assert problem is None
    assert settings.servers == (entry,)
    assert settings.plain_hosts == ("h.example",)


def test_a_draft_that_keeps_everything_asks_nothing_of_the_keyring() -> None:
    """Pinning a certificate works also when the secret is for this session only."""

    def locked() -> KeyringBackend:
        raise NoKeyring

    async def work() -> None:
        store = SecretStore(locked)
        entries: tuple[ServerEntry, ...] = ()
        servers = Servers({}, EngineProcess(), lambda: ServerChoices(entries), store)
        with pytest.raises(NoKeyring):
            await servers.keep(draft("10.0.0.9", token=CANARY))
        entry = await servers.keep(draft("10.0.0.9", token=CANARY), session_only=True)
        entries = (entry,)
        again = ServerDraft(entry.id, "New", "https://10.0.0.9", fingerprint="a" * 64)
        pinned = await servers.keep(again)
        assert pinned.fingerprint == "a" * 64
        assert pinned.header_names == ("Authorization",)
        plain = await servers.keep(draft("10.0.0.8", token=""))
        assert plain.header_names == ()
        await servers.close()

    asyncio.run(work())


def test_secrets_that_are_gone_are_told_and_forgetting_deletes() -> None:
    keyring = Keyring()
    entry = ServerEntry("1", "Box", "http://10.0.0.9:1", ("Authorization",))

    async def work() -> None:
        headers = SecretHeaders(SecretStore(lambda: keyring))
        with pytest.raises(TokenMissing, match="Box"):
            await headers.of(entry)
        await headers.save(entry, (("Authorization", "Bearer x"),), session_only=False)
        assert await headers.of(entry) == (("Authorization", "Bearer x"),)
        await headers.forget(entry)

    asyncio.run(work())
    assert keyring.kept == {}


@pytest.mark.parametrize("kept", ["", "[", "[1]", '{"Authorization": 5}', '{"Other": "x"}'])
def test_a_secret_of_the_wrong_shape_counts_as_gone(kept: str) -> None:
    keyring = Keyring()
    entry = ServerEntry("1", "Box", "http://10.0.0.9:1", ("Authorization",))
    keyring.kept[entry.key] = kept

    async def work() -> None:
        with pytest.raises(OndolError):
            await SecretHeaders(SecretStore(lambda: keyring)).of(entry)

    asyncio.run(work())


@pytest.mark.parametrize(
    "value",
    [None, 5, [5], [{"id": "1"}], [{"id": 1, "url": "x"}], [{"url": "http://a:1"}], {"a": 1}],
)
def test_settings_with_odd_servers_are_read_without_them(value: object, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    good = {"id": "1", "name": "a", "url": "http://a:1", "header_names": ["X", 5], "new": 1}
    items = [*value, good, good] if isinstance(value, list) else value
    file.write_text(json.dumps({"servers": items, "plain_hosts": value, "model": "m"}))
    settings, problem = SettingsFile(file).load()
    assert problem is None
    assert settings.model == "m"
    expected = (ServerEntry("1", "a", "http://a:1", ("X",)),) if isinstance(value, list) else ()
    assert settings.servers == expected

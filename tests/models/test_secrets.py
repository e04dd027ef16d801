"""Secrets: in a keyring that is safe, or for a session in memory, never in a file (TOK-03)."""

from __future__ import annotations

import asyncio
import importlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.core
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordSetError
from typing_extensions import override

from gui.errors import KeyringFailed, KeyringSilent, NoKeyring, OndolError
from gui.models.secrets import SAFE_BACKENDS, SERVICE, SecretStore, name_of, safe_backend

TOKEN = "hf_CANARYcanarycanary"


class MemoryRing(KeyringBackend):
    """Stands for the system's keyring, which a test machine does not have."""

    priority = -1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0
        self.fault: Callable[[], None] = lambda: None

    @override
    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.fault()
        return self.kept.get((service, username))

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        self.fault()
        self.kept[service, username] = password

    @override
    def delete_password(self, service: str, username: str) -> None:
        self.fault()
        del self.kept[service, username]


class PlainRing(KeyringBackend):
    """As keyrings.alt has one: everything in a readable file."""

    priority = -1  # type: ignore[assignment]
    file = Path("never")

    @override
    def get_password(self, service: str, username: str) -> str | None:
        raise AssertionError("asked")

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("written")


@pytest.fixture
def ring() -> MemoryRing:
    return MemoryRing()


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """Keyring's own choice made anew, from an empty configuration."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    return monkeypatch


def test_kept_found_and_deleted(ring: MemoryRing) -> None:
    async def scenario() -> None:
        store = SecretStore(lambda: ring)
        assert await store.can_keep()
        assert await store.get("huggingface") is None
        await store.set("huggingface", TOKEN)
        await store.set("remote:1", "other")
        assert ring.kept == {(SERVICE, "huggingface"): TOKEN, (SERVICE, "remote:1"): "other"}
        assert await SecretStore(lambda: ring).get("huggingface") == TOKEN
        assert not store.is_for_session("huggingface")
        await store.delete("huggingface")
        await store.delete("huggingface")
        assert await store.get("huggingface") is None
        assert list(ring.kept) == [(SERVICE, "remote:1")]
        assert TOKEN not in repr(store) + str(store)

    asyncio.run(scenario())


def test_the_keyring_is_asked_once(ring: MemoryRing) -> None:
    ring.kept[SERVICE, "k"] = "v"

    async def scenario() -> None:
        store = SecretStore(lambda: ring)
        assert await asyncio.gather(*(store.get("k") for _ in range(5))) == ["v"] * 5
        assert await store.get("k") == "v"

    asyncio.run(scenario())
    assert ring.asked == 1


@pytest.mark.parametrize(
    "backend",
    [
        "keyring.backends.fail.Keyring",
        "keyring.backends.null.Keyring",
        "models.test_secrets.PlainRing",
        "no.such.Backend",
        "nonsense",
        "",
    ],
)
def test_tok_03_without_a_safe_keyring_nothing_is_written(
    backend: str, chosen: pytest.MonkeyPatch, home: Path
) -> None:
    chosen.setenv("PYTHON_KEYRING_BACKEND", backend)

    async def scenario() -> None:
        store = SecretStore()
        assert not await store.can_keep()
        with pytest.raises(NoKeyring) as caught:
            await store.set("huggingface", TOKEN)
        assert caught.value.can_use_session
        assert "Nothing was written" in str(caught.value)
        assert await store.get("huggingface") is None
        await store.set("huggingface", TOKEN, session_only=True)
        assert store.is_for_session("huggingface")
        assert await store.get("huggingface") == TOKEN
        await store.delete("huggingface")
        assert await store.get("huggingface") is None

    asyncio.run(scenario())
    assert all(TOKEN.encode() not in p.read_bytes() for p in home.rglob("*") if p.is_file())


def test_tok_03_a_plain_one_in_the_configuration_file_is_no_keyring(
    chosen: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "python_keyring").mkdir()
    (tmp_path / "python_keyring/keyringrc.cfg").write_text(
        "[backend]\ndefault-keyring=models.test_secrets.PlainRing\n"
    )
    with pytest.raises(NoKeyring) as caught:
        safe_backend()
    assert "PlainRing" in caught.value.detail


def test_tok_03_of_a_chain_only_the_safe_ones(chosen: pytest.MonkeyPatch) -> None:
    from keyring.backends.chainer import ChainerBackend
    from keyring.backends.SecretService import Keyring

    safe = Keyring()
    chosen.setattr(ChainerBackend, "backends", [PlainRing(), safe])
    chosen.setattr(keyring.core, "_keyring_backend", ChainerBackend())
    assert safe_backend() is safe
    chosen.setattr(ChainerBackend, "backends", [PlainRing()])
    with pytest.raises(NoKeyring):
        safe_backend()


def test_tok_03_a_child_of_a_safe_class_is_not_one() -> None:
    from keyring.backends.SecretService import Keyring

    class Sly(Keyring):
        priority = -1  # type: ignore[assignment]

    assert name_of(Sly()) not in SAFE_BACKENDS


@pytest.mark.parametrize("name", sorted(SAFE_BACKENDS))
def test_the_safe_ones_are_there_by_these_names(name: str) -> None:
    module, _, member = name.rpartition(".")
    assert issubclass(getattr(importlib.import_module(module), member), KeyringBackend)


@pytest.mark.parametrize("error", [KeyringLocked(TOKEN), PasswordSetError(TOKEN), OSError(TOKEN)])
def test_tok_03_a_locked_keyring_is_told_without_its_words(
    ring: MemoryRing, error: Exception
) -> None:
    def fail() -> None:
        raise error

    ring.fault = fail

    async def scenario() -> None:
        store = SecretStore(lambda: ring)
        calls = (store.get("k"), store.set("k", TOKEN), store.delete("k"))
        for call in calls:
            with pytest.raises(KeyringFailed) as caught:
                await call
            told = caught.value
            assert TOKEN not in f"{told} {told!r} {told.detail}"
        ring.fault = lambda: None
        assert await store.get("k") is None

    asyncio.run(scenario())
    assert not ring.kept


def test_tok_03_a_keyring_that_hangs_is_waited_for_once(ring: MemoryRing) -> None:
    unlocked = threading.Event()
    ring.kept[SERVICE, "k"] = "v"
    ring.fault = lambda: bool(unlocked.wait(30)) and None

    async def scenario() -> None:
        store = SecretStore(lambda: ring, limit=0.2)
        begun = time.monotonic()
        with pytest.raises(KeyringSilent):
            await store.get("k")
        assert time.monotonic() - begun < 1.0
        begun = time.monotonic()
        with pytest.raises(KeyringSilent):
            await store.get("k")
        assert time.monotonic() - begun < 0.1
        for call in (store.set("k", "new"), store.delete("other")):
            with pytest.raises(KeyringSilent):
                await call
        unlocked.set()
        async with asyncio.timeout(5):
            while True:
                try:
                    value = await store.get("k")
                    break
                except KeyringSilent:
                    await asyncio.sleep(0.01)
        assert value in ("v", "new")

    asyncio.run(scenario())
    assert isinstance(KeyringSilent(5), OndolError)

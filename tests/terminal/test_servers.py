"""`--server`: the two of this machine, and those on the person's list with their tokens."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import pytest
from faults.server import FaultServer
from keyring.backend import KeyringBackend
from terminal.running import Alone, OnTerminal, ondol
from typing_extensions import override

from gui import cli
from gui.errors import SettingsError
from gui.models import secrets
from gui.records import ServerEntry, ServerKind
from gui.terminal.servers import key_of

ATTIC = ServerEntry("a1", "Attic", "http://10.0.0.5:11434")
CELLAR = ServerEntry("c2", "Cellar", "https://box.example:443/ollama")
TWIN = ServerEntry("t3", "attic", "http://10.0.0.6:11434")


def keep(home: Path, entries: Iterable[ServerEntry]) -> None:
    """Write a list of servers as the window does."""
    text = json.dumps({"servers": [asdict(entry) for entry in entries]})
    (home / "config" / "settings.json").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", None),
        (" Built-In ", ServerKind.BUILT_IN),
        ("ollama", ServerKind.OLLAMA),
        ("cellar", "remote:c2"),
        ("C2", "remote:c2"),
        ("remote:c2", "remote:c2"),
        ("https://box.example/ollama/", "remote:c2"),
        ("10.0.0.5", "remote:a1"),
        ("http://me:word@10.0.0.5:11434", "remote:a1"),
    ],
)
def test_what_was_typed_is_a_server(typed: str, key: str | None) -> None:
    assert key_of(typed, (ATTIC, CELLAR)) == key


def test_an_unknown_one_is_told_those_there_are() -> None:
    with pytest.raises(SettingsError) as problem:
        key_of("http://me:word@loft", (ATTIC, CELLAR))
    assert str(problem.value) == (
        "There is no server loft on your list. These can be meant: built-in, ollama, Attic, Cellar."
    )


def test_a_name_of_two_is_not_guessed() -> None:
    with pytest.raises(SettingsError, match=r"a1 .* t3 "):
        key_of("ATTIC", (ATTIC, TWIN))
    assert key_of("t3", (ATTIC, TWIN)) == "remote:t3"


def test_a_server_of_the_list_is_asked(server: Alone, home: Path) -> None:
    keep(home, [ServerEntry("a1", "Attic", server.url)])
    done = ondol("models", "--server", "attic")
    assert done.returncode == 0, done.stderr
    assert "smollm2:135m" in done.stdout
    unknown = ondol("ask", "hi", "--server", "loft")
    assert unknown.returncode == 1
    assert "built-in, ollama, Attic." in unknown.stderr


class Ring(KeyringBackend):
    """Stands for the system's keyring, which a test machine does not have."""

    priority = -1  # type: ignore[assignment]

    @override
    def get_password(self, service: str, username: str) -> str | None:
        kept = {("ondol", "remote:a1"): json.dumps({"Authorization": "Bearer CANARY"})}
        return kept.get((service, username))

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("written")


def test_tok_02_the_token_comes_from_the_keyring(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(secrets, "safe_backend", Ring)
    with FaultServer() as server:
        keep(home, [ServerEntry("a1", "Attic", server.url, ("Authorization",))])
        assert cli.main(["models", "--server", "attic"]) == 0
        assert server.last("/api/tags").headers["authorization"] == "Bearer CANARY"
    keep(home, [ServerEntry("b2", "Attic", "http://127.0.0.1:1", ("Authorization",))])
    assert cli.main(["models", "--server", "attic"]) == 1
    assert "Type them again in Servers." in capsys.readouterr().err


def test_net_20_an_unencrypted_server_on_the_internet_is_asked_about(home: Path) -> None:
    """192.88.99.1 is a public address that nobody answers at: it must not be tried unasked."""
    keep(home, [ServerEntry("a1", "Far", "http://192.88.99.1:11434")])
    done = ondol("models", "--server", "far")
    assert done.returncode == 1
    assert "192.88.99.1 is on the internet" in done.stderr
    with OnTerminal("models", "--server", "far") as terminal:
        terminal.wait_for("Send it anyway? [y/N]")
        terminal.type("n\n")
        assert terminal.end() == 1

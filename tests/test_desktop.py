"""The desktop entry is where the menus look, and starts this very installation."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gui import desktop
from gui.cli import main


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path / "share"


def fields(entry: Path) -> dict[str, str]:
    lines = entry.read_text("utf-8").splitlines()
    assert lines[0] == "[Desktop Entry]"
    return dict(line.split("=", 1) for line in lines[1:] if line)


def test_the_command_installs_entry_and_icon(
    share: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--install-desktop"]) == 0
    entry = share / "applications" / "ondol.desktop"
    icon = share / "icons/hicolor/scalable/apps/ondol.svg"
    assert capsys.readouterr().out.split() == [str(entry), str(icon)]
    assert icon.read_text("utf-8").startswith("<svg")
    values = fields(entry)
    assert values["Name"] == "Ondol"
    assert values["Icon"] == "ondol"
    assert values["Terminal"] == "false"


def test_the_entry_starts_this_installation(share: Path) -> None:
    entry, _ = desktop.install()
    command = shlex.split(fields(entry)["Exec"])
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("ondol ")


def test_a_path_with_spaces_and_signs_is_quoted(
    share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/my $apps/100%/bin/python")
    entry, _ = desktop.install()
    assert fields(entry)["Exec"] == '"/opt/my \\\\$apps/100%%/bin/python" -m gui'

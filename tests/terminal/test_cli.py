"""What `ondol` says before any command runs: no display, its version, what it imports."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from terminal.running import ROOT, ondol

from gui import cli


def test_no_display_is_one_line() -> None:
    bare = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    bare.pop("QT_QPA_PLATFORM", None)
    done = subprocess.run(
        [sys.executable, "-m", "gui"], cwd=ROOT, env=bare, capture_output=True, text=True,
        check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1
    assert "ondol ask" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_X11_LIBRARIES", {"libno-such.so.9": "libno-such9"})
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("QT_QPA_PLATFORM")
    assert "apt install libno-such9" in cli._missing_display()


def test_the_version() -> None:
    assert ondol("--version").stdout.startswith("ondol 0.")


def test_commands_need_no_qt() -> None:
    """A server without graphics has the terminal all the same."""
    code = (
        "import sys; sys.modules['PySide6'] = None\n"
        "import importlib, pkgutil, gui.cli, gui.terminal\n"
        "names = [m.name for m in pkgutil.iter_modules(gui.terminal.__path__)]\n"
        "for name in names: importlib.import_module(f'gui.terminal.{name}')\n"
        "print(len(names))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10


@pytest.mark.parametrize("language", ["C.UTF-8", "ko_KR.UTF-8"])
def test_every_command_has_help(language: str) -> None:
    done = ondol("--help", LANG=language)
    assert done.returncode == 0
    for command in (
        "ask",
        "run",
        "presets",
        "serve",
        "models",
        "show",
        "ps",
        "pull",
        "create",
        "cp",
        "rm",
        "engine",
    ):
        assert f"    {command} " in done.stdout

"""Who is first, who only knocks, and who waits for the end of another."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from pytestqt.qtbot import QtBot

from gui import paths
from gui.instance import Instance

ANOTHER = """
import sys
from PySide6.QtCore import QCoreApplication
from gui.instance import Instance
app = QCoreApplication([])
instance = Instance()
is_first = instance.enter()
instance.release()
sys.exit(10 if is_first else 20)
"""
FIRST, HEARD = 10, 20


@pytest.fixture
def first(qtbot: QtBot) -> Iterator[Instance]:
    instance = Instance()
    assert instance.enter()
    yield instance
    instance.release()


@pytest.fixture
def another() -> Iterator[subprocess.Popen[bytes]]:
    """A second start, in a process of its own."""
    root = Path(__file__).parents[1]
    with subprocess.Popen([sys.executable, "-c", ANOTHER], cwd=root) as process:
        yield process


def ended(qtbot: QtBot, process: subprocess.Popen[bytes]) -> int:
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=15_000)
    return process.returncode


def test_a_second_one_knocks_and_goes(
    qtbot: QtBot, first: Instance, another: subprocess.Popen[bytes]
) -> None:
    knocks: list[None] = []
    first.knocked.connect(lambda: knocks.append(None))
    assert ended(qtbot, another) == HEARD
    assert knocks


def test_one_that_comes_while_another_ends_is_first_then(
    qtbot: QtBot, first: Instance, another: subprocess.Popen[bytes]
) -> None:
    knocks: list[None] = []
    first.knocked.connect(lambda: knocks.append(None))
    first.leave()
    qtbot.wait(1000)
    assert another.poll() is None
    first.release()
    assert ended(qtbot, another) == FIRST
    assert not knocks


def test_one_that_neither_answers_nor_ends_is_not_waited_for(qtbot: QtBot) -> None:
    with FileLock(paths.lock()), pytest.raises(TimeoutError):
        Instance().enter(0.2)

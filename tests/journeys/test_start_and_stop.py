"""Twenty starts and stops of the real program: exit code 0, no orphan, nothing on stderr."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[2]
STREAM_THEN_QUIT = """
import sys
sys.path.insert(0, {tests!r})
from app_driver import drive
from gui.app import Application
from gui.controllers import ChatState

async def script(app):
    await app.ready("long")
    await app.say("Write a very long story about a river.")
    await app.until(lambda: app.to.chat.state is ChatState.STREAMING, "tokens come")

app = Application([])
app.setQuitOnLastWindowClosed(False)
sys.exit(drive(app, script))
"""


def environment(home: Path) -> dict[str, str]:
    return os.environ | {
        "ONDOL_HOME": str(home),
        "OLLAMA_HOST": "127.0.0.1:1",
        "QT_QPA_PLATFORM": "offscreen",
    }


def start(*arguments: str, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-X", "faulthandler", *arguments],
        cwd=ROOT,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def finish(process: subprocess.Popen[str], children: list[psutil.Process]) -> None:
    _, errors = process.communicate(timeout=30)
    told = [line for line in errors.splitlines() if "This plugin does not" not in line]
    assert process.returncode == 0, errors
    assert not told, errors
    _, alive = psutil.wait_procs(children, timeout=3)
    assert not alive, f"orphans: {alive}"


@pytest.mark.parametrize("seed", range(14))
def test_sys_04_stopped_at_any_moment(home: Path, seed: int) -> None:
    process = start("-m", "gui", home=home)
    lock = home / "data" / "ondol.lock"
    deadline = time.monotonic() + 20
    while not lock.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.3 + random.Random(seed).uniform(0, 3))
    children = family(process)
    process.send_signal(signal.SIGTERM if seed % 2 else signal.SIGINT)
    finish(process, children)


@pytest.mark.parametrize("_", range(6))
def test_sys_04_closed_while_streaming(home: Path, _: int) -> None:
    script = STREAM_THEN_QUIT.format(tests=str(ROOT / "tests"))
    process = start("-c", script, home=home)
    children: list[psutil.Process] = []
    while process.poll() is None and not (home / "data" / "conversations.db").exists():
        time.sleep(0.05)
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        children = family(process) or children
        time.sleep(0.05)
    finish(process, children)
    assert reply_status(home) == "stopped"


def reply_status(home: Path) -> str:
    import apsw

    with apsw.Connection(str(home / "data" / "conversations.db")) as connection:
        rows = connection.execute("SELECT status, content FROM messages ORDER BY id DESC LIMIT 1")
        status, content = next(iter(rows))
    assert content
    return str(status)


def test_a_killed_app_leaves_no_engine(home: Path) -> None:
    process = start("-m", "gui", home=home)
    deadline = time.monotonic() + 30
    while not (children := family(process)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert children, "the engine never started"
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive


@pytest.mark.parametrize("seconds", [0, 0.02, 0.3, 1])
def test_db_07_a_second_start_raises_the_first_window(home: Path, seconds: float) -> None:
    """Two starts within a second: one has the window, the other ends well and says nothing."""
    starts = [start("-m", "gui", home=home)]
    time.sleep(seconds)
    starts.append(start("-m", "gui", home=home))
    deadline = time.monotonic() + 30
    while all(each.poll() is None for each in starts) and time.monotonic() < deadline:
        time.sleep(0.02)
    second, first = sorted(starts, key=lambda each: each.poll() is None)
    finish(second, [])
    assert first.poll() is None
    children = family(first)
    first.send_signal(signal.SIGTERM)
    finish(first, children)


def test_db_07_a_first_one_that_hangs_is_told(home: Path) -> None:
    (home / "data").mkdir(parents=True, exist_ok=True)
    program = (
        "import sys, gui.app as a; a.Instance.enter.__defaults__ = (0.2,); sys.exit(a.run(()))"
    )
    with FileLock(home / "data" / "ondol.lock"):
        second = start("-c", program, home=home)
        _, errors = second.communicate(timeout=30)
    assert second.returncode == 1
    assert errors.splitlines()[-1].endswith("End that process, then start again.")

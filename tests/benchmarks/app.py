"""The whole app while a reply of 8,000 tokens streams in at 500 tokens/s.

    uv run python tests/benchmarks/app.py [TOKENS] [RATE]

One run reads the same stream three ways and prints CPU seconds per 1,000 tokens: bare httpx;
the Qt floor (httpx in a thread, a QPlainTextEdit fed every 33 ms); the app with LangChain,
Markdown and storage. A second turn of the app counts the gaps of the window's event loop with a
4 ms timer, which is not part of the CPU figure. The replay server is a process of its own;
nothing leaves loopback.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

import httpx
import psutil
from app_driver import AppDriver, drive
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QPlainTextEdit

from gui.app import Application

BODY = {"model": "replay", "messages": [{"role": "user", "content": "go"}]}


class Heartbeat(QObject):
    """A 4 ms timer; how late it comes is what blocks the loop."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start(4)

    def stop(self) -> None:
        self._timer.stop()

    def summary(self) -> str:
        """The longest gap, the 99th percentile, how many were over 16 ms, and when."""
        ordered = sorted(self.gaps)
        late = [gap for gap in ordered if gap > 16]
        return (
            f"longest {ordered[-1]:.1f} ms, p99 {ordered[int(len(ordered) * 0.99)]:.1f} ms, "
            f"{len(late)} of {len(ordered)} over 16 ms"
        )

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append((now - self._last) * 1000 - 4)
        self._last = now


def cpu() -> float:
    times = psutil.Process().cpu_times()
    return times.user + times.system


async def read(url: str, take: deque[bytes] | None = None) -> None:
    """Read the stream to its end with httpx and nothing else."""
    async with (
        httpx.AsyncClient(trust_env=False, timeout=None) as client,
        client.stream("POST", f"{url}/api/chat", json=BODY) as response,
    ):
        async for chunk in response.aiter_raw():
            if take is not None:
                take.append(chunk)


def bare(url: str) -> float:
    before = cpu()
    asyncio.run(read(url))
    return cpu() - before


def floor(app: Application, url: str, heartbeat: Heartbeat | None = None) -> float:
    """The least a Qt program can do: raw text into a plain text view."""
    view, arrived = QPlainTextEdit(), deque[bytes]()
    view.resize(1100, 760)
    view.show()
    timer = QTimer()
    reader = threading.Thread(target=lambda: asyncio.run(read(url, arrived)))

    def show() -> None:
        text: list[str] = []
        while arrived:
            lines = arrived.popleft().splitlines()
            text.extend(json.loads(line)["message"]["content"] for line in lines)
        if text:
            view.moveCursor(view.textCursor().MoveOperation.End)
            view.insertPlainText("".join(text))
        elif not reader.is_alive():
            app.exit()

    timer.timeout.connect(show)
    before = cpu()
    reader.start()
    timer.start(33)
    if heartbeat is not None:
        heartbeat.start()
    app.exec()
    if heartbeat is not None:
        heartbeat.stop()
    timer.stop()
    view.close()
    return cpu() - before


async def turn(driver: AppDriver) -> None:
    """One reply from Send to its last painted state, without polling."""
    ended = asyncio.Event()
    driver.to.chat.reply_ended.connect(ended.set)
    driver.window.page.composer.submitted.emit("go")
    await ended.wait()
    driver.to.chat.reply_ended.disconnect(ended.set)


def app_figures(app: Application, heartbeat: Heartbeat) -> dict[str, float]:
    found: dict[str, float] = {}

    async def script(driver: AppDriver) -> None:
        await driver.until(lambda: driver.to.models.chosen, "the replay server is found")
        await asyncio.sleep(3)
        before = cpu()
        await asyncio.sleep(2)
        found["idle"] = (cpu() - before) / 2
        before = cpu()
        await turn(driver)
        found["cpu"] = cpu() - before
        driver.to.chat.new()
        await asyncio.sleep(1)
        heartbeat.start()
        await turn(driver)
        heartbeat.stop()
        found["rss"] = psutil.Process().memory_info().rss

    drive(app, script)
    return found


def main() -> int:
    tokens = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    rate = float(sys.argv[2]) if len(sys.argv) > 2 else 500.0
    replay = subprocess.Popen(
        [
            *(sys.executable, str(TESTS / "faults/replay.py"), "--port", "0"),
            *("--tokens", str(tokens), "--rate", str(rate)),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert replay.stdout is not None
    url = replay.stdout.readline().split()[-1]
    app = Application([])
    app.setQuitOnLastWindowClosed(False)
    try:
        reader, plain = bare(url), floor(app, url)
        plain_beats = Heartbeat()
        floor(app, url, plain_beats)
        os.environ["OLLAMA_HOST"] = url
        with tempfile.TemporaryDirectory() as home:
            os.environ["ONDOL_HOME"] = home
            app_beats = Heartbeat()
            ours = app_figures(app, app_beats)
    finally:
        replay.terminate()
        replay.wait()
    report(tokens, rate, reader, plain, ours)
    print(f"gaps of the Qt floor: {plain_beats.summary()}")
    print(f"gaps of the app:      {app_beats.summary()}")
    return 0


def report(tokens: int, rate: float, reader: float, plain: float, ours: dict[str, float]) -> None:
    each = 1000 / tokens
    print(f"{tokens} tokens at {rate:.0f}/s, CPU seconds per 1,000 tokens:")
    print(f"  bare httpx   {reader * each:.3f}")
    print(f"  Qt floor     {plain * each:.3f}")
    print(f"  app          {ours['cpu'] * each:.3f}", end="")
    print(f"   {ours['cpu'] / reader:.2f} x bare httpx, {ours['cpu'] / plain:.2f} x the Qt floor")
    print(f"idle {ours['idle'] * 100:.1f} % of a core, RSS {ours['rss'] / 1e6:.0f} MB")


if __name__ == "__main__":
    sys.exit(main())

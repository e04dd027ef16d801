"""The whole app while a reply of 8,000 tokens streams in at 500 tokens/s.

    uv run python tests/benchmarks/app.py [TOKENS] [RATE]

Prints CPU seconds per 1,000 tokens of the app and of a bare httpx reader of the same stream,
their ratio, the longest gap of the window's event loop, and how long after the last token
it was painted. The replay server is a process of its own; nothing leaves loopback.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

import httpx
import psutil
from app_driver import AppDriver, drive
from PySide6.QtCore import QObject, Qt, QTimer

from gui.app import Application
from gui.controllers import ChatState


class Heartbeat(QObject):
    """A 4 ms timer; how late it comes is what blocks the loop."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start(4)

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append((now - self._last) * 1000 - 4)
        self._last = now


def cpu() -> float:
    times = psutil.Process().cpu_times()
    return times.user + times.system


async def read_bare(url: str) -> tuple[float, float]:
    """CPU seconds and seconds that httpx alone needs for the same stream."""
    body = {"model": "replay", "messages": [{"role": "user", "content": "go"}]}
    async with (
        httpx.AsyncClient(trust_env=False, timeout=None) as client,
        client.stream("POST", f"{url}/api/chat", json=body) as response,
    ):
        before, started = cpu(), time.perf_counter()
        async for _ in response.aiter_raw():
            pass
        return cpu() - before, time.perf_counter() - started


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
    try:
        bare, _ = asyncio.run(read_bare(url))
        os.environ["OLLAMA_HOST"] = url
        with tempfile.TemporaryDirectory() as home:
            os.environ["ONDOL_HOME"] = home
            report(tokens, rate, bare)
    finally:
        replay.terminate()
        replay.wait()
    return 0


def report(tokens: int, rate: float, bare: float) -> None:
    app = Application([])
    app.setQuitOnLastWindowClosed(False)
    results: dict[str, float] = {}

    async def script(driver: AppDriver) -> None:
        await driver.until(lambda: driver.to.models.chosen, "the replay server is found")
        await asyncio.sleep(3)
        heartbeat = Heartbeat()
        ended: list[float] = []
        driver.to.chat.reply_ended.connect(lambda _: ended.append(time.perf_counter()))
        idle_before = cpu()
        await asyncio.sleep(2)
        results["idle"] = (cpu() - idle_before) / 2
        before = cpu()
        heartbeat.start()
        driver.window.page.composer.submitted.emit("go")
        await driver.until(lambda: driver.to.chat.state is ChatState.STREAMING, "it streams")
        await driver.until(lambda: driver.to.chat.state is ChatState.IDLE, "it ends", 300)
        reply = driver.messages[-1]
        await driver.until(lambda: driver.messages[-1].statistics is not None, "it is painted")
        results["painted"] = time.perf_counter() - ended[0]
        heartbeat.stop()
        results["cpu"] = cpu() - before
        results["rss"] = psutil.Process().memory_info().rss
        gaps = sorted(heartbeat.gaps)
        results["gap"], results["p99"] = gaps[-1], gaps[int(len(gaps) * 0.99)]
        results["late"] = sum(gap > 16 for gap in gaps)
        results["beats"] = len(gaps)
        assert reply is not None

    drive(app, script)
    per_thousand = 1000 / tokens
    ours, theirs = results["cpu"] * per_thousand, bare * per_thousand
    print(f"{tokens} tokens at {rate:.0f}/s")
    print(f"app            {ours:.3f} CPU s per 1,000 tokens")
    print(f"bare httpx     {theirs:.3f} CPU s per 1,000 tokens   ratio {ours / theirs:.2f}")
    print(f"longest gap    {results['gap']:.1f} ms   p99 {results['p99']:.1f} ms   ", end="")
    print(f"{results['late']:.0f} of {results['beats']:.0f} beats over 16 ms")
    print(f"end to painted {results['painted'] * 1000:.0f} ms after the reply's end event")
    print(
        f"idle           {results['idle'] * 100:.1f} % of a core   RSS {results['rss'] / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    sys.exit(main())

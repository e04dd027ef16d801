"""From the command to a painted window, to a model that can be talked to, to a first token.

    uv run python tests/benchmarks/startup.py [RUNS]

Each run is a process of its own, timed from before it is started; the baseline is a plain Qt
program that shows an empty text view. Prints medians and the ratio.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
PLAIN = """
import sys, time
from PySide6.QtWidgets import QApplication, QPlainTextEdit
app = QApplication([])
class View(QPlainTextEdit):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.time() - float(sys.argv[1]), flush=True)
        app.quit()
view = View(); view.show(); app.exec()
"""
APP = """
import sys, time
started = float(sys.argv[1])
from gui.app import Application
import asyncio
sys.path.insert(0, sys.argv[2])
from gui import app as gui_app, eventloop
from gui.instance import Instance
from PySide6.QtCore import QEvent, QObject

app = Application([]); app.setQuitOnLastWindowClosed(False)
class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() is QEvent.Type.Paint:
            print(time.time() - started, flush=True)
            watched.removeEventFilter(self)
        return False
first = FirstPaint()
instance = Instance(); instance.is_first()

async def main(quit_requested):
    ondol = gui_app.Ondol(app, instance)
    living = asyncio.ensure_future(ondol.live(quit_requested))
    await asyncio.sleep(0)
    ondol._window.centralWidget().installEventFilter(first)
    chat, models = ondol._controllers.chat, ondol._controllers.models
    while not (models.chosen and models.chosen.context_length):
        await asyncio.sleep(0.005)
    print(time.time() - started, flush=True)
    token = asyncio.Event()
    chat.text_arrived.connect(token.set)
    ondol._window.page.composer.submitted.emit("Say hello.")
    await token.wait()
    print(time.time() - started, flush=True)
    chat.stop()
    quit_requested.set()
    return await living

code = eventloop.run(app, main); instance.release(); sys.exit(code)
"""


def run(code: str, home: str) -> list[float]:
    environment = os.environ | {
        "ONDOL_HOME": home,
        "OLLAMA_HOST": "127.0.0.1:1",
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
    }
    done = subprocess.run(
        [sys.executable, "-c", code, str(time.time()), str(TESTS)],
        cwd=TESTS.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(line) for line in done.stdout.split()[:3]]


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    plain, app = [], []
    with tempfile.TemporaryDirectory() as home:
        run(APP, home)
        for _ in range(runs):
            plain.append(run(PLAIN, home)[0])
            app.append(run(APP, home))
    baseline = statistics.median(plain)
    names = ("window painted", "model ready", "first token")
    print(f"plain Qt window    {baseline:.2f} s   (median of {runs}, warm file cache)")
    for name, column in zip(names, zip(*app, strict=True), strict=True):
        median = statistics.median(column)
        print(f"{name:<18} {median:.2f} s   {median / baseline:.1f} x plain Qt")
    return 0


if __name__ == "__main__":
    sys.exit(main())

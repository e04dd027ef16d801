"""How long the models window takes to open with 200 models, beside Qt's plainest list.

    uv run python tests/benchmarks/models_window.py

The application runs, its engine too; the 200 models are records. "Open" is from the call to
the painted window; the gaps are those in which the window's thread answers nothing while the
list is searched and scrolled, and while three downloads report ten times a second.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["OLLAMA_HOST"] = "127.0.0.1:1"
sys.path.insert(0, str(Path(__file__).parent.parent))

from app_driver import AppDriver, drive
from gallery_models import models, transfers
from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QListView

from gui.app import Application
from gui.records import TransferState
from gui.windows.models.window import ModelsWindow

COUNT = 200
ROUNDS = 7


class Gaps:
    """The longest time in which the event loop did not come round."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            self.longest = max(self.longest, now - last)
            last = now


async def longest_gap(work) -> float:  # type: ignore[no-untyped-def]
    gaps = Gaps()
    task = asyncio.ensure_future(gaps.watch())
    await asyncio.sleep(0.05)
    gaps.longest = 0.0
    await work()
    task.cancel()
    return gaps.longest * 1e3


def plain_list() -> float:
    started = time.perf_counter()
    view = QListView()
    view.setModel(QStringListModel([f"model {number}" for number in range(COUNT)], view))
    view.resize(1120, 740)
    view.show()
    view.grab()
    took = time.perf_counter() - started
    view.close()
    return took * 1e3


def open_window(app: AppDriver) -> tuple[float, ModelsWindow]:
    started = time.perf_counter()
    app.window.open_models()
    window = app.window.models
    assert window is not None
    window.grab()
    return (time.perf_counter() - started) * 1e3, window


async def measure(app: AppDriver) -> None:
    await app.ready()
    await asyncio.sleep(3)  # what is imported in the background is imported
    app.to.models._set_models(models(COUNT))
    first, window = open_window(app)
    window.close()
    app.to.library.unwatch()
    again = []
    for _ in range(ROUNDS):
        took, window = open_window(app)
        again.append(took)
        window.close()
    plain = min(plain_list() for _ in range(ROUNDS))
    print(f"open with {COUNT} models: the first time {first:.0f} ms, again {min(again):.0f} ms")
    print(f"a QListView of {COUNT} strings: {plain:.0f} ms")
    window.show()
    app.to.library.unwatch()
    app.to.library._listing = (models(COUNT), ())
    app.to.library._announce()
    print(f"searching: longest gap {await longest_gap(lambda: search(window)):.0f} ms")
    print(f"arrows: longest gap {await longest_gap(lambda: walk(window)):.0f} ms")
    print(f"three downloads: longest gap {await longest_gap(lambda: download(app)):.0f} ms")


async def search(window: ModelsWindow) -> None:
    for text in ("q", "qw", "qwe", "qwen", "qwen tools", ""):
        window.installed.field.setText(text)
        await asyncio.sleep(0.05)


async def walk(window: ModelsWindow) -> None:
    shown = window.installed.list
    for row in range(0, 60, 3):
        shown.setCurrentIndex(shown.model().index(row, 0))
        await asyncio.sleep(0.05)


async def download(app: AppDriver) -> None:
    for tick in range(30):
        for transfer in transfers():
            moved = replace(
                transfer, state=TransferState.RUNNING, completed=transfer.completed + tick * 10**6
            )
            app.to.transfers._take(moved)
        await asyncio.sleep(0.1)


def main() -> int:
    app = Application([])
    app.setQuitOnLastWindowClosed(False)
    with tempfile.TemporaryDirectory() as home:
        os.environ["ONDOL_HOME"] = home
        return drive(app, measure)


if __name__ == "__main__":
    sys.exit(main())

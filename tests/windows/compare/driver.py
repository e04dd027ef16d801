"""What a person does in the Compare and the Replay window."""

from __future__ import annotations

from app_driver import AppDriver
from engine_process import STARTER
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.controllers.lane import Lane
from gui.records import Message
from gui.widgets.compare.lane_column import LaneColumn
from gui.windows.compare.window import CompareWindow

_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def companion(app: AppDriver) -> CompareWindow:
    """The Compare window."""
    window = app.window.companions.find("compare")
    assert isinstance(window, CompareWindow)
    return window


async def opened(app: AppDriver) -> CompareWindow:
    """The Compare window, opened by its keys."""
    QTest.keyClick(app.window.page.composer.prompt, Qt.Key.Key_K, _SHIFT)
    await app.until(lambda: app.window.companions.find("compare"), "the window opens")
    return companion(app)


def check(window: CompareWindow, *words: str) -> None:
    """Check, or uncheck, rows: each is searched for and toggled with Enter."""
    search = window.side.list.search
    for word in words:
        QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        search.selectAll()
        QTest.keyClicks(search, word)
        QTest.keyClick(search, Qt.Key.Key_Return)
    search.clear()


def only(app: AppDriver, models: tuple[str, ...], presets: tuple[str, ...]) -> None:
    """Who is asked, as a choice of the last time."""
    app.to.compare.contenders.choose(models, presets)


def ask(window: CompareWindow, text: str) -> None:
    """Type a question and send it."""
    QTest.keyClicks(window.composer.prompt, text)
    QTest.keyClick(window.composer.prompt, Qt.Key.Key_Return)


async def done(app: AppDriver) -> tuple[Lane, ...]:
    """The lanes, once all have ended."""
    await app.until(lambda: app.to.compare.lanes, "they are asked")
    await app.until(lambda: not app.to.compare.is_running, "all have ended")
    return app.to.compare.lanes


def shown(column: LaneColumn) -> tuple[Message, ...]:
    """What the transcript of a lane shows."""
    return column.view.messages()


async def copies(app: AppDriver, *names: str) -> None:
    """More models: copies of the starter, which stays the chosen one."""
    app.to.models.choose(STARTER)
    for name in names:
        app.to.library.copy(STARTER, name)
        await app.until(
            lambda name=name: any(m.name == f"{name}:latest" for m in app.to.models.models),
            "it is copied",
        )

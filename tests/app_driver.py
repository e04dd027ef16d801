"""Runs the whole application in this process and drives it as a person would."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gui import eventloop
from gui.app import Application, Ondol
from gui.controllers import ChatState, Controllers
from gui.instance import Instance
from gui.records import Message
from gui.windows.main_window import MainWindow

PATIENCE = 60.0


class AppDriver:
    """The running application, seen from its window."""

    def __init__(self, ondol: Ondol) -> None:
        self._ondol = ondol

    @property
    def window(self) -> MainWindow:
        window = self._ondol._window
        assert window is not None
        return window

    @property
    def visible(self) -> bool:
        return self._ondol._window is not None and self._ondol._window.isVisible()

    @property
    def to(self) -> Controllers:
        return self._ondol._controllers

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(self.window.page.transcript.messages())

    async def until(self, true: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
        """Let the application run until `true()`."""
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"never happened: {what}\n{self._situation()}") from None

    def _situation(self) -> str:
        """What the application is doing, for a test that waited in vain."""
        lines = [f"notice: {self.window.page.notice.notice}"]
        lines += [f"task {task.get_name()}: {task.get_stack()}" for task in asyncio.all_tasks()]
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for ident, frame in sys._current_frames().items():
            lines.append(f"thread {names.get(ident)}:")
            lines += traceback.format_stack(frame, limit=4)
        editor = self.to.preset_editor
        lines.append(f"preset editor: {editor.draft}, open: {editor.is_open}")
        return "\n".join(lines)

    async def ready(self, preset: str = "") -> None:
        """A model is chosen and its details are known, and `preset` if it is named."""
        models = self.to.models
        await self.until(lambda: models.chosen and models.chosen.context_length, "a model is ready")
        await self.until(lambda: self.to.presets.presets, "the presets are there")
        if preset:
            self.to.presets.choose(preset)
            assert self.to.presets.chosen.id == preset

    def type(self, text: str) -> None:
        prompt = self.window.page.composer.prompt
        if text.isascii():
            QTest.keyClicks(prompt, text)
        else:
            commit = QInputMethodEvent()
            commit.setCommitString(text)
            QApplication.sendEvent(prompt, commit)

    def press(self, key: Qt.Key, on: QWidget | None = None, *, ctrl: bool = False) -> None:
        modifier = Qt.KeyboardModifier
        QTest.keyClick(
            on or self.window.page.composer.prompt,
            key,
            modifier.ControlModifier if ctrl else modifier.NoModifier,
        )

    async def say(self, text: str) -> None:
        """Type and send with the keyboard; the reply comes while this returns."""
        self.type(text)
        self.press(Qt.Key.Key_Return)
        await self.until(lambda: not self.window.page.composer.prompt.text(), "the prompt is sent")

    async def idle(self) -> None:
        """The turn on show has ended."""
        await self.until(lambda: self.to.chat.state is ChatState.IDLE, "the turn ends")

    async def grab(self, path: Path) -> None:
        """A picture of the window as it is."""
        await asyncio.sleep(0.15)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.window.grab().save(str(path))


def drive(app: Application, script: Callable[[AppDriver], Awaitable[None]]) -> int:
    """Start the application, run `script`, quit as a person would; the exit code."""
    instance = Instance()
    assert instance.is_first()

    async def main(quit_requested: asyncio.Event) -> int:
        ondol = Ondol(app, instance)
        living = asyncio.ensure_future(ondol.live(quit_requested))
        await asyncio.sleep(0)
        try:
            await script(AppDriver(ondol))
        finally:
            if ondol._window is not None:
                ondol._window.close()
            quit_requested.set()
            code = await asyncio.wait_for(living, 20)
        return code

    try:
        return eventloop.run(app, main)
    finally:
        instance.release()
        # What is left of it would be dressed again with every later application.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.unfreeze()

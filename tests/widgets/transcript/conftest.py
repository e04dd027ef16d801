"""A transcript view on an offscreen screen, and the messages to show in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from gui.records import Message, MessageStatus, Role
from gui.widgets.transcript import TranscriptView

MakeMessage = Callable[..., Message]


@pytest.fixture
def view(qtbot: QtBot) -> TranscriptView:
    """A shown view of 800 x 600."""
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def reply() -> MakeMessage:
    """Makes a reply of the model."""

    def make(content: str = "", number: int = 2, **changes: Any) -> Message:
        message = Message(number, 1, number - 1, Role.ASSISTANT, content, model="llama3.2:1b")
        return replace(message, **changes)

    return make


@pytest.fixture
def prompt() -> MakeMessage:
    """Makes a message of the person."""

    def make(content: str = "Hello", number: int = 1, **changes: Any) -> Message:
        return replace(Message(number, 1, None, Role.USER, content), **changes)

    return make


@pytest.fixture
def stream(qtbot: QtBot) -> Callable[..., None]:
    """Streams a reply into a view and waits until its final state is shown."""

    def run(view: TranscriptView, message: Message, size: int = 40) -> None:
        live = replace(message, content="", thinking="", status=MessageStatus.STREAMING)
        view.start_reply(live)
        for start in range(0, len(message.thinking), size):
            view.append_thinking(message.thinking[start : start + size])
        for start in range(0, len(message.content), size):
            view.append_text(message.content[start : start + size])
        view.end_reply(message)
        last = view.message_count() - 1
        qtbot.waitUntil(lambda: view.message_at(last) == message, timeout=20_000)

    return run

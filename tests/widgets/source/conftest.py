"""A language small enough to be seen through, and an editor in it."""

from __future__ import annotations

import re

import pytest
from pytestqt.qtbot import QtBot

from gui.records import Colour, Completion, Span
from gui.widgets.source.edit import SourceEdit

OPEN = 1


class Toy:
    """Words are keywords, `#` begins a comment, a line with only `'''` opens or closes a quote."""

    words = ("alpha", "alphabet", "beta ")

    def __init__(self) -> None:
        self.read = 0
        self.longest = 0

    def spans(self, line: str, state: int) -> tuple[tuple[Span, ...], int]:
        self.read += 1
        self.longest = max(self.longest, len(line))
        if line == "'''":
            return (Span(0, 3, Colour.QUOTE),), OPEN - state
        if state == OPEN:
            return (Span(0, len(line), Colour.COMMENT),), OPEN
        found = re.finditer(r"[a-z]+", line)
        return tuple(Span(*match.span(), Colour.KEYWORD) for match in found), state

    def complete(self, text: str, cursor: int) -> tuple[Completion, ...]:
        match = re.search(r"[a-z]*\Z", text[:cursor])
        assert match is not None
        typed = match.group()
        return tuple(
            Completion(match.start(), word, f"the word {word}")
            for word in self.words
            if word.startswith(typed)
        )


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
def source(qtbot: QtBot, toy: Toy) -> SourceEdit:
    edit = SourceEdit(toy)
    qtbot.addWidget(edit)
    edit.resize(600, 400)
    edit.show()
    edit.activateWindow()
    edit.edit.setFocus()
    qtbot.waitUntil(edit.edit.hasFocus)
    return edit

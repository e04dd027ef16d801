"""A bare transcript leaves out what is said around it; the usual one offers to ask others."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.records import Message, Role, RunRecord
from gui.widgets.transcript import TranscriptView
from gui.widgets.transcript.actions import counter_text, targets_of
from gui.widgets.transcript.targets import Action

REPLY = Message(
    7, 1, 1, Role.ASSISTANT, "Tea is a drink.", model="a:1b", run=RunRecord("a:1b"), siblings=(6, 7)
)


def shown(qtbot: QtBot, *, is_bare: bool) -> TranscriptView:
    view = TranscriptView(is_bare=is_bare)
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    view.set_messages((REPLY,))
    return view


def test_a_bare_one_copies_and_asks_again_only(qtbot: QtBot) -> None:
    layout = shown(qtbot, is_bare=True)._workings.transcript.layout(0)
    assert [target.action for target in targets_of(layout)] == [Action.COPY, Action.REGENERATE]
    assert counter_text(layout) == ""
    usual = shown(qtbot, is_bare=False)._workings.transcript.layout(0)
    assert usual.content_top > layout.content_top
    assert counter_text(usual) == "2/2"


def test_the_usual_one_asks_others_by_a_click(qtbot: QtBot) -> None:
    view = shown(qtbot, is_bare=False)
    layout = view._workings.transcript.layout(0)
    target = next(t for t in targets_of(layout) if t.action is Action.COMPARE)
    assert target.label == "Ask other models too"
    top = view._workings.transcript.heights.top(0) - view._scroller.offset
    point = target.rect.center().toPoint()
    point.setY(round(point.y() + top))
    QTest.mouseMove(view.viewport(), point)
    with qtbot.waitSignal(view.compare_requested) as asked:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert asked.args == [7]

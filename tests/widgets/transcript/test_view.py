"""The view as a person uses it: streaming, following, keys, mouse, copying."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from gui import theme
from gui.records import Message, MessageStatus, Statistics
from gui.widgets.transcript import TranscriptView
from gui.widgets.transcript.actions import targets_of
from gui.widgets.transcript.feed import TEXT, Pieces
from gui.widgets.transcript.notices import statistics_line
from gui.widgets.transcript.targets import Action, Target

MakeMessage = Callable[..., Message]
Stream = Callable[..., None]
LONG = "".join(f"Paragraph {n} with some words in it.\n\n" for n in range(80))
RICH = "# T\n\n- a `b`\n\n```py\nx = 1\n```\n\n[l](https://example.org)"


def visible_text(view: TranscriptView, index: int) -> str:
    """Everything a reader of message `index` would see, whatever is on screen."""
    layout = view._workings.transcript.layout(index)
    while layout.unread:
        layout.read_more(65_536)
    return "\n".join(layout.document_of(block).toPlainText() for block in layout.blocks)


def target(view: TranscriptView, index: int, action: Action) -> Target:
    layout = view._workings.transcript.layout(index)
    return next(each for each in targets_of(layout) if each.action is action)


def click(qtbot: QtBot, view: TranscriptView, index: int, action: Action) -> None:
    top = view._workings.transcript.heights.top(index) - view._scroller.offset
    centre = target(view, index, action).rect.center() + QPointF(0, top)
    qtbot.mouseMove(view.viewport(), centre.toPoint())
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=centre.toPoint())


def take(view: TranscriptView, text: str) -> None:
    """One flush of the reply that streams."""
    view._streaming.take([(TEXT, text)])


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def history(prompt: MakeMessage, reply: MakeMessage, count: int) -> list[Message]:
    return [
        prompt(f"Question {n}", n + 1) if n % 2 == 0 else reply(f"**Answer** {n}\n\n{RICH}", n + 1)
        for n in range(count)
    ]


# -- opening ------------------------------------------------------------------------------


def test_opening_10_000_messages_lays_out_a_screenful(
    view: TranscriptView, prompt: MakeMessage, reply: MakeMessage
) -> None:
    view.set_messages(history(prompt, reply, 10_000))
    view.viewport().repaint()
    assert 0 < view._workings.transcript.documents_made < 60
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_scrolling_through_keeps_few_layouts(
    view: TranscriptView, prompt: MakeMessage, reply: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages(history(prompt, reply, 1000))
    bar = view.verticalScrollBar()
    for share in range(0, 100, 2):
        bar.setValue(bar.maximum() * share // 100)
        view.viewport().repaint()
    assert len(view._workings.transcript._layouts) <= 150


def test_scrolling_up_moves_by_what_was_asked(
    view: TranscriptView, prompt: MakeMessage, reply: MakeMessage
) -> None:
    """Heights found on the way do not move the words on screen."""
    view.set_messages(history(prompt, reply, 200))
    for _ in range(30):
        index, block, distance = view._scroller._place()
        view._scroller.scroll_by(-100)
        transcript = view._workings.transcript
        y = transcript.heights.top(index) + (block.y if block else 0) - view._scroller.offset
        assert y == pytest.approx(distance + 100, abs=1.5)


def test_a_long_stored_message_is_read_in_slices(
    view: TranscriptView, reply: MakeMessage, qtbot: QtBot
) -> None:
    content = LONG * 60
    view.set_messages([reply(content)])
    layout = view._workings.transcript.layout(0)
    assert layout.unread > 0
    qtbot.waitUntil(lambda: layout.unread == 0, timeout=20_000)
    assert visible_text(view, 0).split() == content.split()


# -- streaming ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 13, 9000])
def test_a_streamed_reply_ends_as_it_would_open(
    view: TranscriptView, reply: MakeMessage, stream: Stream, size: int
) -> None:
    message = reply(RICH + "\n\nSee [later][r].\n\n[r]: https://later.example", thinking="hm")
    stream(view, message, size)
    streamed = visible_text(view, 0)
    view.set_messages([message])
    assert streamed == visible_text(view, 0)
    assert "See later." in streamed


def test_ren12_work_per_flush_does_not_grow(
    view: TranscriptView, reply: MakeMessage, qtbot: QtBot
) -> None:
    view.start_reply(reply(status=MessageStatus.STREAMING))
    made: list[int] = []
    for _ in range(120):
        before = view._workings.transcript.documents_made
        take(view, "Some words of a paragraph.\n\n- an item\n\n")
        view.viewport().repaint()
        made.append(view._workings.transcript.documents_made - before)
    assert max(made[60:]) <= max(made[:60]) <= 12


def test_ren12_text_is_taken_in_small_flushes(
    view: TranscriptView, reply: MakeMessage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []

    def note(pieces: Pieces) -> None:
        taken.append(sum(len(text) for _, text in pieces))
        view._streaming.take(pieces)

    monkeypatch.setattr(view._streaming.feed, "_take", note)
    content = "word " * 8000
    view.start_reply(reply(status=MessageStatus.STREAMING))
    for start in range(0, len(content), 5):
        view.append_text(content[start : start + 5])
    final = reply(content)
    view.end_reply(final)
    qtbot.waitUntil(lambda: view.message_at(0) == final)
    assert max(taken) <= 4096
    assert len(taken) == 10


def test_the_final_state_is_shown_at_once(view: TranscriptView, reply: MakeMessage) -> None:
    view.start_reply(reply(status=MessageStatus.STREAMING))
    view.append_text("Hello")
    view.end_reply(reply("Hello", status=MessageStatus.STOPPED))
    assert view.message_at(0).status is MessageStatus.STOPPED
    assert visible_text(view, 0) == "Hello"


def test_nothing_runs_when_nothing_happens(
    view: TranscriptView, prompt: MakeMessage, reply: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages(history(prompt, reply, 50))
    qtbot.waitUntil(lambda: not view._idle._timer.isActive(), timeout=10_000)
    assert not view._streaming.feed._timer.isActive()


def test_what_is_painted_piece_by_piece_is_what_is_painted_whole(
    view: TranscriptView, prompt: MakeMessage, reply: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages(history(prompt, reply, 20))
    view.start_reply(reply("", 99, status=MessageStatus.STREAMING))
    screen, text = view.screen(), f"{RICH}\n\n{LONG[:900]}{RICH}"
    for start in range(0, len(text), 61):
        take(view, text[start : start + 61])
        qtbot.waitUntil(lambda: not view._idle._timer.isActive())
        QApplication.processEvents()
        pieces = screen.grabWindow(view.winId()).toImage()
        view.viewport().repaint()
        assert pieces == screen.grabWindow(view.winId()).toImage(), start


def test_waiting_is_said_until_text_comes(view: TranscriptView, reply: MakeMessage) -> None:
    view.start_reply(reply(status=MessageStatus.STREAMING))
    view.set_waiting(3.2)
    layout = view._workings.transcript.layout(0)
    assert layout.is_waiting
    assert layout.waiting_seconds == 3.2
    take(view, "Hi")
    assert not layout.is_waiting


def test_it_follows_only_a_reader_at_the_end(
    view: TranscriptView, reply: MakeMessage, prompt: MakeMessage
) -> None:
    view.set_messages([prompt(), *[reply(LONG, 2)]])
    view.start_reply(reply("", 3, status=MessageStatus.STREAMING))
    bar = view.verticalScrollBar()
    take(view, LONG)
    assert bar.value() == bar.maximum()
    bar.setValue(bar.maximum() - 400)
    index, block, distance = view._scroller._place()
    take(view, LONG)
    transcript = view._workings.transcript
    y = transcript.heights.top(index) + (block.y if block else 0) - view._scroller.offset
    assert y == pytest.approx(distance, abs=1.5)
    assert view._scroller._button.isVisible()
    view._scroller._button.click()
    assert bar.value() == bar.maximum()
    assert not view._scroller._button.isVisible()


def test_ren06_a_line_of_half_a_megabyte_is_copied_exactly(
    view: TranscriptView, reply: MakeMessage, qtbot: QtBot
) -> None:
    content = "A0b=" * 125_000
    view.set_messages([reply(content)])
    view.viewport().repaint()
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    digest = hashlib.sha256(clipboard().encode()).hexdigest()
    assert digest == hashlib.sha256(content.encode()).hexdigest()


# -- messages -----------------------------------------------------------------------------


def test_messages_come_change_and_go(
    view: TranscriptView, prompt: MakeMessage, reply: MakeMessage
) -> None:
    view.add_message(prompt("one", 1))
    view.add_message(reply("two", 2))
    view.add_message(prompt("three", 3))
    view.update_message(reply("zwei", 2))
    assert visible_text(view, 1) == "zwei"
    view.remove_messages_after(2)
    assert view.message_count() == 2
    view.remove_messages_after(99)
    assert view.message_count() == 2
    view.remove_messages_after(None)
    assert view.message_count() == 0
    view.viewport().repaint()


def test_the_divider_moves(view: TranscriptView, prompt: MakeMessage, reply: MakeMessage) -> None:
    view.set_messages(history(prompt, reply, 6))
    layout = view._workings.transcript.layout
    view.set_context_start(3)
    assert [layout(n).has_divider for n in range(6)] == [False, False, True, False, False, False]
    view.set_context_start(None)
    assert not any(layout(n).has_divider for n in range(6))


def test_what_a_person_typed_is_shown_literally(view: TranscriptView, prompt: MakeMessage) -> None:
    content = "# not a heading\n* no list\n\n    spaces <b>stay</b>\n```py\ncode\n```"
    view.set_messages([prompt(content)])
    assert visible_text(view, 0) == "# not a heading\n* no list\n    spaces <b>stay</b>\ncode"


def test_the_statistics_line(reply: MakeMessage) -> None:
    statistics = Statistics(
        eval_count=1234, eval_duration=30_000_000_000, first_token_ns=210_000_000
    )
    message = reply("x", statistics=statistics)
    assert statistics_line(message) == "1,234 tokens · 41.1 tokens/s · first token 0.21 s"
    assert statistics_line(replace(message, status=MessageStatus.STOPPED)).startswith("Stopped · ")
    assert statistics_line(reply("x")) == ""


# -- actions ------------------------------------------------------------------------------


def test_actions_by_mouse(
    view: TranscriptView, prompt: MakeMessage, reply: MakeMessage, qtbot: QtBot
) -> None:
    failed = reply("half", 4, status=MessageStatus.FAILED, error="It broke.", siblings=(2, 4, 9))
    view.set_messages([prompt("ask"), reply(RICH, 2), prompt("again", 3), failed])
    for index, action, signal, value in (
        (2, Action.EDIT, view.edit_requested, 3),
        (3, Action.REGENERATE, view.regenerate_requested, 4),
        (3, Action.REMEDY, view.remedy_requested, 4),
        (3, Action.PREVIOUS, view.sibling_requested, 2),
        (3, Action.NEXT, view.sibling_requested, 9),
        (1, Action.LINK, view.link_activated, "https://example.org"),
    ):
        with qtbot.waitSignal(signal) as caught:
            click(qtbot, view, index, action)
        assert caught.args == [value]
    for index, action, text in ((1, Action.COPY, RICH), (1, Action.COPY_CODE, "x = 1")):
        with qtbot.waitSignal(view.copied):
            click(qtbot, view, index, action)
        assert clipboard() == text


def test_long_code_is_copied_whole(view: TranscriptView, reply: MakeMessage, qtbot: QtBot) -> None:
    code = "\n".join(f"line {n}" for n in range(200))
    view.set_messages([reply(f"```\n{code}\n```")])
    view.verticalScrollBar().setValue(0)
    click(qtbot, view, 0, Action.COPY_CODE)
    assert clipboard() == code


def test_thinking_unfolds(view: TranscriptView, reply: MakeMessage, qtbot: QtBot) -> None:
    view.set_messages([reply("answer", thinking="first\n\nsecond")])
    before = view._workings.transcript.layout(0).height
    click(qtbot, view, 0, Action.UNFOLD)
    layout = view._workings.transcript.layout(0)
    assert layout.height > before + 20
    assert [block.source.text for block in layout.shown_blocks] == ["first", "second", "answer"]
    click(qtbot, view, 0, Action.UNFOLD)
    assert layout.height == before


def test_actions_by_keyboard(
    view: TranscriptView, prompt: MakeMessage, reply: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages([prompt("ask"), reply("answer", 2, siblings=(2, 7))])
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert view._workings.focus == 1
    qtbot.keyClick(view, Qt.Key.Key_Return)
    with qtbot.waitSignal(view.copied):
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert clipboard() == "answer"
    qtbot.keyClick(view, Qt.Key.Key_Right)
    with qtbot.waitSignal(view.regenerate_requested) as caught:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert caught.args == [2]
    for _ in range(5):
        qtbot.keyClick(view, Qt.Key.Key_Right)
    with qtbot.waitSignal(view.sibling_requested) as caught:
        qtbot.keyClick(view, Qt.Key.Key_Space)
    assert caught.args == [7]
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    qtbot.keyClick(view, Qt.Key.Key_K)
    assert view._workings.focus == 0
    qtbot.keyClick(view, Qt.Key.Key_Return)
    with qtbot.waitSignal(view.edit_requested) as caught:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert caught.args == [1]
    qtbot.keyClick(view, Qt.Key.Key_J)
    assert view._workings.focus == 1


def test_lnk02_links_are_reached_by_keyboard(
    view: TranscriptView, reply: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages([reply("[l](https://example.org) [bad](javascript:x)")])
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    with qtbot.waitSignal(view.link_activated) as caught:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert caught.args == ["https://example.org"]


def test_scrolling_by_keyboard(view: TranscriptView, reply: MakeMessage, qtbot: QtBot) -> None:
    view.set_messages([reply(LONG)])
    bar = view.verticalScrollBar()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert bar.value() == 0
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert 400 < bar.value() < 600
    qtbot.keyClick(view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert bar.value() == bar.maximum()
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    assert bar.value() < bar.maximum()


# -- selection ----------------------------------------------------------------------------


def place(view: TranscriptView, index: int, block: int, offset: int) -> QPoint:
    """Where a character is in the viewport."""
    layout = view._workings.transcript.layout(index)
    shown = layout.blocks[block]
    document = layout.document_of(shown)
    text = document.findBlock(offset)
    line = text.layout().lineForTextPosition(offset - text.position())
    x = line.cursorToX(offset - text.position())
    left = layout.text_left(shown) + text.layout().position().x()
    top = view._workings.transcript.heights.top(index) - view._scroller.offset
    y = top + layout.text_top(shown) + text.layout().position().y() + line.y() + 8
    return QPointF(left + (x[0] if isinstance(x, tuple) else x), y).toPoint()


def drag(qtbot: QtBot, view: TranscriptView, start: QPoint, end: QPoint) -> None:
    port = view.viewport()
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(port, (start + end) / 2)
    qtbot.mouseMove(port, end)
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def test_selecting_across_blocks_and_messages(
    view: TranscriptView, prompt: MakeMessage, reply: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages([prompt("a question"), reply("- **first** item\n- second\n\nlast words", 2)])
    drag(qtbot, view, place(view, 1, 0, 2), place(view, 1, 1, 4))
    assert view.selected_text() == "rst item\n• second\n\nlast"
    drag(qtbot, view, place(view, 0, 0, 2), place(view, 1, 0, 5))
    assert view.selected_text() == "question\n\n• first"


def test_select_all_copies_the_exact_source(
    view: TranscriptView, prompt: MakeMessage, reply: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages([prompt("a *q*"), reply(RICH, 2)])
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == f"a *q*\n\n{RICH}"


def test_double_click_selects_a_word_and_triple_the_block(
    view: TranscriptView, reply: MakeMessage, qtbot: QtBot
) -> None:
    view.set_messages([reply("several plain words\n\nmore")])
    where, port = place(view, 0, 0, 10), view.viewport()
    qtbot.mouseDClick(port, Qt.MouseButton.LeftButton, pos=where)
    assert view.selected_text() == "plain"
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=where)
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=where)
    assert view.selected_text() == "several plain words"


def test_a_selection_survives_a_growing_reply(
    view: TranscriptView, reply: MakeMessage, qtbot: QtBot
) -> None:
    view.start_reply(reply(status=MessageStatus.STREAMING))
    take(view, "one paragraph\n\ntwo")
    drag(qtbot, view, place(view, 0, 0, 4), place(view, 0, 1, 3))
    take(view, " more\n\nthree\n\n")
    view.viewport().repaint()
    assert view.selected_text() == "paragraph\n\ntwo"


def test_the_context_menu(view: TranscriptView, reply: MakeMessage, qtbot: QtBot) -> None:
    view.set_messages([reply("```\ncode\n```")])
    where = place(view, 0, 0, 2)
    event = contextmenu(view, where)
    QApplication.sendEvent(view.viewport(), event)
    menu = view.findChild(QMenu)
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert set(actions) == {"Copy", "Copy message", "Copy code", "Select all"}
    assert not actions["Copy"].isEnabled()
    actions["Copy code"].trigger()
    assert clipboard() == "code"
    menu.close()


def contextmenu(view: TranscriptView, where: QPoint) -> QEvent:
    from PySide6.QtGui import QContextMenuEvent

    reason = QContextMenuEvent.Reason.Mouse
    return QContextMenuEvent(reason, where, view.viewport().mapToGlobal(where))


# -- looks --------------------------------------------------------------------------------


def test_the_theme_is_followed(view: TranscriptView, reply: MakeMessage) -> None:
    view.set_messages([reply(RICH)])
    view.setPalette(theme.palette_of(theme.DARK))
    assert view._workings.style.colours is theme.DARK
    picture = view.grab().toImage()
    assert picture.pixelColor(3, 300).name().upper() == theme.DARK.paper


def test_ctrl_wheel_scales_and_does_not_scroll(view: TranscriptView, reply: MakeMessage) -> None:
    view.set_messages([reply("one line")])
    height = view._workings.transcript.layout(0).height
    point = QPointF(100, 100)
    event = QWheelEvent(
        point,
        point,
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)
    assert view._workings.scale == pytest.approx(1.21)
    assert view._workings.transcript.layout(0).height > height
    view.set_scale(99)
    assert view._workings.scale == 2.5


def test_a_live_reply_survives_theme_scale_and_width(
    view: TranscriptView, reply: MakeMessage, prompt: MakeMessage
) -> None:
    view.set_messages([prompt()])
    view.start_reply(reply(status=MessageStatus.STREAMING))
    take(view, "first words ")
    view.setPalette(theme.palette_of(theme.DARK))
    view.set_scale(1.5)
    view.resize(400, 500)
    take(view, "and more")
    view.viewport().repaint()
    assert visible_text(view, 1) == "first words and more"


def test_the_column_is_centred_and_at_most_760(view: TranscriptView, reply: MakeMessage) -> None:
    view.set_messages([reply("x")])
    view.resize(1400, 600)
    frame = view._workings.transcript.layout(0).frame
    assert frame.width == 760
    assert frame.left == pytest.approx((view.viewport().width() - 760) / 2, abs=1)
    view.resize(300, 600)
    assert view._workings.transcript.layout(0).frame.width <= 300 - 48


@pytest.mark.parametrize("content", ["مرحبا بالعالم", "שלום **עולם** x", "- عنصر\n- b"])
def test_right_to_left_text_is_painted(
    view: TranscriptView, prompt: MakeMessage, reply: MakeMessage, content: str
) -> None:
    view.set_messages([prompt(content), reply(content, 2)])
    view.viewport().repaint()
    assert visible_text(view, 0) == content


# -- accessibility ------------------------------------------------------------------------


def test_a_screen_reader_finds_a_list_of_messages(
    view: TranscriptView, prompt: MakeMessage, reply: MakeMessage
) -> None:
    view.set_messages([prompt("ask"), reply("answer", 2, status=MessageStatus.STOPPED)])
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface.role() == QAccessible.Role.List
    assert interface.childCount() == 2
    child = interface.child(1)
    assert child.role() == QAccessible.Role.ListItem
    assert child.text(QAccessible.Text.Name) == "llama3.2:1b: answer. Stopped"
    assert child.parent().childCount() == 2
    assert interface.indexOfChild(child) == 1
    centre = child.rect().center()
    assert interface.childAt(centre.x(), centre.y()) is child
    view.remove_messages_after(1)
    assert not child.isValid()

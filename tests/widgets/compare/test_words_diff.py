"""Two texts in one: nothing is told by colour alone, and it is copied with its marks."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication, QTextCharFormat
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.records import DiffKind
from gui.widgets.compare.words_diff import WordsDiff

SAME, REMOVED, ADDED = DiffKind.SAME, DiffKind.REMOVED, DiffKind.ADDED
PIECES = (
    (SAME, "👍 the sky "),
    (REMOVED, "is"),
    (ADDED, "was once"),
    (SAME, " blue"),
    (REMOVED, "\nnow"),
)


@pytest.fixture
def diff(qtbot: QtBot) -> WordsDiff:
    widget = WordsDiff()
    qtbot.addWidget(widget)
    widget.resize(500, 300)
    widget.show()
    return widget


def formats(diff: WordsDiff) -> dict[str, QTextCharFormat]:
    """The format of each run of letters."""
    found = {}
    block = diff.field.document().begin()
    while block.isValid():
        it = block.begin()
        while not it.atEnd():
            fragment = it.fragment()
            found[fragment.text()] = fragment.charFormat()
            it += 1
        block = block.next()
    return found


def test_changes_are_told_by_sign_line_and_tint(diff: WordsDiff) -> None:
    diff.show_pieces(PIECES, "a:1b", "b:7b")
    found = formats(diff)
    assert found["is"].fontStrikeOut()
    assert not found["is"].fontUnderline()
    assert found["was once"].fontUnderline()
    assert not found["was once"].fontStrikeOut()
    assert found["is"].background() != found["was once"].background()
    text = diff.field.toPlainText().replace("\u2060", "")
    assert text == "👍 the sky −is+was once blue−↵\nnow"
    assert diff.removed.text() == "− 2 words only in a:1b"
    assert diff.added.text() == "+ 2 words only in b:7b"


def test_it_is_copied_with_its_marks(diff: WordsDiff) -> None:
    diff.show_pieces(PIECES, "a", "b")
    diff.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied == "👍 the sky [-is-]{+was once+} blue[-\nnow-]"


def test_steps_go_from_change_to_change_round_the_end(diff: WordsDiff) -> None:
    diff.show_pieces(PIECES, "a", "b")
    places = []
    for _ in range(3):
        diff.field.step(1)
        places.append(diff.field.textCursor().position())
    assert places[0] == len("👍 the sky ".encode("utf-16-le")) // 2
    assert places[1] > places[0]
    assert places[2] == places[0]
    diff.field.step(-1)
    assert diff.field.textCursor().position() == places[1]


def test_the_same_text_is_said_to_be_the_same(diff: WordsDiff) -> None:
    diff.show_pieces(((SAME, "a"),), "x", "y")
    assert diff.nothing.text() == "No difference."
    assert diff.nothing.isVisible()
    diff.show_pieces(((ADDED, "a"),), "x", "y")
    assert diff.added.text() == "+ 1 word only in y"
    assert diff.removed.text() == "− 0 words only in x"
    assert diff.field.isVisible()


def test_markup_of_a_model_is_shown_as_it_is(diff: WordsDiff) -> None:
    diff.show_pieces(((ADDED, "<b>bold</b> <img src=x>"),), "<i>x</i>", "y")
    assert "<b>bold</b>" in diff.field.toPlainText()
    QTest.qWait(1)
    assert "<i>x</i>" in diff.removed.text()

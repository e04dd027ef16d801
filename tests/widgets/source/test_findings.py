"""Findings: under the text, in the margin, in the list, by keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QTextCharFormat, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from gui.records import Diagnostic, Severity
from gui.widgets.source.edit import SourceEdit

KEY = Qt.Key
TEXT = "🙂🙂bad\n\nodd word\nfine"
BAD = Diagnostic(1, 2, 5, Severity.ERROR, "This is <b>bad</b>.", "Write good.")
BLANK = Diagnostic(2, 0, 0, Severity.NOTE, "Nothing here.")
ODD = Diagnostic(3, 0, 3, Severity.WARNING, "This is odd.", "Leave it out.")


def show(source: SourceEdit, *findings: Diagnostic) -> None:
    source.load_text(TEXT)
    source.show_findings(findings or (ODD, BAD, BLANK))


def underlined(source: SourceEdit) -> list[str]:
    shown = source.edit.extraSelections()
    assert all(
        each.format.underlineStyle() is QTextCharFormat.UnderlineStyle.WaveUnderline
        for each in shown
    )
    return [each.cursor.selectedText() for each in reversed(shown)]


def test_columns_are_characters(source: SourceEdit) -> None:
    show(source)
    assert underlined(source) == ["bad", "", "odd"]
    source.go_to(1, 2)
    QTest.keyClicks(source.edit, "X")
    assert source.text().startswith("🙂🙂Xbad")


def test_findings_are_no_step_of_undo(source: SourceEdit) -> None:
    show(source)
    assert not source.edit.document().isUndoAvailable()
    assert not source.edit.document().isModified()


def test_findings_move_with_the_text(source: SourceEdit) -> None:
    show(source)
    source.set_text("new line\n" + TEXT)
    assert underlined(source) == ["bad", "", "odd"]
    QTest.keyClick(source.edit, KEY.Key_F8)
    assert source.edit.textCursor().blockNumber() == 1


def test_an_end_without_width_marks_the_letter_before_it(source: SourceEdit) -> None:
    show(source, Diagnostic(4, 4, 4, Severity.ERROR, "Something is missing."))
    assert underlined(source) == ["e"]


def test_a_place_outside_the_text_is_the_nearest(source: SourceEdit) -> None:
    show(source, Diagnostic(99, 50, 60, Severity.ERROR, "Gone."))
    assert underlined(source) == ["e"]
    source.go_to(0, -3)
    assert source.edit.textCursor().position() == 0


def test_f8_goes_round(source: SourceEdit) -> None:
    show(source)
    lines = []
    for shift in (False, False, False, True, True):
        modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(source.edit, KEY.Key_F8, modifier)
        lines.append(source.edit.textCursor().blockNumber() + 1)
    assert lines == [1, 2, 3, 2, 1]


def test_the_list_says_what_is_so_and_what_to_do(source: SourceEdit) -> None:
    show(source)
    rows = [source.findings.item(row).text() for row in range(source.findings.count())]
    assert rows == [
        "Line 1: This is <b>bad</b>. Write good.",
        "Line 2: Nothing here.",
        "Line 3: This is odd. Leave it out.",
    ]
    spoken = source.findings.item(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Warning. Line 3: This is odd. Leave it out."
    source.show_findings(())
    assert source.findings.isHidden()
    assert underlined(source) == []


def test_enter_and_a_click_go_there(source: SourceEdit, qtbot: QtBot) -> None:
    show(source)
    source.findings.setFocus()
    source.findings.setCurrentRow(2)
    QTest.keyClick(source.findings, KEY.Key_Return)
    assert source.edit.hasFocus()
    assert source.edit.textCursor().blockNumber() == 2
    centre = source.findings.visualItemRect(source.findings.item(0)).center()
    QTest.mouseClick(source.findings.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    assert source.edit.textCursor().position() == 4
    source.findings.setFocus()
    QTest.keyClick(source.findings, KEY.Key_Escape)
    assert source.edit.hasFocus()


def test_a_tooltip_says_it_as_plain_text(source: SourceEdit, qtbot: QtBot) -> None:
    show(source)
    cursor = QTextCursor(source.edit.document())
    cursor.setPosition(5)
    where = source.edit.cursorRect(cursor).center() + QPoint(2, 0)
    hover(source, where)
    assert QToolTip.text() == "<p>This is &lt;b&gt;bad&lt;/b&gt;. Write good.</p>"
    hover(source, QPoint(400, where.y()))
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def hover(source: SourceEdit, where: QPoint) -> None:
    viewport = source.edit.viewport()
    event = QHelpEvent(QEvent.Type.ToolTip, where, viewport.mapToGlobal(where))
    QApplication.sendEvent(viewport, event)


def test_the_margin_shows_the_worst_of_a_line(source: SourceEdit) -> None:
    also = Diagnostic(1, 0, 1, Severity.NOTE, "Also.")
    show(source, also, BAD, ODD)
    field = source.edit
    assert field.marks.severities() == {0: Severity.ERROR, 2: Severity.WARNING}
    look = field.look
    picture = field.margin.grab().toImage()
    seen = {
        picture.pixelColor(x, y).name().upper()
        for x in range(picture.width())
        for y in range(picture.height())
    }
    assert {look.danger, look.amber} <= seen
    source.show_findings(())
    assert field.marks.severities() == {}

"""Colours: contrast, units, a little at a time, the ends of long lines."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlock
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui import theme
from gui.records import Colour, Span
from gui.widgets.source.colouring import formats, read_ends
from gui.widgets.source.edit import SourceEdit


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two #RRGGBB colours."""

    def luminance(colour: str) -> float:
        channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK])
def test_every_colour_can_be_read(look: theme.Colours) -> None:
    made = formats(look)
    assert set(made) == set(Colour) - {Colour.VALUE}
    assert contrast(look.ink, look.current_line) >= 4.5
    for form in made.values():
        for ground in (look.surface, look.current_line):
            assert contrast(form.foreground().color().name(), ground) >= 4.5
    for ground in (look.removed, look.added):
        assert contrast(look.ink, ground) >= 4.5
    assert contrast(look.danger, look.removed) >= 4.5
    assert contrast(look.moss, look.added) >= 4.5
    assert contrast(look.amber, look.surface) >= 4.5


def coloured(block: QTextBlock) -> list[tuple[int, int]]:
    return [(each.start, each.start + each.length) for each in block.layout().formats()]


def test_spans_are_characters_and_formats_units(source: SourceEdit, qtbot: QtBot) -> None:
    source.load_text("🙂ab 한cd")
    block = source.edit.document().firstBlock
    qtbot.waitUntil(lambda: coloured(block()) == [(2, 4), (6, 8)])


def test_a_quote_recolours_a_long_text_without_stopping_the_window(
    source: SourceEdit, qtbot: QtBot
) -> None:
    source.load_text("word\n" * 20_000)
    document = source.edit.document()
    qtbot.waitUntil(lambda: document.lastBlock().previous().userState() == 0, timeout=20_000)
    assert source.colouring.is_done
    cursor = source.edit.textCursor()
    cursor.insertText("'''\n")
    assert not source.colouring.is_done, "the rest is put off"
    qtbot.waitUntil(lambda: source.colouring.is_done, timeout=20_000)
    assert document.lastBlock().previous().userState() == 1
    source.edit.undo()
    # Lines above are deleted while the rest waits.
    qtbot.waitUntil(lambda: source.colouring.is_done, timeout=20_000)
    assert document.lastBlock().previous().userState() == 0


def test_an_edit_far_up_while_the_rest_waits_leaves_no_line_out(
    source: SourceEdit, qtbot: QtBot
) -> None:
    source.load_text("word\n" * 20_000)
    document = source.edit.document()
    qtbot.waitUntil(lambda: not source.colouring.is_done, timeout=20_000)
    source.set_text("word\n" * 15_000)
    qtbot.waitUntil(lambda: source.colouring.is_done, timeout=20_000)
    block = document.firstBlock()
    while block.next().isValid():
        assert coloured(block) == [(0, 4)], block.blockNumber()
        block = block.next()


def test_of_a_very_long_line_only_the_ends_are_read(source: SourceEdit, qtbot: QtBot) -> None:
    toy = source.colouring._language
    source.load_text("word " * 20_000 + "\nnext")
    qtbot.waitUntil(lambda: source.edit.document().lastBlock().userState() == 0)
    assert toy.longest == 2500
    found, _ = read_ends(toy, "a" * 100_000, 0)
    assert found == (Span(0, 100_000, Colour.KEYWORD),)
    found, _ = read_ends(toy, "a" + " " * 100_000 + "b", 0)
    assert found == (Span(0, 1, Colour.KEYWORD), Span(100_001, 100_002, Colour.KEYWORD))


@pytest.mark.parametrize(
    "text", ["PARAMETER temperature 0.7 and some more\n" * 25_000, "word " * 20_000]
)
def test_a_key_in_a_huge_text_costs_little_more_than_a_bare_field(
    source: SourceEdit, qtbot: QtBot, text: str
) -> None:
    """Measured: see the report; here a bound that a slow machine holds, too."""
    from PySide6.QtWidgets import QPlainTextEdit

    bare = QPlainTextEdit()
    qtbot.addWidget(bare)
    bare.resize(600, 400)
    bare.setFont(source.edit.font())
    bare.show()
    bare.setPlainText(text)
    source.load_text(text)
    qtbot.waitUntil(lambda: source.colouring.is_done, timeout=20_000)
    extra = median_key(source.edit) - median_key(bare)
    assert extra < 0.016


def median_key(field: object) -> float:
    taken = []
    for _ in range(9):
        started = time.perf_counter()
        QTest.keyClick(field, Qt.Key.Key_A)
        taken.append(time.perf_counter() - started)
    return sorted(taken)[4]

"""One-click temperatures, the sheet of what will be sent, and the composer around them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from gui.records.sending import EffectiveOption, OptionSource, SendPreview, SentStep
from gui.widgets.composer import Composer
from gui.widgets.context_meter import ContextMeter
from gui.widgets.send_preview import SendPreviewSheet, as_text
from gui.widgets.temperature_chips import TemperatureChips

OPTIONS = (
    EffectiveOption("temperature", "0.2", OptionSource.YOU),
    EffectiveOption("top_k", "40", OptionSource.SERVER),
)
PREVIEW = SendPreview(
    "tiny",
    "Tutor",
    system="You <b>teach</b>.",
    options=OPTIONS,
    num_ctx=8192,
    trained=32_768,
    used=1234,
    history=6,
    left_out=2,
)


def test_a_temperature_is_one_click_and_one_click_back(qtbot: QtBot) -> None:
    chips = TemperatureChips()
    qtbot.addWidget(chips)
    chosen: list[float | None] = []
    chips.chosen.connect(chosen.append)
    chips.show_value(None, 0.5)
    assert chips.chips[None].isChecked()
    assert "0.5" in chips.chips[None].toolTip()
    chips.show()
    for value in (0.2, 0.7, 1.1):
        QTest.mouseClick(chips.chips[value], Qt.MouseButton.LeftButton)
        chips.show_value(value, 0.5)
        assert [each for each, chip in chips.chips.items() if chip.isChecked()] == [value]
    QTest.keyClick(chips.chips[None], Qt.Key.Key_Space)
    assert chosen == [0.2, 0.7, 1.1, None]


def test_the_sheet_says_all_and_can_be_copied(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    sheet = SendPreviewSheet(parent)
    sheet.show_preview(PREVIEW)
    sheet.open_at(parent, above=False)
    labels = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"tiny", "Tutor", "You <b>teach</b>.", "temperature", "0.2"} <= labels
    assert "you, for this conversation" in labels
    assert "about 1,234 of 8,192 tokens · the model knows up to 32,768" in labels
    QTest.mouseClick(sheet.copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert copied == as_text(PREVIEW)
    assert "temperature = 0.2  (you, for this conversation)" in copied
    assert "6 earlier messages are sent too · 2 older ones no longer fit" in copied
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_a_chain_is_shown_step_by_step_and_a_fault_first(qtbot: QtBot) -> None:
    steps = (
        SentStep("English", "tiny", "", "Translate: hi", OPTIONS),
        SentStep("Answer", "other", "You answer.", "Say {english}", OPTIONS, has_history=True),
    )
    chain = replace(PREVIEW, system="", steps=steps, used=0, fault="“topic” has no value yet.")
    text = as_text(chain)
    assert text.startswith("“topic” has no value yet.")
    assert text.index("1. English (tiny)") < text.index("2. Answer (other)")
    parent = QWidget()
    qtbot.addWidget(parent)
    sheet = SendPreviewSheet(parent)
    sheet.show_preview(chain)
    labels = [label.text() for label in sheet.findChildren(QLabel)]
    assert "Prompt, after the conversation" in labels
    assert "8,192 tokens for each step · the model knows up to 32,768" in labels
    assert labels.index("“topic” has no value yet.") < labels.index("tiny")


def test_a_click_on_the_meter_asks(qtbot: QtBot) -> None:
    meter = ContextMeter()
    qtbot.addWidget(meter)
    meter.show_counts(10, 100)
    with qtbot.waitSignal(meter.clicked):
        QTest.mouseClick(meter, Qt.MouseButton.LeftButton)


def test_a_narrow_composer_has_no_temperatures(qtbot: QtBot) -> None:
    composer = Composer()
    qtbot.addWidget(composer)
    composer.resize(800, 120)
    composer.show()
    assert composer.temperature.isVisible()
    words = "Something that matters " * 4
    composer.show_hint(words)
    assert composer.temperature.isVisible()
    composer.show_hint(words, matters=True)
    assert not composer.temperature.isVisible()
    composer.show_hint("short", matters=True)
    assert composer.temperature.isVisible()
    composer.resize(1600, 120)
    at = composer.prompt.mapTo(composer, QPoint(0, 0)).x()
    assert 300 < at < 500
    assert composer.preview.mapTo(composer, QPoint(0, 0)).x() < 1210
    composer.resize(300, 120)
    assert not composer.temperature.isVisible()
    assert composer.width() < 330

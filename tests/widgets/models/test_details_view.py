"""All about a model, in tabs that can be copied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.records import ModelDetails, ModelInfo
from gui.widgets.models.details_view import DetailsView

DETAILS = ModelDetails(
    info=ModelInfo("m:1b", size=1_000_000, family="llama", context_length=8192),
    modelfile="FROM m:1b",
    template="{{ .Prompt }}",
    parameters="stop <end>",
    license="x" * 300_000,
    digest="abc",
    metadata=(("general.name", "<b>Bold</b>"),),
    layers=(("model", "sha256:1"),),
)


@pytest.fixture
def view(qtbot: QtBot) -> DetailsView:
    made = DetailsView()
    qtbot.addWidget(made)
    made.resize(520, 500)
    made.show_details(DETAILS)
    made.show()
    return made


def tab(view: DetailsView, name: str) -> None:
    titles = [view.tabs.tabText(number) for number in range(view.tabs.count())]
    view.tabs.setCurrentIndex(titles.index(name))


def test_the_overview_names_what_is_known_and_nothing_else(view: DetailsView) -> None:
    assert view.text().splitlines() == [
        "Family: llama",
        "Context length: 8,192 tokens",
        "Size: 1.0 MB (1,000,000 B)",
        "Digest: abc",
        "Layers",
        "Model: sha256:1",
        "Header of the model file",
        "general.name: <b>Bold</b>",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [("Template", "{{ .Prompt }}"), ("Parameters", "stop <end>"), ("Modelfile", "FROM m:1b")],
)
def test_a_tab_shows_and_copies_its_text(view: DetailsView, name: str, text: str) -> None:
    tab(view, name)
    assert view.body.toPlainText() == text
    assert view.body.accessibleName() == name
    QTest.mouseClick(view.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == text
    assert view.copy.text() == "Copied"


def test_what_is_not_there_is_said_and_cannot_be_copied(view: DetailsView) -> None:
    tab(view, "System")
    assert "no system prompt" in view.body.placeholderText()
    assert not view.copy.isEnabled()


def test_mod_04_a_huge_licence_is_cut_on_screen_and_copied_whole(view: DetailsView) -> None:
    tab(view, "Licence")
    assert len(view.body.toPlainText()) < 101_000
    assert "Copy takes all of it" in view.body.toPlainText()
    view.copy.click()
    assert len(QGuiApplication.clipboard().text()) == 300_000


def test_a_value_is_copied_by_keyboard(view: DetailsView) -> None:
    view.pairs.setFocus()
    view.pairs.setCurrentIndex(view.pairs.model().index(3, 0))
    QTest.keyClick(view.pairs, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "abc"


def test_the_tab_stays_when_another_model_is_shown(view: DetailsView) -> None:
    tab(view, "Modelfile")
    view.show_details(None)
    assert view.body.toPlainText() == ""
    view.show_details(DETAILS)
    assert view.body.toPlainText() == "FROM m:1b"

"""A model card: painted as Markdown, nothing in it acts by itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.widgets.hub.card_view import CardView

CARD = """# A model

Made by [us](https://example.com/us), not by [them](file:///etc/passwd) nor
[it](javascript:alert(1)). ![tracking](https://evil.example/pixel.png)

```python
print("hello")
```
"""


@pytest.fixture
def card(qtbot: QtBot) -> CardView:
    view = CardView()
    qtbot.addWidget(view)
    view.resize(520, 400)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_lnk_01_only_web_links_can_be_followed(card: CardView) -> None:
    card.show_card(CARD)
    links = [spot.link for spot in card.spots() if spot.link]
    assert links == ["https://example.com/us"]


def test_a_link_is_told_not_opened(card: CardView) -> None:
    told: list[str] = []
    card.link_activated.connect(told.append)
    card.show_card(CARD)
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert not told
    QTest.keyClick(card, Qt.Key.Key_Right)
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert told == ["https://example.com/us"]
    link = card.spots()[0]
    at = link.rect.center().toPoint() + QPoint(0, round(card._top))
    QTest.mouseClick(card.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told == ["https://example.com/us"] * 2


def test_code_and_all_of_it_can_be_copied(card: CardView) -> None:
    card.show_card(CARD)
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Right)
    QTest.keyClick(card, Qt.Key.Key_Right)
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert QGuiApplication.clipboard().text() == 'print("hello")'
    QTest.keyClick(card, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == CARD


def test_a_long_card_is_read_to_its_end(card: CardView) -> None:
    card.show_card(
        "\n\n".join(f"Paragraph {number}." for number in range(200))
        + "\n\n[end](https://e.example)"
    )
    bar = card.verticalScrollBar()
    QTest.keyClick(card, Qt.Key.Key_PageDown)
    assert bar.value() > 100
    QTest.keyClick(card, Qt.Key.Key_Right)
    (target,) = card.spots()
    assert 0 < target.rect.center().y() + card._top < card.viewport().height()
    QTest.keyClick(card, Qt.Key.Key_Home)
    assert bar.value() == 0
    card.show_card("Short.")
    assert bar.maximum() == 0


def test_it_is_wrapped_anew_and_named(card: CardView) -> None:
    card.show_card("word " * 400)
    narrow = card.verticalScrollBar().maximum()
    card.grab()
    card.resize(800, 400)
    card.grab()
    assert card.verticalScrollBar().maximum() < max(narrow, 1)
    assert card.accessibleName() == "Model card"
    assert card.accessibleDescription().startswith("word")

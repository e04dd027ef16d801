"""The one gate through which a link leaves: asked first, allow-listed, shown in ASCII."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from gui.windows.link_dialog import ask_and_open


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    urls: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: urls.append(url.toString()))
    return urls


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.mark.parametrize(
    "link",
    [
        "smb://host/share",
        "ms-msdt:/id",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vscode://file/x",
        "\\\\host\\share",
        "tel:123",
        "ht\ntps://example.org",
        "",
    ],
)
def test_lnk_01_other_schemes_open_nothing(window: QWidget, opened: list[str], link: str) -> None:
    assert ask_and_open(link, window) is None
    assert not opened


def test_a_link_is_opened_only_after_a_click(window: QWidget, opened: list[str]) -> None:
    box = ask_and_open("https://example.org/page?q=1", window)
    assert box is not None
    assert box.textFormat() is Qt.TextFormat.PlainText
    assert "https://example.org/page?q=1" in box.informativeText()
    assert not opened
    button = next(b for b in box.buttons() if b.text() == "Open")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert opened == ["https://example.org/page?q=1"]


def test_cancel_opens_nothing(window: QWidget, opened: list[str]) -> None:
    box = ask_and_open("https://example.org", window)
    assert box is not None
    cancel = next(b for b in box.buttons() if b.text() == "Cancel")
    QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert not opened


def test_lnk_03_a_look_alike_is_shown_as_it_is(window: QWidget) -> None:
    box = ask_and_open("https://bаnk.example/", window)  # the second letter is Cyrillic
    assert isinstance(box, QMessageBox)
    assert "xn--" in box.informativeText()
    assert QUrl(box.informativeText()).isValid()
    box.reject()

"""Emphasis, code, links and placeholders inside a paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QTextCharFormat, QTextCursor

from gui.language import tr
from gui.widgets.transcript.document import BlockDocument
from gui.widgets.transcript.links import host_of, safe_target
from gui.widgets.transcript.style import Style

if TYPE_CHECKING:
    from markdown_it.token import Token

_URL = re.compile(r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]}*_]", re.IGNORECASE)


class InlineWriter:
    """Writes the inside of one paragraph at a cursor."""

    def __init__(self, document: BlockDocument, cursor: QTextCursor, style: Style) -> None:
        self._document = document
        self._cursor = cursor
        self._style = style
        self._characters = [QTextCharFormat()]

    def write(self, tokens: Sequence[Token], base: QTextCharFormat) -> None:
        """All of `tokens`, starting from the format `base`."""
        self._characters.append(base)
        depth = len(self._characters) - 1
        for token in tokens:
            self._inline_token(token)
        del self._characters[depth:]

    def _inline_token(self, token: Token) -> None:
        current = self._characters[-1]
        match token.type:
            case "text":
                self._text(token.content)
            case "softbreak" | "hardbreak":
                self._insert("\u2028", current)
            case "code_inline":
                start = self._cursor.position()
                self._insert(token.content, self._style.inline_code(current))
                self._document.inline_codes.append((start, len(token.content)))
            case "image":
                self._image(token)
            case "link_open":
                self._characters.append(self._link(str(token.attrGet("href") or "")))
            case "em_open" | "strong_open" | "s_open":
                self._characters.append(_styled(current, token.type))
            case "em_close" | "strong_close" | "s_close" | "link_close":
                self._characters.pop()
            case _:
                self._insert(token.content, current)

    def _insert(self, text: str, characters: QTextCharFormat) -> None:
        """Insert text; remember where links are."""
        if characters.isAnchor() and text:
            start, url = self._cursor.position(), characters.anchorHref()
            links = self._document.links
            if links and links[-1][0] + links[-1][1] == start and links[-1][2] == url:
                before = links.pop()
                links.append((before[0], before[1] + len(text), url))
            else:
                links.append((start, len(text), url))
        self._cursor.insertText(text, characters)

    def _text(self, text: str) -> None:
        """Words; addresses that stand for themselves become links."""
        current, done = self._characters[-1], 0
        if "://" in text and not current.isAnchor():
            for found in _URL.finditer(text):
                if safe_target(found.group()):
                    self._insert(text[done : found.start()], current)
                    self._insert(found.group(), self._link(found.group()))
                    done = found.end()
        self._insert(text[done:], current)

    def _link(self, url: str) -> QTextCharFormat:
        characters = QTextCharFormat(self._characters[-1])
        target = safe_target(url)
        if target is not None:
            characters.setAnchor(True)
            characters.setAnchorHref(target)
            characters.setForeground(self._style.brush(self._style.colours.accent))
            characters.setFontUnderline(True)
        return characters

    def _image(self, token: Token) -> None:
        host = host_of(str(token.attrGet("src") or ""))
        words = tr("Image not loaded: {host}", host=host or "?")
        text = f"[{token.content}: {words}]" if token.content else f"[{words}]"
        self._insert(text, self._style.quiet())


def _styled(current: QTextCharFormat, kind: str) -> QTextCharFormat:
    characters = QTextCharFormat(current)
    if kind == "em_open":
        characters.setFontItalic(True)
    elif kind == "strong_open":
        characters.setFontWeight(700)
    else:
        characters.setFontStrikeOut(True)
    return characters

"""Walks the tokens of a block and writes them into its document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor

from gui.widgets.transcript import tables
from gui.widgets.transcript.blocks import SourceBlock
from gui.widgets.transcript.document import BlockDocument, CodeRun, Mark
from gui.widgets.transcript.inline import InlineWriter
from gui.widgets.transcript.pieces import Shape
from gui.widgets.transcript.style import Style

if TYPE_CHECKING:
    from markdown_it.token import Token

_BULLETS = "•◦▪"


class BlockWriter:
    """Walks the tokens of a block and writes them with one cursor."""

    def __init__(self, document: BlockDocument, style: Style) -> None:
        self.document = document
        self.cursor = QTextCursor(document)
        self._style = style
        self._is_empty = True
        self._indent = 0.0
        self._marker = ""
        self._lists: list[int | None] = []
        self._bars: list[float] = []
        self._gap = 0.0
        self._base = QTextCharFormat()
        self._inline = InlineWriter(document, self.cursor, style)

    def write(self, tokens: Sequence[Token], block: SourceBlock) -> None:
        """Everything in `tokens`, and the definitions that gave no token."""
        skipped = 0
        lines = (block.head + block.text).split("\n")
        done = 0
        for index, token in enumerate(tokens):
            if index < skipped:
                continue
            if token.level == 0 and token.map and token.nesting >= 0:
                self._definition("\n".join(lines[done : token.map[0]]))
                done = token.map[1]
            if token.type == "table_open":
                skipped = _closing(tokens, index)
                self._table(tokens[index:skipped], is_later=bool(block.head))
            else:
                self._token(token)
        if block.shape is not Shape.PARAGRAPH or not block.continues:
            self._definition("\n".join(lines[done:]))

    def _token(self, token: Token) -> None:
        match token.type:
            case "inline":
                self._inline_tokens(token)
            case "paragraph_open":
                self._start(self._style.paragraph())
            case "heading_open":
                block, self._base = self._style.heading(int(token.tag[1]))
                self._start(block)
            case "heading_close":
                self._base = QTextCharFormat()
            case "hr":
                self._rule()
            case "fence" | "code_block":
                language = (token.info.split() or [""])[0]
                self.code(token.content.removesuffix("\n"), language)
            case _:
                self._container(token)

    def _container(self, token: Token) -> None:
        """Lists and quotes change what the blocks inside look like."""
        style = self._style
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(token)
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
                self._indent -= style.indent
                self._gap = style.gap
            case "list_item_open":
                self._open_item(token.markup)
            case "list_item_close":
                self._close_item()
            case "blockquote_open":
                self._bars.append(self._indent)
                self._indent += style.px(20)
            case "blockquote_close":
                self._indent -= style.px(20)
                self._bars.pop()

    def _inline_tokens(self, token: Token) -> None:
        if self._is_empty:
            self._start(self._style.paragraph())
        self._inline.write(token.children or (), self._base)

    def _start(
        self, block: QTextBlockFormat, gap: float | None = None, *, is_rule: bool = False
    ) -> None:
        """Begin a text block at the present indent."""
        block.setLeftMargin(block.leftMargin() + self._indent)
        if self._is_empty:
            self.cursor.setBlockFormat(block)
        else:
            block.setTopMargin(block.topMargin() + (self._gap if gap is None else gap))
            self.cursor.insertBlock(block, QTextCharFormat())
        if self._marker or self._bars or is_rule:
            number, bars = self.document.blockCount() - 1, tuple(self._bars)
            mark = Mark(number, self._marker, bars, is_rule, block.leftMargin(), block.topMargin())
            self.document.marks.append(mark)
            self._marker = ""
        self._is_empty = False
        self._gap = self._style.gap
        self.document.bottom_space = 0.0

    def _open_list(self, token: Token) -> None:
        start = token.attrGet("start")
        is_ordered = token.type == "ordered_list_open"
        if self._lists and not self._marker:
            self._gap = self._style.item_gap
        self._lists.append(int(1 if start is None else start) if is_ordered else None)
        self._indent += self._style.indent

    def _open_item(self, markup: str) -> None:
        number = self._lists[-1]
        bullet = _BULLETS[min(len(self._lists), len(_BULLETS)) - 1]
        if self._marker:
            self._start(self._style.paragraph())
            self._gap = self._style.item_gap
        self._marker = bullet if number is None else f"{number}{markup}"

    def _close_item(self) -> None:
        if self._marker:
            self._start(self._style.paragraph())
        number = self._lists[-1]
        self._lists[-1] = None if number is None else number + 1
        self._gap = self._style.item_gap

    def _rule(self) -> None:
        block = self._style.paragraph()
        height = self._style.px(16)
        block.setLineHeight(height, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        self._start(block, is_rule=True)

    def _definition(self, text: str) -> None:
        if text.strip():
            self.plain(text.strip("\n"), self._style.quiet())

    def plain(self, text: str, characters: QTextCharFormat) -> None:
        """Text as it is, one paragraph."""
        self._start(self._style.paragraph())
        self.cursor.insertText(text.replace("\n", "\u2028"), characters)

    def code(self, text: str, language: str, *, head: bool = True, end: bool = True) -> None:
        """Lines of code on their own ground; later parts of long code have no header."""
        style = self._style
        if self._marker:
            self._start(style.paragraph())
        first = 0 if self._is_empty else self.document.blockCount()
        lines = text.split("\n")
        x = self._indent
        for index, line in enumerate(lines):
            block = style.code_paragraph()
            block.setLeftMargin(style.code_pad)
            is_first = index == 0
            if is_first and head:
                self._make_room(block)
            self._start(block, None if is_first else 0.0)
            self.cursor.insertText(line, style.code_characters())
        last = self.document.blockCount() - 1
        self.document.code_runs.append(CodeRun(first, last, x, language, head, end))
        self.document.bottom_space = style.code_foot if end else 0.0
        self._gap += self.document.bottom_space

    def _make_room(self, block: QTextBlockFormat) -> None:
        """Room for the header of code."""
        if self._is_empty:
            self.document.top_space = self._style.code_header
        else:
            block.setTopMargin(self._style.code_header)

    def _table(self, tokens: Sequence[Token], *, is_later: bool) -> None:
        """Rows in the code font, columns padded with spaces, a rule under the header."""
        for row, line in enumerate(tables.lines(tokens, is_later=is_later)):
            block = self._style.code_paragraph()
            block.setRightMargin(0)
            self._start(block, None if row == 0 else 0.0)
            characters = self._style.code_characters()
            if row == 0 and not is_later:
                characters.setFontWeight(700)
            self.cursor.insertText(line, characters)
            if row == 0 and not is_later:
                self._gap = 0.0
                self._rule()


def _closing(tokens: Sequence[Token], opened: int) -> int:
    """The index after the token that closes the one at `opened`."""
    level = tokens[opened].level
    for index in range(opened + 1, len(tokens)):
        if tokens[index].level == level and tokens[index].nesting < 0:
            return index + 1
    return len(tokens)

"""One block of source to one small QTextDocument; never through HTML.

Text can only arrive here as literal text: no image is loaded, no tag is read.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QTextCharFormat, QTextCursor

from gui.widgets.transcript import parser
from gui.widgets.transcript.blocks import SourceBlock
from gui.widgets.transcript.document import BlockDocument
from gui.widgets.transcript.pieces import Shape
from gui.widgets.transcript.style import Style
from gui.widgets.transcript.writer import BlockWriter


def build(
    block: SourceBlock, style: Style, references: dict[str, Any], *, literal: bool, quiet: bool
) -> BlockDocument:
    """The document of one block; `literal` shows prose as it was typed."""
    document = BlockDocument(style)
    writer = BlockWriter(document, style)
    writer.cursor.beginEditBlock()
    if block.shape is Shape.CODE:
        writer.code(block.text, block.language, head=not block.continues, end=block.is_last)
    elif literal:
        writer.plain(block.text, style.quiet() if quiet else QTextCharFormat())
    else:
        _write_markdown(writer, block, references)
    writer.cursor.endEditBlock()
    return document


def plain_document(text: str, style: Style, colour: str) -> BlockDocument:
    """A document of one plain paragraph in `colour`."""
    document = BlockDocument(style)
    characters = QTextCharFormat()
    characters.setForeground(style.brush(colour))
    BlockWriter(document, style).plain(text, characters)
    return document


def extend_code(
    document: BlockDocument, before: SourceBlock, after: SourceBlock, style: Style
) -> bool:
    """Add to a code document what came after; False if it has to be built anew."""
    is_more = (
        before.shape is after.shape is Shape.CODE
        and before.language == after.language
        and before.continues == after.continues
        and not before.is_last
        and after.text.startswith(before.text)
    )
    if is_more:
        cursor = QTextCursor(document)
        cursor.beginEditBlock()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        first, *lines = after.text[len(before.text) :].split("\n")
        cursor.insertText(first, style.code_characters())
        for line in lines:
            block = style.code_paragraph()
            block.setLeftMargin(style.code_pad)
            cursor.insertBlock(block)
            cursor.insertText(line, style.code_characters())
        cursor.endEditBlock()
        document.bottom_space = style.code_foot if after.is_last else 0.0
        run = document.code_runs[-1]
        run.last, run.has_end = document.blockCount() - 1, after.is_last
    return is_more


def _write_markdown(writer: BlockWriter, block: SourceBlock, references: dict[str, Any]) -> None:
    if block.shape is Shape.PARAGRAPH and block.continues:
        tokens = parser.parse_inline(block.text, references)
    else:
        tokens = parser.parse(block.head + block.text, references)
    if tokens is None:
        writer.plain(block.text, QTextCharFormat())
        return
    if block.number is not None and tokens and tokens[0].type == "ordered_list_open":
        tokens[0].attrSet("start", block.number)
    writer.write(tokens, block)

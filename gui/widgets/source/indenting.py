"""Blanks at the beginning of lines, put in and taken away."""

from __future__ import annotations

from PySide6.QtGui import QTextBlock, QTextCursor

WIDTH = 4


def indent(cursor: QTextCursor) -> None:
    """Blanks up to the next stop; of several selected lines, all further in."""
    blocks = _lines(cursor)
    cursor.beginEditBlock()
    if len(blocks) > 1:
        for block in blocks:
            if block.text():
                QTextCursor(block).insertText(" " * WIDTH)
    else:
        column = cursor.selectionStart() - blocks[0].position()
        cursor.insertText(" " * (WIDTH - column % WIDTH))
    cursor.endEditBlock()


def unindent(cursor: QTextCursor) -> None:
    """All selected lines further out."""
    cursor.beginEditBlock()
    for block in _lines(cursor):
        if count := _blanks(block.text()):
            at = QTextCursor(block)
            at.setPosition(block.position() + count, QTextCursor.MoveMode.KeepAnchor)
            at.removeSelectedText()
    cursor.endEditBlock()


def _blanks(text: str) -> int:
    """How many characters one step in takes at the beginning of a line."""
    if text.startswith("\t"):
        return 1
    return min(WIDTH, len(text) - len(text.lstrip(" ")))


def _lines(cursor: QTextCursor) -> list[QTextBlock]:
    """The lines of a selection; one that ends before its first character is not in it."""
    document = cursor.document()
    start, end = cursor.selectionStart(), cursor.selectionEnd()
    first = block = document.findBlock(start)
    found = [first]
    while (block := block.next()).isValid() and block.position() < end:
        found.append(block)
    return found

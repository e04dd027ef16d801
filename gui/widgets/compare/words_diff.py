"""Two texts in one, word by word: signs, tints, and how many words are in one only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import (
    QColor,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import (
    QTextEdit,
    QWidget,
)
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records import DiffKind
from gui.widgets.compare.words import only_words
from gui.widgets.source.changes_frame import ChangesFrame

Piece = tuple[DiffKind, str]

_LINE = 150.0
_SIGNS = {DiffKind.REMOVED: "−", DiffKind.ADDED: "+"}
_MARKS = {DiffKind.REMOVED: ("[-", "-]"), DiffKind.ADDED: ("{+", "+}"), DiffKind.SAME: ("", "")}
_BREAK = "↵"


class WordsField(QTextEdit):
    """The text itself; what was taken away is struck through, what was added underlined."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces: tuple[Piece, ...] = ()
        self._starts: list[int] = []
        self.setObjectName("words")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setFont(theme.body_font())
        self.document().setDocumentMargin(12)
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.setAccessibleName(tr("Differences"))

    def show_pieces(self, pieces: Sequence[Piece]) -> None:
        """Replace the text; its beginning is on show."""
        self._pieces = tuple(pieces)
        self._write()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def step(self, step: int) -> None:
        """To the next place that changed (1) or the one before (-1), round the end."""
        if not self._starts:
            return
        here = self.textCursor().position()
        if step > 0:
            target = next((start for start in self._starts if start > here), self._starts[0])
        else:
            before = (start for start in reversed(self._starts) if start < here)
            target = next(before, self._starts[-1])
        cursor = self.textCursor()
        cursor.setPosition(target)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._pieces:
            self._write()

    def _write(self) -> None:
        self.clear()
        self._starts = []
        cursor = QTextCursor(self.document())
        paragraph = QTextBlockFormat()
        paragraph.setLineHeight(_LINE, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.setBlockFormat(paragraph)
        cursor.beginEditBlock()
        before = DiffKind.SAME
        for kind, text in self._pieces:
            if kind is not DiffKind.SAME and before is DiffKind.SAME:
                self._starts.append(cursor.position())
            before = kind
            self._insert(cursor, kind, text)
        cursor.endEditBlock()

    def _insert(self, cursor: QTextCursor, kind: DiffKind, text: str) -> None:
        if kind is DiffKind.SAME:
            cursor.insertText(text, QTextCharFormat())
            return
        look = theme.colours(self.palette())
        is_removed = kind is DiffKind.REMOVED
        shape = QTextCharFormat()
        shape.setBackground(QColor(look.removed if is_removed else look.added))
        shape.setForeground(QColor(look.danger if is_removed else look.moss))
        cursor.insertText(_SIGNS[kind] + "\u2060", shape)
        shape.setFontStrikeOut(is_removed)
        shape.setFontUnderline(not is_removed)
        cursor.insertText(text.replace("\n", f"{_BREAK}\n"), shape)


class WordsDiff(ChangesFrame):
    """How many words are in one text only, and both texts in one; F8 goes from change to change.

    The button copies it as `[-taken away-]` and `{+added+}`.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._pieces: tuple[Piece, ...] = ()
        self.field = WordsField()
        super().__init__(self.field, self.field, parent)

    def show_pieces(self, pieces: Sequence[Piece], old_name: str, new_name: str) -> None:
        """Replace the text; the names say which of the two is which."""
        self._pieces = tuple(pieces)
        if all(kind is DiffKind.SAME for kind, _ in pieces):
            self.show_message(tr("No difference."))
            return
        self.field.show_pieces(self._pieces)
        self.show_counts(
            only_words(_count(pieces, DiffKind.REMOVED), old_name),
            only_words(_count(pieces, DiffKind.ADDED), new_name),
        )

    @override
    def text(self) -> str:
        return "".join(_marked(self._pieces))


def _marked(pieces: Sequence[Piece]) -> Iterator[str]:
    for kind, text in pieces:
        before, after = _MARKS[kind]
        yield f"{before}{text}{after}"


def _count(pieces: Sequence[Piece], kind: DiffKind) -> int:
    return sum(len(text.split()) for own, text in pieces if own is kind)

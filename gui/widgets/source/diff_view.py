"""Two texts compared, line by line: signs, numbers of both sides, tints."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QTextCursor,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gui.language import tr
from gui.records import DiffKind, DiffLine
from gui.widgets.source.changes_frame import ChangesFrame
from gui.widgets.source.numbered import NumberedField

_SIDE = 8
_SIGN = 20
_BREAKS = re.compile("[\n\r\u2029\ufdd0\ufdd1]")
_SIGNS = {DiffKind.SAME: " ", DiffKind.REMOVED: "−", DiffKind.ADDED: "+"}
_COPIED_SIGNS = {DiffKind.SAME: " ", DiffKind.REMOVED: "-", DiffKind.ADDED: "+"}


class DiffField(NumberedField):
    """The lines themselves; only those that are seen are painted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[DiffLine, ...] = ()
        self._widths = (0, 0)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.setAccessibleName(tr("Differences"))
        self.fit_margin()

    def show_lines(self, lines: tuple[DiffLine, ...]) -> None:
        """Replace them; the first that changed comes into sight."""
        self._lines = lines
        numbers = [max(filter(None, side), default=0) for side in _sides(lines)]
        self._widths = (self.digits_width(numbers[0]), self.digits_width(numbers[1]))
        # A line must stay one, whatever Qt takes for the end of one.
        self.setPlainText("\n".join(_BREAKS.sub("\u2028", line.text) for line in lines))
        self.fit_margin()
        self.step(1)

    def step(self, step: int) -> None:
        """To the next place that changed (1) or the one before (-1), round the end."""
        starts = [
            number
            for number, line in enumerate(self._lines)
            if line.kind is not DiffKind.SAME
            and (number == 0 or self._lines[number - 1].kind is DiffKind.SAME)
        ]
        if not starts:
            return
        here = self.textCursor().blockNumber()
        if step > 0:
            target = next((start for start in starts if start > here), starts[0])
        else:
            target = next((start for start in reversed(starts) if start < here), starts[-1])
        cursor = QTextCursor(self.document().findBlockByNumber(target))
        self.setTextCursor(cursor)
        self.centerCursor()

    @override
    def margin_width(self) -> int:
        return _SIDE + self._widths[0] + _SIDE + self._widths[1] + _SIDE // 2 + _SIGN

    @override
    def ground(self, line: int) -> str:
        if line >= len(self._lines):
            return ""
        look = self.look
        match self._lines[line].kind:
            case DiffKind.SAME:
                return ""
            case DiffKind.REMOVED:
                return look.removed
            case DiffKind.ADDED:
                return look.added

    @override
    def paint_number(self, painter: QPainter, line: int, box: QRect) -> None:
        if line >= len(self._lines):
            return
        shown, look = self._lines[line], self.look
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        left = _SIDE
        painter.setPen(QColor(look.quiet))
        for number, width in zip((shown.old_number, shown.new_number), self._widths, strict=True):
            if number is not None:
                painter.drawText(QRect(left, box.top(), width, box.height()), right, str(number))
            left += width + _SIDE
        sign = QRect(box.right() + 1 - _SIGN, box.top(), _SIGN, box.height())
        painter.setPen(QColor(look.danger if shown.kind is DiffKind.REMOVED else look.moss))
        painter.drawText(sign, int(Qt.AlignmentFlag.AlignCenter), _SIGNS[shown.kind])

    @override
    def paint_margin_ground(self, painter: QPainter, line: int, box: QRect) -> None:
        if tint := self.ground(line):
            sign = QRect(box.right() + 1 - _SIGN, box.top(), _SIGN, box.height())
            painter.fillRect(sign, QColor(tint))


def _sides(lines: tuple[DiffLine, ...]) -> tuple[list[int | None], list[int | None]]:
    return [line.old_number for line in lines], [line.new_number for line in lines]


class DiffView(ChangesFrame):
    """How many lines are in one text only, and all lines; F8 and Shift+F8 go from change to change.

    What is selected is copied without signs; the button copies everything with them.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._lines: tuple[DiffLine, ...] = ()
        self.field = DiffField()
        super().__init__(self.field, self.field, parent)
        self.show_lines(())

    def show_lines(self, lines: Sequence[DiffLine], old_name: str = "", new_name: str = "") -> None:
        """Replace them; the names say which text is which, e.g. a model and "this Modelfile"."""
        self._lines = tuple(lines)
        removed = sum(line.kind is DiffKind.REMOVED for line in lines)
        added = sum(line.kind is DiffKind.ADDED for line in lines)
        self.field.show_lines(self._lines if removed or added else ())
        if removed or added:
            self.show_counts(
                _only(removed, old_name or tr("the old text")),
                _only(added, new_name or tr("the new text")),
            )
        else:
            self.show_message(tr("No difference."))

    @override
    def text(self) -> str:
        return "\n".join(f"{_COPIED_SIGNS[line.kind]} {line.text}" for line in self._lines)


def _only(count: int, name: str) -> str:
    if count == 1:
        return tr("1 line only in {name}", name=name)
    return tr("{count} lines only in {name}", count=count, name=name)

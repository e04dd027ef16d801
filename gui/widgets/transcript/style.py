"""Measures, fonts and formats of the transcript for one theme and one font scale."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
)

from gui import theme
from gui.widgets.transcript.pieces import Shape

_HEADING_PX = (22, 19, 17, 15, 15, 15)
_GAPS = {Shape.HEADING: 24, Shape.CODE: 16, Shape.TABLE: 16, Shape.RULE: 16}


class Style:
    """How everything looks; made anew when the theme or the scale changes."""

    def __init__(self, colours: theme.Colours, scale: float, *, is_bare: bool = False) -> None:
        self.colours = colours
        self.scale = scale
        self.is_bare = is_bare
        """Whether others say whose reply it is, and what it cost."""
        self.body = theme.body_font(scale)
        self.code = theme.code_font(scale)
        self.small = self._sized(theme.BODY_PX - 2)
        self.name = self._sized(theme.BODY_PX - 2, bold=True)
        self.line = theme.BODY_PX * theme.LINE_HEIGHT * scale
        self.code_line = (theme.BODY_PX - 1) * theme.LINE_HEIGHT * scale
        self.indent = self.px(24)
        self.gap = self.px(12)
        self.item_gap = self.px(4)
        self.code_pad = self.px(16)
        self.code_header = self.px(40)
        self.code_foot = self.px(14)
        self.name_height = self.px(4 if is_bare else 28)

    def px(self, value: float) -> float:
        """`value` px of the design at this font scale."""
        return round(value * self.scale)

    def gap_between(self, before: Shape, after: Shape, *, continues: bool) -> float:
        """The space between two blocks, px."""
        if continues:
            gaps = {Shape.LIST: self.item_gap, Shape.QUOTE: self.gap}
            return gaps.get(after, 0.0)
        if before is Shape.HEADING:
            return self.px(8)
        return self.px(max(_GAPS.get(after, 12), _GAPS.get(before, 12) if before != after else 0))

    def button_width(self, words: str) -> float:
        """The width of a button with `words` on it, px."""
        return self.px(32) + QFontMetricsF(self.small).horizontalAdvance(words)

    def small_height(self, words: str, width: float) -> float:
        """The height of small `words` wrapped to `width` px."""
        room = QRectF(0, 0, width, 1e6)
        flags = Qt.TextFlag.TextWordWrap
        return QFontMetricsF(self.small).boundingRect(room, flags, words).height()

    # -- formats --------------------------------------------------------------------------

    def paragraph(self) -> QTextBlockFormat:
        """A paragraph whose lines are at least one line height apart."""
        return _with_line_height(self.line)

    def heading(self, level: int) -> tuple[QTextBlockFormat, QTextCharFormat]:
        """Formats of a heading of `level` 1 to 6."""
        pixels = _HEADING_PX[level - 1]
        characters = QTextCharFormat()
        characters.setFont(self._sized(pixels, bold=True))
        return _with_line_height(pixels * 1.4 * self.scale), characters

    def code_paragraph(self) -> QTextBlockFormat:
        """One line of code."""
        block = _with_line_height(self.code_line)
        block.setRightMargin(self.code_pad)
        return block

    def code_characters(self) -> QTextCharFormat:
        """Code in a block."""
        characters = QTextCharFormat()
        characters.setFont(self.code)
        return characters

    def inline_code(self, base: QTextCharFormat) -> QTextCharFormat:
        """Code within a sentence, in the size of the words around it."""
        characters = QTextCharFormat(base)
        font = QFont(self.code)
        size = base.font().pixelSize() if base.hasProperty(_PIXEL_SIZE) else self.body.pixelSize()
        font.setPixelSize(max(1, size - 1))
        font.setBold(base.font().bold())
        characters.setFont(font)
        return characters

    def quiet(self) -> QTextCharFormat:
        """Text that steps back: thinking, definitions, placeholders."""
        characters = QTextCharFormat()
        characters.setForeground(self.brush(self.colours.quiet))
        return characters

    def brush(self, colour: str) -> QBrush:
        """A brush of one of the theme's colours."""
        return QBrush(QColor(colour))

    def _sized(self, pixels: int, *, bold: bool = False) -> QFont:
        font = theme.body_font(self.scale)
        font.setPixelSize(round(pixels * self.scale))
        font.setBold(bold)
        return font


_PIXEL_SIZE = QTextFormat.Property.FontPixelSize


def _with_line_height(pixels: float) -> QTextBlockFormat:
    block = QTextBlockFormat()
    block.setLineHeight(pixels, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
    return block

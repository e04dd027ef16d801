"""What rows are painted with: a line of text, a chip, a ground."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from gui import theme

_CHIP_HEIGHT = 18
_CHIP_PIXELS = 11
_CHIP_MARGIN = 7
_CHIP_GAP = 4
_RADIUS = 10
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ONE_LINE = int(Qt.TextFlag.TextSingleLine)


def sized(font: QFont, pixels: int, *, bold: bool = False) -> QFont:
    """`font` at another size."""
    changed = QFont(font)
    changed.setPixelSize(pixels)
    changed.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return changed


def text_width(font: QFont, text: str) -> int:
    """The pixels a line takes."""
    return QFontMetrics(font).horizontalAdvance(text)


def line(
    painter: QPainter,
    rect: QRect,
    text: str,
    font: QFont,
    colour: str,
    *,
    right: bool = False,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """One line of foreign text: cut where the room ends, never read as anything but text."""
    if rect.width() <= 0:
        return
    painter.setFont(font)
    painter.setPen(QColor(colour))
    fitted = QFontMetrics(font).elidedText(" ".join(text.split()), elide, rect.width())
    painter.drawText(rect, int(_RIGHT if right else _LEFT) | _ONE_LINE, fitted)


def ground(painter: QPainter, option: QStyleOptionViewItem, look: theme.Colours) -> None:
    """What lies under a row that is selected or under the mouse."""
    state = option.state
    is_selected = bool(state & QStyle.StateFlag.State_Selected)
    if not is_selected and not state & QStyle.StateFlag.State_MouseOver:
        return
    has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
    painter.setPen(Qt.PenStyle.NoPen)
    if is_selected:
        painter.setPen(QPen(QColor(look.accent if has_focus else look.line), 1))
    painter.setBrush(QColor(look.surface))
    box: QRect = option.rect
    painter.drawRoundedRect(QRectF(box).adjusted(8.5, 1.5, -8.5, -1.5), _RADIUS, _RADIUS)


def chip_width(font: QFont, text: str) -> int:
    """The pixels a chip takes, without the gap beside it."""
    return text_width(sized(font, _CHIP_PIXELS), text) + 2 * _CHIP_MARGIN


def chip(painter: QPainter, at: QPoint, text: str, font: QFont, colours: tuple[str, str]) -> int:
    """A word on a rounded ground; `at` is its left end at half height. Gives the next left end."""
    width = chip_width(font, text)
    box = QRect(at.x(), at.y() - _CHIP_HEIGHT // 2, width, _CHIP_HEIGHT)
    words, ground_colour = colours
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground_colour))
    painter.drawRoundedRect(box, _CHIP_HEIGHT / 2, _CHIP_HEIGHT / 2)
    painter.setFont(sized(font, _CHIP_PIXELS))
    painter.setPen(QColor(words))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter) | _ONE_LINE, text)
    return at.x() + width + _CHIP_GAP


def chips(
    painter: QPainter, rect: QRect, words: tuple[str, ...], font: QFont, colours: tuple[str, str]
) -> int:
    """Chips at the right end of `rect`, as many as have room. Gives where they begin."""
    widths = [chip_width(font, word) + _CHIP_GAP for word in words]
    while widths and sum(widths) > rect.width():
        widths.pop()
    left = rect.right() + _CHIP_GAP - sum(widths)
    at = QPoint(left, rect.center().y())
    for word, _ in zip(words, widths, strict=False):
        at = QPoint(chip(painter, at, word, font, colours), at.y())
    return left

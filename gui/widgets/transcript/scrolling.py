"""Keeps the reader's place while heights become known, and follows the end of a reply."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtWidgets import QAbstractScrollArea

from gui import theme
from gui.widgets.transcript.jump_button import SIZE, JumpButton
from gui.widgets.transcript.layout import Frame
from gui.widgets.transcript.shown import ShownBlock, between
from gui.widgets.transcript.workings import Workings

FOLLOW_WITHIN = 48
"""Closer than this to the end, px, the view follows a growing reply."""
TOP_SPACE, BOTTOM_SPACE = 16, 24
SIDE_SPACE = 24
WHEEL_STEP = 40
_ROUNDS = 8


class Scroller:
    """The scroll bar and what is laid out around it."""

    def __init__(self, view: QAbstractScrollArea, workings: Workings) -> None:
        self._view = view
        self._workings = workings
        self._bar = view.verticalScrollBar()
        self._bar.setSingleStep(WHEEL_STEP)
        self._is_following = True
        self._is_settling = False
        self._painted_offset = 0.0
        self._button = JumpButton(view)
        self._button.clicked.connect(self.jump_to_end)

    @property
    def offset(self) -> float:
        """The y of the transcript at the top of the viewport."""
        return float(self._bar.value() - TOP_SPACE)

    @property
    def is_following(self) -> bool:
        """Whether the end stays in view while a reply grows."""
        return self._is_following

    @property
    def page(self) -> int:
        """The height of the viewport, px."""
        return self._view.viewport().height()

    def jump_to_end(self) -> None:
        """Show the newest words and follow them."""
        self._is_following = True
        self.settle()

    def scroll_to(self, value: float) -> None:
        """Scroll so that the transcript's `value` is at the top."""
        self._bar.setValue(round(value))

    def scroll_by(self, distance: float) -> None:
        """Scroll by px; negative is up."""
        self._bar.setValue(self._bar.value() + round(distance))

    def reveal(self, index: int) -> None:
        """Scroll as little as needed to see a message, or its beginning if it is long."""
        heights = self._workings.transcript.heights
        top, height = heights.top(index), self._workings.transcript.layout(index).height
        start = self.offset
        if top < start or height > self.page:
            self.scroll_to(top + TOP_SPACE - 8)
        elif top + height > start + self.page:
            self.scroll_to(top + height - self.page + TOP_SPACE)

    def reveal_within(self, index: int, rect: QRectF) -> None:
        """Scroll as little as needed to see a place of a message, y from its top."""
        top = self._workings.transcript.heights.top(index) + rect.top()
        bottom = top + rect.height()
        if top < self.offset:
            self.scroll_to(top + TOP_SPACE - 8)
        elif bottom > self.offset + self.page:
            self.scroll_to(bottom - self.page + TOP_SPACE + 8)

    def scrolled(self) -> None:
        """The scroll bar has another value."""
        if not self._is_settling:
            self._is_following = self._bar.maximum() - self._bar.value() <= FOLLOW_WITHIN
            self.settle(keeps_end=False)

    def reframe(self) -> None:
        """The viewport has another size, or the text another scale."""
        workings = self._workings
        width = self._view.viewport().width()
        widest = theme.COLUMN_WIDTH * max(1.0, workings.scale)
        column = max(160.0, min(widest, width - 2 * SIDE_SPACE))
        left = max(float(SIDE_SPACE), round((width - column) / 2))
        place = self._place()
        workings.transcript.set_frame(Frame(left, column))
        self._restore(place)
        self.settle()

    def settle(self, *, keeps_end: bool = True, changed_from: float | None = None) -> None:
        """Lay out what is on screen; hold the end, or the first words on screen, still.

        Only what is below `changed_from`, y of the transcript, is painted anew; None: all.
        """
        if self._is_settling:
            return
        self._is_settling = True
        transcript, end = self._workings.transcript, self._is_following and keeps_end
        place = self._place()
        for _ in range(_ROUNDS):
            if end:
                self._set_range()
                self._bar.setValue(self._bar.maximum())
            made = transcript.build(self.offset, self.offset + self.page)
            self._set_range()
            if end:
                self._bar.setValue(self._bar.maximum())
            else:
                self._restore(place)
            if not made:
                break
        self._is_settling = False
        self._show_button()
        self._repaint(changed_from)

    def build_around(self) -> bool:
        """Lay out one more block within a page of the screen; False if all is done."""
        transcript = self._workings.transcript
        for top in (self.offset + self.page, self.offset - self.page):
            if transcript.lacks(top, top + self.page):
                place = self._place()
                self._is_settling = True
                transcript.build_one(top, top + self.page)
                self._set_range()
                if self._is_following:
                    self._bar.setValue(self._bar.maximum())
                else:
                    self._restore(place)
                self._is_settling = False
                self._painted_offset = self.offset
                if self._y_of(place) - self.offset != place[2]:
                    self._view.viewport().update()
                return True
        return False

    # -- the reader's place ---------------------------------------------------------------

    def _place(self) -> tuple[int, ShownBlock | None, float]:
        """The first words on screen that are laid out, and how far down they are."""
        transcript, offset = self._workings.transcript, self.offset
        for index in transcript.between(offset, offset + self.page):
            layout, top = transcript.laid_out(index), transcript.heights.top(index)
            if layout is None:
                continue
            seen = between(layout.shown_blocks, offset - top, offset - top + self.page)
            for _, block in seen:
                if block.document is not None:
                    return index, block, top + block.y - offset
        index = transcript.heights.index_at(offset)
        return index, None, (transcript.heights.top(index) if index >= 0 else 0.0) - offset

    def _restore(self, place: tuple[int, ShownBlock | None, float]) -> None:
        if 0 <= place[0] < len(self._workings.transcript.messages):
            self._bar.setValue(round(self._y_of(place) - place[2] + TOP_SPACE))

    def _y_of(self, place: tuple[int, ShownBlock | None, float]) -> float:
        index, block, _ = place
        y = self._workings.transcript.heights.top(index)
        return y + (block.y if block is not None else 0.0)

    def _repaint(self, changed_from: float | None) -> None:
        """Move the pixels that only moved; paint the rest."""
        viewport = self._view.viewport()
        shift = round(self._painted_offset - self.offset)
        self._painted_offset = self.offset
        if changed_from is None or abs(shift) >= self.page:
            viewport.update()
            return
        if shift:
            viewport.scroll(0, shift)
        top = max(0, math.floor(changed_from - self.offset) - 1)
        viewport.update(0, top, viewport.width(), self.page - top)

    def _set_range(self) -> None:
        whole = self._workings.transcript.heights.total + TOP_SPACE + BOTTOM_SPACE
        self._bar.setPageStep(self.page)
        self._bar.setRange(0, max(0, round(whole) - self.page))

    def _show_button(self) -> None:
        viewport = self._view.viewport()
        is_away = self._bar.maximum() - self._bar.value() > max(FOLLOW_WITHIN, self.page // 2)
        is_growing = not self._is_following and self._workings.live_layout() is not None
        if is_away or is_growing:
            x = (viewport.width() - SIZE) // 2
            self._button.move(viewport.pos() + QPoint(x, viewport.height() - SIZE - 16))
            self._button.raise_()
        self._button.setVisible(is_away or is_growing)

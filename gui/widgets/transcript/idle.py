"""Work for the moments when nothing else happens: look-ahead, long messages, colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QTimer

from gui.widgets.transcript.actions import code_parts
from gui.widgets.transcript.document import BlockDocument
from gui.widgets.transcript.highlight import (
    LARGEST,
    ColouringJob,
    Lexers,
    Stretch,
    colour,
    kind_of,
)
from gui.widgets.transcript.pieces import Shape
from gui.widgets.transcript.scrolling import Scroller
from gui.widgets.transcript.shown import between
from gui.widgets.transcript.workings import Workings

if TYPE_CHECKING:
    from pygments.lexer import Lexer

    from gui.widgets.transcript.message_layout import MessageLayout
    from gui.widgets.transcript.shown import ShownBlock
    from gui.widgets.transcript.view import TranscriptView

SLICE_SECONDS = 0.004
READ_PER_SLICE = 4096
_SOON_MS, _LATER_MS = 0, 40


class IdleWork:
    """Does one small piece of work at a time until there is none; then it sleeps."""

    def __init__(self, view: TranscriptView, workings: Workings, scroller: Scroller) -> None:
        self._view = view
        self._workings = workings
        self._scroller = scroller
        self._lexers = Lexers()
        self._job: ColouringJob | None = None
        self._timer = QTimer(view)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._step)
        view.destroyed.connect(self._lexers.close)

    def warm(self) -> None:
        """Import the parsers in a thread."""
        self._lexers.warm()

    def wake(self) -> None:
        """There may be something to do."""
        if not self._timer.isActive():
            self._timer.start(_SOON_MS)

    def _step(self) -> None:
        if self._read_more() or self._colour() or self._scroller.build_around():
            self._timer.start(_SOON_MS)

    def _read_more(self) -> bool:
        """Cut more of a long stored message that is on screen."""
        transcript, top = self._workings.transcript, self._scroller.offset
        for index in transcript.between(top, top + self._scroller.page):
            layout = transcript.laid_out(index)
            if layout is not None and layout.unread > 0:
                layout.read_more(READ_PER_SLICE)
                transcript.measure(index)
                self._scroller.settle()
                return True
        return False

    # -- colours --------------------------------------------------------------------------

    def _colour(self) -> bool:
        theme = self._workings.style.colours.name
        if self._job is None:
            self._job = next(self._jobs(), None)
        if self._job is None:
            return False
        if not self._job.step(SLICE_SECONDS, theme):
            self._job = None
            self._view.viewport().update()
        return True

    def _jobs(self) -> Iterator[ColouringJob]:
        """Jobs for the code on screen that has no colours yet."""
        transcript, top = self._workings.transcript, self._scroller.offset
        bottom = top + self._scroller.page
        for index in transcript.between(top, bottom):
            layout, y = transcript.laid_out(index), transcript.heights.top(index)
            if layout is None:
                continue
            for _, block in between(layout.shown_blocks, top - y, bottom - y):
                if block.document is not None:
                    yield from self._jobs_in(layout, block, block.document)

    def _jobs_in(
        self, layout: MessageLayout, block: ShownBlock, document: BlockDocument
    ) -> Iterator[ColouringJob]:
        for number, run in enumerate(document.code_runs):
            if number in block.spans:
                continue
            found = self._lexers.find(run.language)
            if not found.done():
                self._timer.start(_LATER_MS)
                continue
            parts = code_parts(layout, block, number)
            last = parts[-1][0].source
            if last.shape is Shape.CODE and not last.is_last:
                self._colour_new_lines(layout, block, document, found.result())
            elif sum(len(text) for _, text in parts) > LARGEST:
                block.spans[number] = []
            else:
                yield _job(parts, number, found.result())

    def _colour_new_lines(
        self,
        layout: MessageLayout,
        block: ShownBlock,
        document: BlockDocument,
        lexer: Lexer | None,
    ) -> None:
        """Colour the lines that streamed in since the last time, each group for itself."""
        run = document.code_runs[0]
        first, last = run.first + block.coloured_lines, run.last - 1
        if lexer is None or last < first:
            return
        block.coloured_lines = last + 1 - run.first
        numbers = range(first, last + 1)
        code = "\n".join(document.findBlockByNumber(number).text() for number in numbers)
        spans = [
            (start, len(text), kind)
            for start, token, text in lexer.get_tokens_unprocessed(code)
            if (kind := kind_of(str(token)))
        ]
        colour(document, first, last, spans, self._workings.style.colours.name)
        top = layout.text_top(block) + place_of(document, first).top()
        bottom = layout.text_top(block) + place_of(document, last).bottom()
        self._repaint(layout, top, bottom)

    def _repaint(self, layout: MessageLayout, top: float, bottom: float) -> None:
        """Paint anew what is between two y of a message."""
        transcript = self._workings.transcript
        shift = transcript.heights.top(transcript.index_of(layout.message.id))
        shift -= self._scroller.offset
        rect = QRectF(0, top + shift, self._view.width(), bottom - top)
        self._view.viewport().update(rect.toAlignedRect())


def place_of(document: BlockDocument, number: int) -> QRectF:
    """Where a text block is in its document."""
    return document.documentLayout().blockBoundingRect(document.findBlockByNumber(number))


def _job(parts: list[tuple[ShownBlock, str]], run: int, lexer: Lexer | None) -> ColouringJob:
    code, stretches = "", list[Stretch]()
    for block, text in parts:
        joint = block.source.joint if code else ""
        stretches.append(Stretch(block, run, len(code) + len(joint), len(text)))
        code += joint + text
    return ColouringJob(code, lexer, stretches)

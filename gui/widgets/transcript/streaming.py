"""A reply that streams: its text and that of its steps on the way to the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QTimer

from gui.records import Message, MessageStatus, StepRecord
from gui.widgets.transcript import accessibility
from gui.widgets.transcript.feed import Channel, Feed
from gui.widgets.transcript.message_layout import MessageLayout
from gui.widgets.transcript.scrolling import Scroller
from gui.widgets.transcript.step_row import Part
from gui.widgets.transcript.workings import Workings

if TYPE_CHECKING:
    from gui.widgets.transcript.view import TranscriptView

TICK_MS = 200
"""How often the seconds of a step that runs are written anew."""


class Streaming:
    """Feeds the last message of a view while it is live."""

    def __init__(self, view: TranscriptView, workings: Workings, scroller: Scroller) -> None:
        self._view = view
        self._workings = workings
        self._scroller = scroller
        self._total = 0
        self.feed = Feed(self.take, view)
        self.clock = QTimer(view)
        self.clock.setInterval(TICK_MS)
        self.clock.timeout.connect(self._tick)

    def start(self, message: Message, total: int) -> None:
        """Show a reply that is about to stream; `total` is how many steps it has."""
        self.clear()
        self._total = total
        self._view.add_message(message)
        layout = self._workings.live_layout()
        if layout is not None and layout.panel is not None:
            layout.panel.total = total
        self._scroller.jump_to_end()
        self.clock.start()

    def clear(self) -> None:
        """Forget what was not shown yet."""
        self.feed.clear()
        self.clock.stop()

    def put_step(self, record: StepRecord) -> None:
        """A step began or ended; what came of its text comes first."""
        self.feed.hurry(record.name)
        layout = self._workings.live_layout()
        if layout is not None:
            layout.put_step(record, self._total)
            self._settle()
            self.clock.start()

    def end(self, message: Message) -> None:
        """Show the final state of the reply, once all its text has been shown."""
        self.feed.end(lambda: self._end(message))

    def take(self, pieces: Sequence[tuple[Channel, str]]) -> None:
        """Show some text of the live reply and of its steps."""
        layout = self._workings.live_layout()
        if layout is None:
            return
        tops = [self._take(layout, channel, text) for channel, text in pieces]
        if seen := [top for top in tops if top is not None]:
            self._settle(min(seen))

    def _take(self, layout: MessageLayout, channel: Channel, text: str) -> float | None:
        """From which y of the message the text shows; None if it does not."""
        if channel.step:
            return layout.take_step(channel.step, channel.part, text)
        if channel.part is Part.THINKING:
            layout.append(thinking=text)
            return 0.0
        settled = layout.settled_height
        layout.append(text)
        return settled

    def _settle(self, changed_from: float = 0.0) -> None:
        transcript = self._workings.transcript
        index = len(transcript.messages) - 1
        transcript.measure(index)
        self._scroller.settle(changed_from=transcript.heights.top(index) + changed_from)

    def _end(self, message: Message) -> None:
        transcript = self._workings.transcript
        index = transcript.index_of(message.id)
        if index < 0:
            return
        self.clock.stop()
        transcript.end(index, message)
        self._scroller.settle()
        if message.status is not MessageStatus.STREAMING:
            accessibility.announce(self._view, message)

    def _tick(self) -> None:
        """Paint the seconds of running steps anew; sleep if there are none."""
        layout = self._workings.live_layout()
        if layout is None or layout.panel is None or not layout.panel.running:
            self.clock.stop()
            return
        panel, row_height = layout.panel, layout.style.px(32)
        tops = [panel.head_top]
        if panel.is_open:
            tops += [row.top for row in panel.running]
        transcript = self._workings.transcript
        shift = transcript.heights.top(len(transcript.messages) - 1) - self._scroller.offset
        for top in tops:
            rect = QRectF(0, top + shift, self._view.viewport().width(), row_height)
            self._view.viewport().update(rect.toAlignedRect())

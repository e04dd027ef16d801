"""All messages of the conversation on show: which one is where, and the few that are laid out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence

from gui.records import Message, Role
from gui.widgets.transcript.folds import Folds
from gui.widgets.transcript.layout import Frame, Heights
from gui.widgets.transcript.message_layout import (
    BUBBLE_SHARE,
    MessageLayout,
)
from gui.widgets.transcript.shown import guess_lines
from gui.widgets.transcript.style import Style

KEPT_LAYOUTS = 150
"""Messages that stay laid out though they are off screen."""
KEPT_DOCUMENTS = 600


class Transcript:
    """Messages in order, their heights, and layouts for those near the screen."""

    def __init__(self, style: Style, frame: Frame) -> None:
        self.messages: list[Message] = []
        self.heights = Heights()
        self.style = style
        self.frame = frame
        self.documents_made = 0
        """Documents made or wrapped anew so far; tests bound it."""
        self._layouts: OrderedDict[int, MessageLayout] = OrderedDict()
        self._indexes: dict[int, int] = {}
        self._folds: dict[int, Folds] = {}
        self._reruns: dict[int, str] = {}
        self._context_start: int | None = None

    # -- messages -------------------------------------------------------------------------

    def set_messages(self, messages: Sequence[Message]) -> None:
        """Show other messages."""
        self.messages = list(messages)
        self._indexes = {message.id: index for index, message in enumerate(self.messages)}
        self._layouts.clear()
        self._folds.clear()
        self._reruns.clear()
        self.heights = Heights(map(self._guess, self.messages))

    def append(self, message: Message) -> None:
        """Add a message at the end."""
        self._indexes[message.id] = len(self.messages)
        self.messages.append(message)
        self.heights.append(self._guess(message))

    def replace(self, index: int, message: Message) -> None:
        """Show another state of a message."""
        self.messages[index] = message
        layout = self._layouts.get(message.id)
        if layout is None:
            self.heights.set(index, self._guess(message))
        else:
            layout.renew(message)
            self.heights.set(index, layout.height)

    def end(self, index: int, message: Message) -> None:
        """Show the final state of the reply that streamed."""
        self.messages[index] = message
        layout = self._layouts.get(message.id)
        if layout is None:
            self.heights.set(index, self._guess(message))
        else:
            layout.end(message)
            self.heights.set(index, layout.height)

    def truncate(self, count: int) -> None:
        """Keep the first `count` messages."""
        for message in self.messages[count:]:
            del self._indexes[message.id]
            self._layouts.pop(message.id, None)
            self._folds.pop(message.id, None)
        del self.messages[count:]
        self.heights.truncate(count)

    def index_of(self, message_id: int) -> int:
        """Where a message is; -1 if it is not on show."""
        return self._indexes.get(message_id, -1)

    def set_context_start(self, message_id: int | None) -> None:
        """Put the divider before this message."""
        changed = (self._context_start, message_id)
        self._context_start = message_id
        for each in changed:
            layout = self._layouts.get(each) if each is not None else None
            if layout is not None:
                layout.has_divider = each == message_id
                layout.arrange()
                self.measure(self._indexes[layout.message.id])

    # -- layouts --------------------------------------------------------------------------

    def layout(self, index: int) -> MessageLayout:
        """The layout of a message, made now if there is none."""
        message = self.messages[index]
        layout = self._layouts.get(message.id)
        if layout is None:
            folds = self._folds.setdefault(message.id, {})
            layout = MessageLayout(message, self.style, self.frame, folds)
            layout.rerun = self._reruns.get(message.id, "")
            layout.has_divider = message.id == self._context_start
            layout.arrange()
            self._layouts[message.id] = layout
            self._forget_the_oldest()
        elif layout.frame != self.frame:
            layout.set_frame(self.frame)
        self._layouts.move_to_end(message.id)
        return layout

    def laid_out(self, index: int) -> MessageLayout | None:
        """The layout of a message if there is one."""
        return self._layouts.get(self.messages[index].id)

    def measure(self, index: int) -> None:
        """Take over the height a layout has come to."""
        self.heights.set(index, self.layout(index).height)

    def fold(self, index: int, key: str, *, is_open: bool) -> None:
        """Fold or unfold what has this key in a message."""
        self.layout(index).fold(key, is_open=is_open)
        self.measure(index)

    def set_rerun(self, index: int, sentence: str) -> None:
        """Say under a reply how it compares with the one it is a second run of."""
        layout = self.layout(index)
        self._reruns[layout.message.id] = layout.rerun = sentence
        layout.arrange()
        self.measure(index)

    def between(self, top: float, bottom: float) -> Iterator[int]:
        """The messages between two y of the whole transcript."""
        if not self.messages:
            return
        index = self.heights.index_at(top)
        y = self.heights.top(index)
        while index < len(self.messages) and y < bottom:
            yield index
            y += self.heights[index]
            index += 1

    def build(self, top: float, bottom: float) -> int:
        """Lay out all that is between two y; how many documents were made for it."""
        made = 0
        for index in self.between(top, bottom):
            layout = self.layout(index)
            y = self.heights.top(index)
            made += layout.build_between(top - y, bottom - y)
            if layout.height != self.heights[index]:
                self.heights.set(index, layout.height)
                made += 1
        self.documents_made += made
        return made

    def lacks(self, top: float, bottom: float) -> bool:
        """Whether anything between two y still has to be laid out."""
        for index in self.between(top, bottom):
            layout, y = self.laid_out(index), self.heights.top(index)
            if layout is None or layout.next_to_build(top - y, bottom - y) is not None:
                return True
        return False

    def build_one(self, top: float, bottom: float) -> None:
        """Lay out the first thing between two y that is not."""
        for index in self.between(top, bottom):
            is_new = self.laid_out(index) is None
            layout, y = self.layout(index), self.heights.top(index)
            block = layout.next_to_build(top - y, bottom - y)
            if block is not None:
                layout.build(block)
            if block is not None or is_new:
                self.documents_made += 1
                self.measure(index)
                return

    # -- looks ----------------------------------------------------------------------------

    def set_frame(self, frame: Frame) -> None:
        """Another width: heights are guessed by the ratio until they are laid out."""
        ratio = self.frame.width / frame.width if frame.width else 1.0
        is_same_width = ratio == 1.0
        self.frame = frame
        for layout in self._layouts.values():
            layout.set_frame(frame)
        if not is_same_width:
            self.heights.scale(ratio)

    def set_style(self, style: Style) -> None:
        """Another theme or scale: everything is made anew when it is next seen."""
        ratio = style.scale / self.style.scale
        self.style = style
        live = {key: each for key, each in self._layouts.items() if each.is_live}
        for layout in live.values():
            layout.set_style(style)
        self._layouts = OrderedDict(live)
        if ratio != 1.0:
            self.heights.scale(ratio * ratio)

    def _forget_the_oldest(self) -> None:
        while len(self._layouts) > KEPT_LAYOUTS:
            oldest = next(iter(self._layouts))
            if self._layouts[oldest].is_live:
                self._layouts.move_to_end(oldest)
                continue
            del self._layouts[oldest]

    def _guess(self, message: Message) -> float:
        """The height of a message not laid out yet, from the length of its text."""
        style, width = self.style, self.frame.width
        if message.role is not Role.ASSISTANT:
            width = width * BUBBLE_SHARE
        lines = guess_lines(message.content, width, style) * style.line
        has_steps = message.run is not None and bool(message.run.steps)
        heads = bool(message.thinking) + has_steps
        return lines + style.px(88) + style.px(32) * heads

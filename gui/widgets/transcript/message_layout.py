"""One message laid out: its blocks, each with a document once it has been near the screen."""

from __future__ import annotations

from itertools import islice

from PySide6.QtCore import QRectF

from gui.records import Message, MessageStatus, Role, StepRecord
from gui.widgets.transcript import builder
from gui.widgets.transcript.document import BlockDocument
from gui.widgets.transcript.folds import THINKING, Folds
from gui.widgets.transcript.highlight import colour_all
from gui.widgets.transcript.layout import Frame
from gui.widgets.transcript.message_texts import MessageTexts
from gui.widgets.transcript.notices import notice_of
from gui.widgets.transcript.shown import ShownBlock, between, first_at, stack
from gui.widgets.transcript.step_row import Part
from gui.widgets.transcript.steps import StepsPanel
from gui.widgets.transcript.style import Style

UNREAD_PER_LINE = 60
BUBBLE_SHARE = 0.8


class MessageLayout:
    """The geometry of one message; y from its top, x in the viewport."""

    def __init__(
        self, message: Message, style: Style, frame: Frame, folds: Folds | None = None
    ) -> None:
        self.message = message
        self.folds: Folds = {} if folds is None else folds
        self.style = style
        self.frame = frame
        self.is_user = message.role is not Role.ASSISTANT
        self.panel: StepsPanel | None = None
        self.rerun = ""
        """How a reply that was run again compares with the first one."""
        self.has_divider = False
        self.waiting_seconds = 0.0
        self.notice: BlockDocument | None = None
        self.height = 0.0
        self.name_top = self.thinking_top = self.content_top = 0.0
        self.content_bottom = self.foot_top = 0.0
        self.notice_top = self.notice_height = self.rerun_top = 0.0
        self.bubble_width = 0.0
        self._texts = MessageTexts(message, frame.width, style)
        self._renew()

    # -- text -----------------------------------------------------------------------------

    @property
    def blocks(self) -> list[ShownBlock]:
        """The blocks of the message itself."""
        return self._texts.reply.blocks

    @property
    def thinking_blocks(self) -> list[ShownBlock]:
        """The blocks of the thinking before it."""
        return self._texts.thinking.blocks

    @property
    def unread(self) -> int:
        """Characters of a stored message not yet cut into blocks."""
        return self._texts.unread(self.message)

    @property
    def is_live(self) -> bool:
        """Whether text still arrives for it."""
        return self.message.status is MessageStatus.STREAMING

    @property
    def settled_height(self) -> float:
        """Down to where this message will not change any more while its reply streams."""
        return self._texts.settled_height(self.style)

    def append(self, text: str = "", thinking: str = "") -> None:
        """Take streamed text of the reply and of its thinking."""
        since = 0 if thinking else self._texts.reply.frozen
        if thinking:
            self._texts.thinking.feed(thinking, self.frame.width, self.style)
        if text:
            self._texts.reply.feed(text, self.frame.width, self.style)
        self.arrange(since)

    def read_more(self, count: int) -> None:
        """Cut more of a stored message into blocks."""
        self._texts.read_more(self.message, count, self.frame.width, self.style)
        self.arrange()

    def end(self, message: Message) -> None:
        """The reply is over: `message` is its final state."""
        self.message = message
        if not self._texts.end(message, self.frame.width, self.style):
            self._texts = MessageTexts(message, self.frame.width, self.style)
        self._renew()

    def renew(self, message: Message) -> None:
        """Show another state of the same message, its text only anew if it changed."""
        old, self.message = self.message, message
        if (old.content, old.thinking) != (message.content, message.thinking):
            self._texts = MessageTexts(message, self.frame.width, self.style)
        self._renew()

    def put_step(self, record: StepRecord, total: int = 0) -> None:
        """A step began or ended; `total` is how many there will be, 0 if not known."""
        if self.panel is None:
            self.panel = StepsPanel(self.folds)
        self.panel.put(record, total)
        self.arrange()

    def take_step(self, name: str, part: Part, text: str) -> float | None:
        """Take streamed text of a step; from which y it shows, None if it does not."""
        if self.panel is None:
            return None
        top = self.panel.take(name, part, text, self.frame.width, self.style)
        if top is not None:
            self.arrange()
        return top

    def fold(self, key: str, *, is_open: bool) -> None:
        """Fold or unfold what has this key."""
        self.folds[key] = is_open
        self.arrange()

    def _renew(self) -> None:
        """The message has another state: its steps, how it ended, and the place of all."""
        steps = self.message.run.steps if self.message.run is not None else ()
        if steps or (self.panel is not None and not self.is_live):
            self.panel = self.panel or StepsPanel(self.folds)
            self.panel.renew(steps, self.message.content, is_live=self.is_live)
        self.notice = notice_of(self.message, self.style, self.frame.width)
        self.arrange()

    # -- geometry -------------------------------------------------------------------------

    def text_width(self, block: ShownBlock) -> float:
        """The width a block is wrapped to, px."""
        if self.is_user:
            return self.frame.width * BUBBLE_SHARE - self.style.px(32)
        return self.frame.width - block.home.indent

    def text_left(self, block: ShownBlock) -> float:
        """Where the text of a block begins, px of the viewport."""
        if self.is_user:
            return self.frame.right - self.bubble_width + self.style.px(16)
        return self.frame.left + block.home.indent

    def text_top(self, block: ShownBlock) -> float:
        """Where the first line of a block begins."""
        return block.y + (block.document.top_space if block.document else 0.0)

    @property
    def shown_blocks(self) -> list[ShownBlock]:
        """All blocks that have a place: steps and thinking, if they are open, then the reply."""
        thinking = self.thinking_blocks if self.is_thinking_open else []
        steps = self.panel.blocks if self.panel is not None else []
        return [*steps, *thinking, *self.blocks] if steps or thinking else self.blocks

    def numbered(self) -> list[tuple[int, ShownBlock]]:
        """The blocks on show with their numbers in positions."""
        thinking = self.thinking_blocks if self.is_thinking_open else []
        steps = zip(self.panel.numbers, self.panel.blocks, strict=True) if self.panel else ()
        first = -len(thinking)
        return [*steps, *enumerate(thinking, first), *enumerate(self.blocks)]

    @property
    def is_thinking_open(self) -> bool:
        """Whether the thinking is unfolded."""
        return self.folds.get(THINKING, False)

    @property
    def bubble(self) -> QRectF:
        """The ground of the person's message."""
        top = self.content_top - self.style.px(12)
        height = self.content_bottom + self.style.px(12) - top
        return QRectF(self.frame.right - self.bubble_width, top, self.bubble_width, height)

    @property
    def is_waiting(self) -> bool:
        """Whether nothing has come yet."""
        return self.is_live and not self.blocks and self.panel is None

    def set_frame(self, frame: Frame) -> None:
        """Wrap to another width; what is off screen waits until it is needed."""
        self.frame = frame
        if self.notice is not None:
            self.notice.setTextWidth(frame.width - self.style.px(32))
        self.arrange()

    def set_style(self, style: Style) -> None:
        """Make everything anew in another theme or scale."""
        self.style = style
        for block in (*self.thinking_blocks, *self.blocks):
            block.forget()
        for row in self.panel.rows if self.panel is not None else ():
            row.forget_documents()
        self.notice = notice_of(self.message, self.style, self.frame.width)
        self.arrange()

    def arrange(self, since: int = 0) -> None:
        """Give everything its y; the blocks of the reply before `since` stay where they are."""
        px = self.style.px
        y = px(40) if self.has_divider else 0.0
        self.name_top = y = y + px(4)
        y += px(16) if self.is_user else self.style.name_height
        if self.panel is not None:
            self.panel.is_reply_coming = self.is_live and bool(self.blocks)
            stands = since and self.panel.head_top == y
            y = self.panel.bottom if stands else self.panel.arrange(y, self.frame.width, self.style)
        self.thinking_top = y
        if self.has_thinking:
            self._texts.thinking.indent = px(16)
            y += px(32)
            if self.is_thinking_open:
                y = stack(self.thinking_blocks, y, self.style) + px(16)
        self.content_top = y
        self._measure_bubble()
        y = stack(self.blocks, y, self.style, since)
        if self.unread:
            y += self.unread / UNREAD_PER_LINE * self.style.line
        if self.is_waiting:
            y += self.style.line
        self.content_bottom = y
        y += px(12) if self.is_user else 0.0
        self.notice_top = y + px(12)
        if self.notice is not None:
            self.notice_height = self.notice.size().height() + px(24 + 44)
            y = self.notice_top + self.notice_height
        self.rerun_top = y + px(4)
        if self.rerun:
            y += px(12) + self.style.small_height(self.rerun, self.frame.width - px(24))
        self.foot_top = y + (px(4) if self.is_user else px(8))
        self.height = self.foot_top + px(28) + (0.0 if self.is_user else px(12))

    @property
    def has_thinking(self) -> bool:
        """Whether there is thinking to unfold."""
        return bool(self.thinking_blocks)

    def _measure_bubble(self) -> None:
        if not self.is_user:
            return
        ideal = self.style.px(24)
        for block in self.blocks:
            if block.document is None:
                ideal = self.text_width(block)
                break
            ideal = max(ideal, block.document.idealWidth())
        self.bubble_width = min(ideal + self.style.px(32), self.frame.width * BUBBLE_SHARE)

    def next_to_build(self, top: float, bottom: float) -> ShownBlock | None:
        """The first block between two y whose height is only a guess."""
        for _, block in between(self.shown_blocks, top, bottom):
            if block.width != self.text_width(block):
                return block
        return None

    def build_between(self, top: float, bottom: float) -> int:
        """Make the documents of all blocks between two y; how many were made or re-wrapped."""
        made, shift, blocks = 0, 0.0, self.shown_blocks
        first = first_at(blocks, top)
        for block in islice(blocks, first, None):
            y = block.y + shift
            if y >= bottom:
                break
            if y + block.height > top and block.width != self.text_width(block):
                before = block.height
                self._wrap(block)
                shift += block.height - before
                made += 1
        if made:
            self.arrange(first if blocks is self.blocks else 0)
        return made

    def build(self, block: ShownBlock) -> None:
        """Make the document of one block."""
        self._wrap(block)
        self.arrange()

    def document_of(self, block: ShownBlock) -> BlockDocument:
        """The document of a block, made now if it has none."""
        if block.document is None:
            block.document = builder.build(
                block.source,
                self.style,
                block.home.references,
                literal=block.home.is_literal,
                quiet=block.home.is_quiet,
            )
            block.coloured_lines = 0
            colour_all(block, self.style.colours.name)
        return block.document

    def _wrap(self, block: ShownBlock) -> None:
        document = self.document_of(block)
        block.width = self.text_width(block)
        document.setTextWidth(block.width)
        block.height = document.height

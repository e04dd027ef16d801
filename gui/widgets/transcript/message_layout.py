"""One message laid out: its blocks, each with a document once it has been near the screen."""

from __future__ import annotations

from itertools import islice

from PySide6.QtCore import QRectF

from gui.records import Message, MessageStatus, Role
from gui.widgets.transcript import builder
from gui.widgets.transcript.document import BlockDocument
from gui.widgets.transcript.highlight import colour_all
from gui.widgets.transcript.layout import Frame
from gui.widgets.transcript.notices import status_sentence
from gui.widgets.transcript.pieces import Shape
from gui.widgets.transcript.shown import BlockList, ShownBlock, between, first_at, stack
from gui.widgets.transcript.style import Style

FIRST_TAKE = 32_768
"""Characters split into blocks at once when a stored message comes near the screen."""
UNREAD_PER_LINE = 60
BUBBLE_SHARE = 0.8


class MessageLayout:
    """The geometry of one message; y from its top, x in the viewport."""

    def __init__(self, message: Message, style: Style, frame: Frame) -> None:
        self.message = message
        self.style = style
        self.frame = frame
        self.is_user = message.role is not Role.ASSISTANT
        self.is_thinking_open = False
        self.has_divider = False
        self.waiting_seconds = 0.0
        self.notice: BlockDocument | None = None
        self.height = 0.0
        self.name_top = self.thinking_top = self.content_top = 0.0
        self.content_bottom = self.foot_top = 0.0
        self.notice_top = self.notice_height = 0.0
        self.bubble_width = 0.0
        self._read()
        self._renew_notice()
        self.arrange()

    # -- text -----------------------------------------------------------------------------

    @property
    def blocks(self) -> list[ShownBlock]:
        """The blocks of the message itself."""
        return self._text.blocks

    @property
    def thinking_blocks(self) -> list[ShownBlock]:
        """The blocks of the thinking before it."""
        return self._thinking.blocks

    @property
    def unread(self) -> int:
        """Characters of a stored message not yet cut into blocks."""
        return 0 if self.is_live else len(self.message.content) - self._text.taken

    @property
    def is_live(self) -> bool:
        """Whether text still arrives for it."""
        return self.message.status is MessageStatus.STREAMING

    @property
    def settled_height(self) -> float:
        """Down to where this message will not change any more while its reply streams."""
        if not 0 < self._text.frozen < len(self.blocks):
            return 0.0
        tail = self.blocks[self._text.frozen]
        is_code = tail.source.shape is Shape.CODE and tail.document is not None
        return tail.y + max(0.0, tail.height - 2 * self.style.code_line) if is_code else tail.y

    def append(self, text: str = "", thinking: str = "") -> None:
        """Take streamed text of the reply and of its thinking."""
        since = 0 if thinking else self._text.frozen
        if thinking:
            self._thinking.feed(thinking, self.frame.width, self.style)
        if text:
            self._text.feed(text, self.frame.width, self.style)
        self.arrange(since)

    def read_more(self, count: int) -> None:
        """Cut more of a stored message into blocks."""
        taken = self._text.taken
        self._text.feed(self.message.content[taken : taken + count], self.frame.width, self.style)
        self._finish_if_whole()
        self.arrange()

    def end(self, message: Message) -> None:
        """The reply is over: `message` is its final state."""
        is_same = not self._text.is_finished and (self._text.taken, self._thinking.taken) == (
            len(message.content),
            len(message.thinking),
        )
        self.message = message
        if is_same:
            self._finish_if_whole()
        else:
            self._read()
        self._renew_notice()
        self.arrange()

    def renew(self, message: Message) -> None:
        """Show another state of the same message, its text only anew if it changed."""
        old, self.message = self.message, message
        if (old.content, old.thinking) != (message.content, message.thinking):
            self._read()
        self._renew_notice()
        self.arrange()

    def _read(self) -> None:
        """Begin the text of the message anew."""
        message = self.message
        self._text = BlockList(literal=self.is_user, is_thinking=False)
        self._thinking = BlockList(literal=True, is_thinking=True)
        self._thinking.feed(message.thinking, self.frame.width, self.style)
        self._text.feed(message.content[:FIRST_TAKE], self.frame.width, self.style)
        self._finish_if_whole()

    def _finish_if_whole(self) -> None:
        if not self.is_live and not self.unread:
            self._thinking.finish(self.frame.width, self.style)
            self._text.finish(self.frame.width, self.style)

    def _renew_notice(self) -> None:
        self.notice = None
        sentence = status_sentence(self.message)
        if sentence:
            colour = self.style.colours.danger
            if self.message.status is not MessageStatus.FAILED:
                colour = self.style.colours.quiet
            self.notice = builder.plain_document(sentence, self.style, colour)
            self.notice.setTextWidth(self.frame.width - self.style.px(32))

    # -- geometry -------------------------------------------------------------------------

    def text_width(self, block: ShownBlock) -> float:
        """The width a block is wrapped to, px."""
        if block.is_thinking:
            return self.frame.width - self.style.px(16)
        if self.is_user:
            return self.frame.width * BUBBLE_SHARE - self.style.px(32)
        return self.frame.width

    def text_left(self, block: ShownBlock) -> float:
        """Where the text of a block begins, px of the viewport."""
        if block.is_thinking:
            return self.frame.left + self.style.px(16)
        if self.is_user:
            return self.frame.right - self.bubble_width + self.style.px(16)
        return self.frame.left

    def text_top(self, block: ShownBlock) -> float:
        """Where the first line of a block begins."""
        return block.y + (block.document.top_space if block.document is not None else 0.0)

    @property
    def shown_blocks(self) -> list[ShownBlock]:
        """All blocks that have a place: thinking first, if it is open, then the reply."""
        return [*self.thinking_blocks, *self.blocks] if self.is_thinking_open else self.blocks

    @property
    def bubble(self) -> QRectF:
        """The ground of the person's message."""
        top = self.content_top - self.style.px(12)
        height = self.content_bottom + self.style.px(12) - top
        return QRectF(self.frame.right - self.bubble_width, top, self.bubble_width, height)

    @property
    def is_waiting(self) -> bool:
        """Whether nothing has come yet."""
        return self.is_live and not self.blocks

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
        self._renew_notice()
        self.arrange()

    def arrange(self, since: int = 0) -> None:
        """Give everything its y; the blocks of the reply before `since` stay where they are."""
        px = self.style.px
        y = px(40) if self.has_divider else 0.0
        self.name_top = y = y + px(4)
        y += px(16) if self.is_user else px(28)
        self.thinking_top = y
        if self.has_thinking:
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
            button = px(44) if self.has_remedy else 0.0
            self.notice_height = self.notice.size().height() + px(24) + button
            y = self.notice_top + self.notice_height
        self.foot_top = y + (px(4) if self.is_user else px(8))
        self.height = self.foot_top + px(28) + (0.0 if self.is_user else px(12))

    @property
    def has_thinking(self) -> bool:
        """Whether there is thinking to unfold."""
        return bool(self.thinking_blocks)

    @property
    def has_remedy(self) -> bool:
        """Whether a button offers to do something about how the reply ended."""
        return self.message.status in (MessageStatus.FAILED, MessageStatus.INCOMPLETE)

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
            self.arrange(0 if self.is_thinking_open else first)
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
                self._text.references,
                literal=self.is_user or block.is_thinking,
                quiet=block.is_thinking,
            )
            block.coloured_lines = 0
            colour_all(block, self.style.colours.name)
        return block.document

    def _wrap(self, block: ShownBlock) -> None:
        document = self.document_of(block)
        block.width = self.text_width(block)
        document.setTextWidth(block.width)
        block.height = document.height

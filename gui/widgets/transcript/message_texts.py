"""The texts of one message as blocks: what is said, and the thinking before it."""

from __future__ import annotations

from gui.records import Message, MessageStatus, Role
from gui.widgets.transcript.pieces import Shape
from gui.widgets.transcript.shown import BlockList
from gui.widgets.transcript.style import Style

FIRST_TAKE = 32_768
"""Characters split into blocks at once when a stored message comes near the screen."""


class MessageTexts:
    """Grows while a reply streams; a long stored message is cut into blocks bit by bit."""

    def __init__(self, message: Message, width: float, style: Style) -> None:
        self.reply = BlockList(literal=message.role is not Role.ASSISTANT)
        self.thinking = BlockList(literal=True, quiet=True)
        self.thinking.feed(message.thinking, width, style)
        self.reply.feed(message.content[:FIRST_TAKE], width, style)
        self._finish_if_whole(message, width, style)

    def unread(self, message: Message) -> int:
        """Characters of a stored message not yet cut into blocks."""
        is_live = message.status is MessageStatus.STREAMING
        return 0 if is_live else len(message.content) - self.reply.taken

    def settled_height(self, style: Style) -> float:
        """Down to where nothing will change any more while the reply streams."""
        blocks = self.reply.blocks
        if not 0 < self.reply.frozen < len(blocks):
            return 0.0
        tail = blocks[self.reply.frozen]
        is_code = tail.source.shape is Shape.CODE and tail.document is not None
        return tail.y + max(0.0, tail.height - 2 * style.code_line) if is_code else tail.y

    def read_more(self, message: Message, count: int, width: float, style: Style) -> None:
        """Cut more of a stored message into blocks."""
        taken = self.reply.taken
        self.reply.feed(message.content[taken : taken + count], width, style)
        self._finish_if_whole(message, width, style)

    def end(self, message: Message, width: float, style: Style) -> bool:
        """The reply is over; False if its final text is not the one that streamed."""
        taken = self.reply.taken, self.thinking.taken
        if self.reply.is_finished or taken != (len(message.content), len(message.thinking)):
            return False
        self._finish_if_whole(message, width, style)
        return True

    def _finish_if_whole(self, message: Message, width: float, style: Style) -> None:
        if message.status is not MessageStatus.STREAMING and not self.unread(message):
            self.thinking.finish(width, style)
            self.reply.finish(width, style)

"""What is said under a reply: its statistics, or how it ended."""

from __future__ import annotations

from gui.language import tr
from gui.records import Message, MessageStatus, StepStatus
from gui.widgets.transcript import builder
from gui.widgets.transcript.document import BlockDocument
from gui.widgets.transcript.style import Style


def notice_of(message: Message, style: Style, width: float) -> BlockDocument | None:
    """What is said under a reply that did not end well, wrapped to the column's `width`."""
    sentence = status_sentence(message)
    if not sentence:
        return None
    is_failed = message.status is MessageStatus.FAILED
    colour = style.colours.danger if is_failed else style.colours.quiet
    document = builder.plain_document(sentence, style, colour)
    document.setTextWidth(width - style.px(32))
    return document


def status_sentence(message: Message) -> str:
    """What went wrong with a reply and what was kept; "" when nothing did.

    A step that failed says why in its own row.
    """
    steps = message.run.steps if message.run is not None else ()
    if any(step.status is StepStatus.FAILED and step.error for step in steps):
        return tr("This reply is incomplete. What had arrived is kept.") if message.content else ""
    if message.status is MessageStatus.FAILED:
        return message.error or tr("The reply failed.")
    if message.status is MessageStatus.INCOMPLETE:
        return message.error or tr("This reply is incomplete. What had arrived is kept.")
    return ""


def statistics_line(message: Message) -> str:
    """Counts and speed of a finished reply, e.g. `123 tokens · 41.2 tokens/s · …`."""
    parts: list[str] = []
    if message.status is MessageStatus.STOPPED:
        parts.append(tr("Stopped"))
    statistics = message.statistics
    if statistics is not None and message.status is not MessageStatus.STREAMING:
        if statistics.eval_count == 1:
            parts.append(tr("1 token"))
        elif statistics.eval_count:
            parts.append(tr("{count} tokens", count=f"{statistics.eval_count:,}"))
        if statistics.tokens_per_second:
            speed = f"{statistics.tokens_per_second:.1f}"
            parts.append(tr("{speed} tokens/s", speed=speed))
        if statistics.first_token_ns:
            seconds = f"{statistics.first_token_ns / 1e9:.2f}"
            parts.append(tr("first token {seconds} s", seconds=seconds))
    return " · ".join(parts)


def waiting_sentence(seconds: float) -> str:
    """What is shown until the first token comes."""
    if seconds < 1:
        return tr("Waiting for the model…")
    return tr("Waiting for the model… {seconds} s", seconds=int(seconds))

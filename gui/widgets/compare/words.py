"""What is said of an answer and of two of them."""

from __future__ import annotations

from gui.language import tr
from gui.records import Message, MessageStatus


def cost_words(message: Message) -> str:
    """First token, speed, tokens, seconds of a reply that has ended; "" for what is not known."""
    known = message.statistics
    if known is None:
        return ""
    parts: list[str] = []
    if known.first_token_ns:
        seconds = f"{known.first_token_ns / 1e9:.2f}"
        parts.append(tr("first token {seconds} s", seconds=seconds))
    if known.tokens_per_second:
        parts.append(tr("{speed} tokens/s", speed=f"{known.tokens_per_second:.1f}"))
    if known.eval_count == 1:
        parts.append(tr("1 token"))
    elif known.eval_count:
        parts.append(tr("{count} tokens", count=f"{known.eval_count:,}"))
    if known.total_duration:
        parts.append(tr("{seconds} s in all", seconds=f"{known.total_duration / 1e9:.1f}"))
    return " · ".join(parts)


def end_words(message: Message) -> str:
    """How a reply ended, "" for one that ended well."""
    words = {
        MessageStatus.STOPPED: tr("Stopped"),
        MessageStatus.FAILED: tr("Failed"),
        MessageStatus.INCOMPLETE: tr("Incomplete"),
    }
    return words.get(message.status, "")


def only_words(count: int, name: str) -> str:
    """How many words are in one text only."""
    if count == 1:
        return tr("1 word only in {name}", name=name)
    return tr("{count} words only in {name}", count=f"{count:,}", name=name)


def temperature_words(temperature: float) -> str:
    """A temperature that was chosen, beside other words."""
    return tr("temperature {number}", number=f"{temperature:g}")

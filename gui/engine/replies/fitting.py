"""What of a conversation fits the context."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gui.engine.replies.messages import Message

IMAGE_TOKENS = 768
"""What Ollama counts an image as."""

_FRAME_TOKENS = 64  # what a template puts around one message, at most
_PREFACE_TOKENS = 256  # what it puts before all of them


def surely_fit(messages: Sequence[Message], room: int) -> bool:
    """Whether messages are so short that nobody needs to count: a token is a byte or more."""
    size = sum(len(message["content"].encode()) + _FRAME_TOKENS for message in messages)
    thinking = sum(len(message.get("thinking", "").encode()) for message in messages)
    plain = not any(message.get("tool_calls") for message in messages)
    return plain and size + thinking + _PREFACE_TOKENS < room


def fitted(
    messages: Sequence[Message], count: Callable[[Sequence[Message]], int], room: int
) -> tuple[list[Message], int]:
    """What is left of messages that are more than `room` tokens, and how many tokens it is.

    The oldest go first; system messages and the last message always stay, so the result
    may still be too long.
    """
    droppable = [
        index for index, message in enumerate(messages[:-1]) if message["role"] != "system"
    ]
    if not droppable:
        return list(messages), count(messages)
    low, high = 1, len(droppable)
    while low < high:
        middle = (low + high) // 2
        if count(_without(messages, droppable[:middle])) <= room:
            high = middle
        else:
            low = middle + 1
    kept = _without(messages, droppable[:low])
    return kept, count(kept)


def _without(messages: Sequence[Message], dropped: Sequence[int]) -> list[Message]:
    gone = set(dropped)
    return [message for index, message in enumerate(messages) if index not in gone]

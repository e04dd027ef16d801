"""Rows of the tables as records, and back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from functools import lru_cache
from typing import Any

from gui.language import tr
from gui.records import Conversation, Message, MessageStatus, Role, RunRecord, Statistics
from gui.storage.texts import clean_text

# The texts come as bytes: a damaged byte then spoils one message, not the whole reading.
SELECT_MESSAGES = """
SELECT id, conversation_id, parent_id, role, status, created_at, model, error, statistics, run,
       digest, CAST(thinking AS BLOB), CAST(content AS BLOB)
FROM messages
"""
SELECT_CONVERSATIONS = """
SELECT id, title, created_at, updated_at, model, preset, leaf_id, temperature
FROM conversations
"""
_STATISTICS = frozenset(f.name for f in fields(Statistics))


def conversation_from(row: tuple[Any, ...]) -> Conversation:
    """The conversation in a row of `SELECT_CONVERSATIONS`."""
    return Conversation(*row)


def message_from(row: tuple[Any, ...], siblings: tuple[int, ...] = ()) -> Message:
    """The message in a row of `SELECT_MESSAGES`; without `siblings` it is the only one.

    A text that is not what was saved (bit rot, which SQLite cannot see) is shown as far as it
    can be read, and `error` says so.
    """
    *head, error, statistics, run, digest, thinking, content = row
    message_id, conversation_id, parent_id, role, status, created_at, model = head
    if digest_of(content, thinking) != digest:
        error = tr("This message was damaged on the disk.")
    return Message(
        id=message_id,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role=Role(role),
        content=content.decode(errors="replace"),
        thinking=thinking.decode(errors="replace"),
        status=MessageStatus(status),
        model=model,
        error=error,
        created_at=created_at,
        statistics=_statistics_from(statistics),
        run=_run_from(run),
        siblings=siblings or (message_id,),
    )


def row_of(message: Message) -> dict[str, Any]:
    """The columns of `message`, by name, as they are bound to a statement."""
    return {
        "id": message.id,
        "conversation_id": message.conversation_id,
        "parent_id": message.parent_id,
        "role": message.role.value,
        "status": message.status.value,
        "created_at": message.created_at,
        "model": message.model,
        "error": message.error,
        "statistics": _json(asdict(message.statistics)) if message.statistics else None,
        "run": _json(message.run.as_json()) if message.run else None,
        "digest": digest_of(message.content.encode(), message.thinking.encode()),
        "thinking": message.thinking,
        "content": message.content,
    }


def digest_of(content: bytes, thinking: bytes) -> bytes:
    """SHA-256 of both texts; NUL parts them, as no saved text holds one."""
    return hashlib.sha256(content + b"\0" + thinking).digest()


def _json(value: dict[str, Any]) -> str:
    return clean_text(json.dumps(value, ensure_ascii=False))


def _statistics_from(text: str | None) -> Statistics | None:
    value = _parsed(text)
    if value is None:
        return None
    return Statistics(**{key: item for key, item in value.items() if key in _STATISTICS})


@lru_cache(maxsize=64)
def _run_from(text: str | None) -> RunRecord | None:
    """Remembered, as the replies of a conversation mostly share their run."""
    value = _parsed(text)
    return None if value is None else RunRecord.from_json(value)


def _parsed(text: str | None) -> dict[str, Any] | None:
    """None when damaged: a message without its figures is better than no message."""
    if text is None:
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None

"""What the person is told, and the one thing to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Remedy(StrEnum):
    """The one thing a button beside an error can do about it."""

    NONE = ""
    RETRY = "retry"
    CHOOSE_MODEL = "choose-model"
    USE_BUILT_IN = "use-built-in"
    RESTART_SERVER = "restart-server"
    NEW_CONVERSATION = "new-conversation"
    UNDO_DELETE = "undo-delete"
    START_OLLAMA = "start-ollama"
    ALLOW_PLAIN_HTTP = "allow-plain-http"
    OPEN_SERVERS = "open-servers"
    CHAT_WITH = "chat-with"


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the person, with at most one thing to do about it."""

    text: str
    remedy: Remedy = Remedy.NONE
    remedy_label: str = ""
    is_error: bool = True

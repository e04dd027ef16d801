"""Frozen values that cross rooms. Standard library only.

Times are seconds since the epoch (UTC) as float; durations are integer nanoseconds,
as Ollama sends them; sizes are bytes; text is Unicode without lone surrogates.
"""

from __future__ import annotations

from gui.records.messages import Conversation, Message, MessageStatus, Role, RunRecord, Statistics
from gui.records.models import ModelInfo
from gui.records.notices import Notice, Remedy
from gui.records.options import Options, Preset
from gui.records.servers import Endpoint, ServerKind, ServerState, ServerStatus

__all__ = [
    "Conversation",
    "Endpoint",
    "Message",
    "MessageStatus",
    "ModelInfo",
    "Notice",
    "Options",
    "Preset",
    "Remedy",
    "Role",
    "RunRecord",
    "ServerKind",
    "ServerState",
    "ServerStatus",
    "Statistics",
]

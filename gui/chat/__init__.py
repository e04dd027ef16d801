"""One conversation and one turn of it: never imports Qt.

Entering this room does not import LangChain; `warm_up` does, in a thread of your choice.
"""

from gui.chat.asking import Choice, warm_up
from gui.chat.drafts import UnsavedDrafts
from gui.chat.events import (
    Compared,
    LaneEvent,
    MessageSaved,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyStopped,
    ReplyToken,
    StepEnded,
    StepStarted,
    StepThinking,
    StepToken,
    ThinkingToken,
    TurnEnd,
    TurnEvent,
    Waiting,
)
from gui.chat.export import to_markdown, transcript_name
from gui.chat.presets import PresetStore
from gui.chat.session import ChatSession
from gui.chat.titles import title_of
from gui.chat.turn import Pace

__all__ = [
    "ChatSession",
    "Choice",
    "Compared",
    "LaneEvent",
    "MessageSaved",
    "Pace",
    "PresetStore",
    "ReplyFailed",
    "ReplyFinished",
    "ReplyStarted",
    "ReplyStopped",
    "ReplyToken",
    "StepEnded",
    "StepStarted",
    "StepThinking",
    "StepToken",
    "ThinkingToken",
    "TurnEnd",
    "TurnEvent",
    "UnsavedDrafts",
    "Waiting",
    "title_of",
    "to_markdown",
    "transcript_name",
    "warm_up",
]

"""The transcript of a conversation: a painted view that stays quick at any length."""

from gui.widgets.transcript.links import safe_target, shown_target
from gui.widgets.transcript.view import TranscriptView

__all__ = ["TranscriptView", "safe_target", "shown_target"]

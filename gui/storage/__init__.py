"""Conversations in SQLite: never imports Qt."""

from gui.storage.conversations import ConversationStore
from gui.storage.database import Database
from gui.storage.texts import clean_text

__all__ = ["ConversationStore", "Database", "clean_text"]

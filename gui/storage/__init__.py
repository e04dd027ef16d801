"""Conversations in SQLite: never imports Qt."""

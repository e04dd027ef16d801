"""Conversations could not be read or written."""

from __future__ import annotations

from gui.errors.base import OndolError
from gui.language import tr
from gui.records import Remedy


class StorageError(OndolError):
    """Conversations could not be read or written."""


class DiskFull(StorageError):
    """No space is left for the database."""

    remedy = Remedy.RETRY

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            tr("The disk is full: this is not saved yet."),
            tr("Free some space; it is saved as soon as there is room."),
            detail,
        )


class StorageUnavailable(StorageError):
    """The database is locked, read-only or damaged."""

    remedy = Remedy.RETRY

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            tr("Conversations cannot be saved: {detail}", detail=detail),
            tr("What is on screen stays; copy what you need."),
            detail,
        )


class NewerDatabase(StorageError):
    """The database was written by a newer Ondol."""

    def __init__(self, version: int) -> None:
        super().__init__(
            tr("Your conversations were written by a newer version of Ondol."),
            tr("Update Ondol to open them. Nothing was changed."),
            f"schema {version}",
        )

"""The root of the tree."""

from __future__ import annotations

from gui.records import Remedy


class OndolError(Exception):
    """Something a person should know: what failed and what to do about it.

    `what` and `todo` are whole sentences in the person's language; `detail` is for the log.
    """

    remedy = Remedy.NONE

    def __init__(self, what: str, todo: str = "", detail: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.what} {self.todo}".strip()

"""Yes or no, asked before something is lost; only of a person at a terminal."""

from __future__ import annotations

import sys

from gui.errors import OndolError
from gui.language import tr
from gui.terminal.shared import interruptible

_YES = {"y", "yes", "예", "네", "ㅛ"}
"""The last is the key of the Y on a Korean keyboard."""


def confirm(question: str, refusal: OndolError, *, yes: bool = False) -> bool:
    """Whether the person agrees; `yes` is their answer given beforehand.

    Raises `refusal` where nobody can be asked. No answer is no.
    """
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise refusal
    with interruptible():
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
    if not answer:
        print(file=sys.stderr)
    agreed = answer.strip().casefold() in _YES
    if not agreed:
        print(tr("Nothing was changed."), file=sys.stderr)
    return agreed

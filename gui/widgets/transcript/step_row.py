"""One step of a chain: its record, the text that streams, and where its parts are."""

from __future__ import annotations

import re
from enum import StrEnum
from time import monotonic

from gui.records import StepRecord, StepStatus
from gui.widgets.transcript.document import BlockDocument
from gui.widgets.transcript.shown import BlockList
from gui.widgets.transcript.style import Style

MOST_SHOWN = 65_536
"""Characters of a step's prompt or output that are shown; all of it can be copied."""
FENCE = "````json\n"
_BEGUN = re.compile(r"\s*[\[{]?\s*")
_JSON = re.compile(r"\s*(\{\s*[\"}]|\[\s*[\[{\"\]])")


class Part(StrEnum):
    """The texts of a step, in reading order."""

    SYSTEM = "system"
    PROMPT = "prompt"
    THINKING = "thinking"
    OUTPUT = "output"


class PartText:
    """One text of an open row: a label with its blocks below."""

    def __init__(self, part: Part, *, is_below: bool) -> None:
        self.part = part
        self.is_below = is_below
        """Whether it stands below as the reply, so not here."""
        self.label_top = 0.0
        self.hidden = 0
        """Characters that are not shown."""
        is_asked = part is not Part.OUTPUT
        self.list = BlockList(literal=is_asked, quiet=part is Part.THINKING)
        self._is_code: bool | None = False if is_asked else None
        self._held = ""

    def feed(self, text: str, width: float, style: Style) -> None:
        """Take more of it. What begins like JSON is shown as code."""
        text = self._held + text
        self._held = ""
        if self._is_code is None:
            if _BEGUN.fullmatch(text):
                self._held = text
                return
            self._is_code = bool(_JSON.match(text))
            text = FENCE + text.lstrip() if self._is_code else text
        room = max(0, MOST_SHOWN - self.list.taken)
        self.hidden += max(0, len(text) - room)
        if text[:room]:
            self.list.feed(text[:room], width, style)

    def finish(self, width: float, style: Style) -> None:
        """It is whole."""
        if self._held:
            self._is_code = False
            self.feed("", width, style)
        self.list.finish(width, style)


class StepRow:
    """One step: its record, the text that streams, and where it is."""

    def __init__(self, record: StepRecord) -> None:
        self.record = record
        self.seen_at = monotonic()
        self.top = self.bottom = self.reason_top = self.retry_top = 0.0
        self.group_top: float | None = None
        """Where the heading of steps that ran side by side is, for the first of them."""
        self.indent = 0.0
        self.parts: dict[Part, PartText] = {}
        """Those that are laid out, while the row is open."""
        self.reason: BlockDocument | None = None
        self._streamed: dict[Part, list[str]] = {}
        self._began_here = record.status is StepStatus.RUNNING
        self._came_as_own = bool(record.output)

    @property
    def is_running(self) -> bool:
        """Whether it still goes on."""
        return self.record.status is StepStatus.RUNNING

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.record.title or self.record.name

    @property
    def seconds(self) -> float:
        """How long it took, or has been taking."""
        since = monotonic() - self.seen_at if self.is_running else 0.0
        return self.record.seconds + since

    @property
    def is_told_elsewhere(self) -> bool:
        """Whether it runs or ran here, and its text did not come as its own."""
        has_some = self.is_running or bool(self.record.output)
        return self._began_here and has_some and not self._came_as_own

    def has(self, part: Part) -> bool:
        """Whether there is anything of one of its texts."""
        return bool(self._kept(part)) or part in self._streamed

    def text(self, part: Part) -> str:
        """The whole of one of its texts, as far as it has come."""
        return self._kept(part) + "".join(self._streamed.get(part, ()))

    def _kept(self, part: Part) -> str:
        record = self.record
        return {
            Part.SYSTEM: record.system,
            Part.PROMPT: record.prompt,
            Part.THINKING: record.thinking,
            Part.OUTPUT: record.output,
        }[part]

    def take(self, part: Part, text: str, width: float, style: Style) -> None:
        """Take streamed text; it is laid out only if the row is open."""
        self._streamed.setdefault(part, []).append(text)
        self._came_as_own |= part is Part.OUTPUT
        shown = self.parts.get(part)
        if shown is not None:
            shown.feed(text, width, style)

    def renew(self, record: StepRecord) -> None:
        """Another state of it, with its text so far."""
        before = {part: self.text(part) for part in self.parts}
        self._streamed.clear()
        self.record, self.seen_at, self.reason = record, monotonic(), None
        for part, text in before.items():
            if self.text(part) != text:
                del self.parts[part]

    def forget_documents(self) -> None:
        """Another theme or scale: the pictures are made anew."""
        self.reason = None
        for shown in self.parts.values():
            for block in shown.list.blocks:
                block.forget()

"""One thing to say about a preset."""

from __future__ import annotations

from dataclasses import dataclass

from gui.chat.presets.parts import Path
from gui.records import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` is where in the file; `span` what characters of the text there, None for all."""

    path: Path
    severity: Severity
    message: str
    mend: str = ""
    span: tuple[int, int] | None = None

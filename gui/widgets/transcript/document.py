"""The document that shows one block: it loads nothing and knows its code, marks and links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument, QTextOption

from gui.widgets.transcript.style import Style


@dataclass(slots=True)
class CodeRun:
    """Lines of code inside a document: text blocks [first, last]."""

    first: int
    last: int
    x: float
    language: str
    has_header: bool = True
    has_end: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn beside a text block: a bullet or number, quote bars, or a rule."""

    block: int
    marker: str
    bars: tuple[float, ...]
    """x of each quote bar, px."""
    is_rule: bool
    left: float
    gap: float
    """The space above the block that its quote bars bridge, px."""


class BlockDocument(QTextDocument):
    """The picture of one block; it loads nothing from anywhere."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.top_space = self.bottom_space = 0.0
        """Room for code's ground above the first and below the last line, px: Qt gives a
        document no margin there."""
        self.code_runs: list[CodeRun] = []
        self.marks: list[Mark] = []
        self.inline_codes: list[tuple[int, int]] = []
        """Start and length of each piece of code within a sentence."""
        self.links: list[tuple[int, int, str]] = []
        """Start, length and target of each link."""
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        self.setDefaultFont(style.body)
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setDefaultTextOption(option)

    @property
    def height(self) -> float:
        """The height of everything shown, px."""
        return self.size().height() + self.top_space + self.bottom_space

    def loadResource(self, kind: int, name: object) -> Any:  # noqa: ARG002
        """Nothing: neither files nor the network (REN-01, REN-02)."""
        return None

"""Pictures of the source editor and of two texts compared."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.language import tr
from gui.models.modelfile.check import check
from gui.models.modelfile.colours import line_spans
from gui.models.modelfile.completion import complete
from gui.models.modelfile.diagnostics import Facts
from gui.models.modelfile.diff import compare
from gui.records import Completion, Span
from gui.widgets.source.diff_view import DiffView
from gui.widgets.source.edit import SourceEdit

if TYPE_CHECKING:
    from app_driver import AppDriver

Shoot = Callable[..., Awaitable[None]]
_FACTS = Facts(("llama3.2:latest", "qwen3:4b", "smollm2:135m"))
_WRITTEN = '''# A translator between Korean and English. 한국어와 영어 사이의 번역가
FROM llama3.2:latest
PARAMETER temperature 7
PARAMETER stop "<|eot_id|>"
PARAMETR num_ctx 8192
SYSTEM """
You translate. Korean becomes English and English becomes Korean; nothing is added, nothing is left out, and names are kept as they are.
존댓말로 물으면 존댓말로, 반말로 물으면 반말로 옮깁니다. 🙂
"""
TEMPLATE """{{ if .System }}<|system|>{{ .System }}<|end|>{{ end }}
{{ range .Messages }}<|{{ .Role }}|>{{ .Content }}<|end|>{{ end }}"""
MESSAGE user 안녕하세요?
MESSAGE assistant Hello!
'''
_CHANGED = (
    _WRITTEN.replace("temperature 7", "temperature 0.2")
    .replace("PARAMETR num_ctx 8192\n", "PARAMETER num_ctx 8192\nPARAMETER top_p 0.9\n")
    .replace("MESSAGE assistant Hello!\n", "")
)


class ModelfileLanguage:
    """A Modelfile, as a field asks for it."""

    def spans(self, line: str, state: int) -> tuple[tuple[Span, ...], int]:
        return line_spans(line, state)

    def complete(self, text: str, cursor: int) -> tuple[Completion, ...]:
        return complete(text, cursor, _FACTS)


def _window(inside: QWidget) -> QWidget:
    window = QWidget()
    window.setObjectName("page")
    window.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    layout = QVBoxLayout(window)
    layout.setContentsMargins(24, 24, 24, 24)
    layout.addWidget(inside)
    window.resize(860, 620)
    window.show()
    window.activateWindow()
    return window


async def take_source(app: AppDriver, shoot: Shoot) -> None:
    """All pictures of one look."""
    edit = SourceEdit(ModelfileLanguage())
    window = _window(edit)
    edit.load_text(_WRITTEN)
    edit.show_findings(check(_WRITTEN, _FACTS))
    edit.edit.setFocus()
    await shoot("source-findings", window=window)
    edit.findings.setFocus()
    await shoot("source-findings-focus", window=window)
    end = edit.edit.textCursor()
    end.movePosition(end.MoveOperation.End)
    edit.edit.setTextCursor(end)
    edit.edit.setFocus()
    QTest.keyClicks(edit.edit, "PARAMETER num")
    await asyncio.sleep(0.1)
    await shoot("source-proposals", edit.completer.list, window=window)
    edit.completer.close()
    edit.set_read_only(True)
    edit.load_text(_CHANGED)
    await shoot("source-read-only", window=window)
    window.close()
    view = DiffView()
    window = _window(view)
    view.show_lines(compare(_WRITTEN, _CHANGED), "llama3.2:latest", tr("the new text"))
    view.field.setFocus()
    await shoot("source-diff", window=window)
    view.show_lines(compare(_WRITTEN, _WRITTEN))
    await shoot("source-diff-nothing", window=window)
    window.close()

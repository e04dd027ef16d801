"""What the parts of the view share: the transcript, the selection, focus and hover."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractScrollArea

from gui import theme
from gui.widgets.transcript.layout import Frame
from gui.widgets.transcript.look import Look
from gui.widgets.transcript.message_layout import MessageLayout
from gui.widgets.transcript.selection import Position, Selection, text_in
from gui.widgets.transcript.style import Style
from gui.widgets.transcript.targets import Target
from gui.widgets.transcript.transcript import Transcript

NOWHERE = Selection(Position(0, 0, 0), Position(0, 0, 0))
SHOW_COPIED_MS = 1200


class Workings:
    """The state of one view; it has no rules of its own."""

    def __init__(self, view: QAbstractScrollArea, *, is_bare: bool = False) -> None:
        self._view = view
        self.scale = 1.0
        self._is_bare = is_bare
        self.style = Style(theme.colours(view.palette()), self.scale, is_bare=is_bare)
        self.transcript = Transcript(self.style, Frame(24, 640))
        self.selection = NOWHERE
        self.focus = -1
        self.focused_target: Target | None = None
        self.hover = -1
        self.hovered_target: Target | None = None
        self.copied_index = -1
        self.copied_target: Target | None = None
        self._copied_timer = QTimer(view)
        self._copied_timer.setSingleShot(True)
        self._copied_timer.setInterval(SHOW_COPIED_MS)
        self._copied_timer.timeout.connect(self._forget_copied)

    def forget(self) -> None:
        """Other messages: nothing is selected, hovered or focused."""
        self.selection = NOWHERE
        self.focus = self.hover = self.copied_index = -1
        self.focused_target = self.hovered_target = self.copied_target = None

    def restyle(self) -> None:
        """Take the theme of the view and the scale."""
        colours = theme.colours(self._view.palette())
        self.style = Style(colours, self.scale, is_bare=self._is_bare)
        self.transcript.set_style(self.style)

    def live_layout(self) -> MessageLayout | None:
        """The layout of the reply that streams."""
        messages = self.transcript.messages
        if not messages:
            return None
        layout = self.transcript.layout(len(messages) - 1)
        return layout if layout.is_live else None

    def point_in(self, index: int, point: QPointF, offset: float) -> QPointF:
        """A point of the viewport, seen from the top of a message."""
        return QPointF(point.x(), point.y() + offset - self.transcript.heights.top(index))

    def selected_text(self) -> str:
        """The selection as text; messages are parted by an empty line."""
        selection, transcript = self.selection, self.transcript
        if selection.is_empty or not transcript.messages:
            return ""
        last = min(selection.end.message, len(transcript.messages) - 1)
        parts: list[str] = []
        for index in range(selection.start.message, last + 1):
            if selection.start.message < index < last or selection.covers(index):
                parts.append(transcript.messages[index].content)
            else:
                parts.append(text_in(transcript.layout(index), index, selection))
        return "\n\n".join(part for part in parts if part)

    def look(self, index: int, *, has_focus: bool) -> Look:
        """What pointer, keyboard and selection change about a message."""
        is_hovered, is_focused = index == self.hover, has_focus and index == self.focus
        pressed = self.focused_target if is_focused else None
        return Look(
            is_active=is_hovered or is_focused,
            has_focus=is_focused,
            pressed=self.hovered_target if is_hovered and pressed is None else pressed,
            is_ringed=pressed is not None,
            copied=self.copied_target if index == self.copied_index else None,
            selected=lambda block: self.selection.within(index, block),
        )

    def copy(self, text: str, index: int = -1, target: Target | None = None) -> None:
        """Put `text` on the clipboard; show a check mark at `target` for a moment."""
        QGuiApplication.clipboard().setText(text)
        self.copied_index, self.copied_target = index, target
        self._copied_timer.start()
        self._view.viewport().update()

    def _forget_copied(self) -> None:
        self.copied_index, self.copied_target = -1, None
        self._view.viewport().update()

"""The Compare window: who is asked, the question, and the answers beside each other."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
)
from typing_extensions import override

from gui import theme
from gui.controllers import Controllers
from gui.language import tr
from gui.records import Message
from gui.widgets.check_box import CheckBox
from gui.widgets.compare.lane_column import LaneColumn
from gui.widgets.compare.lanes_view import LanesView
from gui.widgets.composer import Composer
from gui.widgets.models.labels import ElidedLabel, plain_label
from gui.windows.companion import Companion
from gui.windows.compare.diff_panel import DiffPanel, name_of
from gui.windows.compare.lane_binding import LaneBinding
from gui.windows.compare.side import CompareSide

_SHOWN_OF_QUESTION = 400


class CompareWindow(Companion):
    """Keeps no state of its own: the answers outlive it."""

    returned = Signal()
    """Back to the conversation, which shows the answer that is kept."""

    def __init__(self, controllers: Controllers) -> None:
        usual, least = QSize(1240, 800), QSize(840, 520)
        super().__init__(controllers, tr("Compare"), "compare_geometry", usual, least)
        self._build()
        self._arrange()
        self._connect()
        self._add_shortcuts()
        self._show_lanes()

    def _build(self) -> None:
        self.side = CompareSide(self._to)
        self.who = QPushButton(tr("Models and presets"))
        self.who.setCheckable(True)
        self.who.setChecked(True)
        self.place = ElidedLabel("quiet", Qt.TextElideMode.ElideRight)
        self.together = CheckBox(tr("Scroll together"))
        self.together.setChecked(True)
        self.differences = QPushButton(tr("Differences"))
        self.differences.setCheckable(True)
        self.stop_all = QPushButton(tr("Stop all"))
        for button in (self.who, self.differences, self.stop_all):
            button.setProperty("choice", True)
        self.question = QFrame()
        self.question.setObjectName("question")
        self.question_text = plain_label("", wraps=True)
        self.ask_button = QPushButton(tr("Ask"))
        self.ask_button.setProperty("primary", True)
        self.hint = plain_label("message", wraps=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.lanes = LanesView()
        self.diff = DiffPanel(self._to.compare)
        self.diff.hide()
        self.composer = Composer()
        self.composer.show_field_only()
        self.composer.setMaximumWidth(theme.COLUMN_WIDTH + 88)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(24, 12, 16, 8)
        head.setSpacing(12)
        head.addWidget(self.who)
        head.addWidget(self.place, 1)
        for widget in (self.together, self.differences, self.stop_all):
            head.addWidget(widget)
        asked = QHBoxLayout(self.question)
        asked.setContentsMargins(16, 10, 10, 10)
        asked.setSpacing(12)
        asked.addWidget(self.question_text, 1)
        asked.addWidget(self.ask_button)
        around = QVBoxLayout()
        around.setContentsMargins(24, 0, 24, 8)
        around.addWidget(self.notice)
        around.addWidget(self.question)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.lanes)
        split.addWidget(self.diff)
        split.setSizes([500, 260])
        self._pages = QStackedWidget()
        self._pages.addWidget(self.hint)
        self._pages.addWidget(split)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(head)
        right.addLayout(around)
        right.addWidget(self._pages, 1)
        middle = QHBoxLayout()
        middle.addWidget(self.composer)
        right.addLayout(middle)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side)
        row.addLayout(right, 1)

    def _connect(self) -> None:
        compare = self._to.compare
        self.who.toggled.connect(self.side.setVisible)
        self.together.toggled.connect(self._scroll_together)
        self.differences.toggled.connect(self._show_differences)
        self.diff.close_requested.connect(self.differences.toggle)
        self.stop_all.clicked.connect(self._stop)
        self.ask_button.clicked.connect(self._ask_again)
        self.composer.submitted.connect(self._ask)
        self.composer.stop_requested.connect(self._stop)
        compare.lanes_changed.connect(self._show_lanes)
        compare.asked.connect(self._show_question)
        compare.changed.connect(self._show_state)
        compare.contenders.changed.connect(self._show_state)
        compare.refused.connect(self._put_back)
        compare.kept.connect(self.returned)
        compare.told.connect(self.show_notice)

    def _add_shortcuts(self) -> None:
        self.add_shortcuts(
            (
                ("Ctrl+D", self.differences.click),
                ("Ctrl+B", self.who.click),
                ("Ctrl+F", self._search),
                ("Ctrl+L", self.composer.prompt.setFocus),
                ("Ctrl+Return", self._ask_again),
                ("Ctrl+PgDown", lambda: self.lanes.step(1)),
                ("Ctrl+PgUp", lambda: self.lanes.step(-1)),
            )
        )

    # What a person does.

    def begin(self, text: str = "") -> None:
        """Be ready to be typed in; `text` is what was typed elsewhere."""
        if text and not self.composer.prompt.text():
            self.composer.prompt.set_text(text)
        if self.composer.isHidden():
            self.ask_button.setFocus()
        else:
            self.composer.prompt.setFocus()

    def _ask(self, text: str) -> None:
        self.composer.prompt.set_text("")
        self._to.compare.ask(text)

    def _ask_again(self) -> None:
        if self.ask_button.isVisible() and self.ask_button.isEnabled():
            self._to.compare.ask()
        else:
            self.composer.prompt.submitted.emit()

    def _stop(self) -> None:
        self._to.compare.stop()

    def _search(self) -> None:
        self.who.setChecked(True)
        self.side.list.search.setFocus()

    def _scroll_together(self, together: bool) -> None:
        self.lanes.scrolls_together = together

    def _put_back(self, text: str) -> None:
        if text and not self.composer.prompt.text():
            self.composer.prompt.set_text(text)

    # What is shown.

    def _show_lanes(self) -> None:
        compare = self._to.compare
        columns = []
        for lane in compare.lanes:
            who = lane.contender
            column = LaneColumn(who.model.name, who.preset.name, who.sending.temperature)
            column.view.set_scale(self._to.settings.settings.scale)
            LaneBinding(lane, column, compare)
            lane.state_changed.connect(self.diff.refresh)
            columns.append(column)
        self.lanes.show_columns(columns)
        self._pages.setCurrentIndex(1 if columns else 0)
        self.who.setChecked(not columns)
        if not columns:
            self.differences.setChecked(False)
        self._show_question(compare.question)
        self._show_state()

    def _show_question(self, question: Message | None) -> None:
        self.question.setVisible(question is not None)
        if question is not None:
            text = question.content
            is_long = len(text) > _SHOWN_OF_QUESTION
            self.question_text.setText(text[:_SHOWN_OF_QUESTION] + "…" if is_long else text)
        self._show_state()

    def _show_state(self) -> None:
        compare = self._to.compare
        is_running, has_lanes = compare.is_running, bool(compare.lanes)
        is_there = compare.place.question is not None
        reason = self.side.reason
        self.ask_button.setVisible(is_there and not is_running)
        self.ask_button.setEnabled(not reason)
        self.ask_button.setToolTip(reason)
        self.composer.setVisible(has_lanes or not is_there)
        self.composer.block(reason)
        self.composer.show_replying(is_running)
        self.composer.show_hint(self._hint())
        self.together.setVisible(has_lanes)
        self.differences.setVisible(has_lanes)
        self.stop_all.setVisible(is_running)
        self.place.setText(self._where())
        self.hint.setText(
            tr("Check who is asked, then press Ask: the answers become versions of the reply.")
            if is_there
            else tr("Check who is asked at the left, then type a question. It is typed once.")
        )

    def _hint(self) -> str:
        compare = self._to.compare
        if reason := self.side.reason:
            return reason
        if compare.is_running or compare.goes_on is None:
            return self.side.summary.text()
        name = name_of(compare.goes_on, compare.lanes)
        return tr("Another question goes on from the answer of {name}.", name=name)

    def _where(self) -> str:
        conversation_id = self._to.compare.place.conversation_id
        for conversation in self._to.conversations.conversations:
            if conversation.id == conversation_id and conversation.title:
                return tr("In the conversation “{title}”", title=conversation.title)
        return tr("In a new conversation") if conversation_id is None else ""

    def _show_differences(self, shown: bool) -> None:
        self.diff.setVisible(shown)
        self.diff.refresh()

    @override
    def come_back(self) -> None:
        self._to.compare.contenders.changed.emit()  # values may have been given

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._to.compare.is_running:
            self._stop()
        elif self.differences.isChecked():
            self.differences.setChecked(False)

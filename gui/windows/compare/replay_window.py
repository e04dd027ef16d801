"""A conversation asked again on another model: who answers, the table, a row's differences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui.controllers import Controllers
from gui.controllers.lane import Contender
from gui.language import tr
from gui.records import DiffKind, ModelInfo, Preset, ReplayRow
from gui.widgets.compare.replay_table import ReplayTable
from gui.widgets.compare.words_diff import WordsDiff
from gui.widgets.models.labels import ElidedLabel, plain_label
from gui.widgets.models.words import model_line
from gui.widgets.picker import Picker, PickerItem
from gui.windows.companion import Companion
from gui.windows.compare.side import lacking_sentence


class ReplayWindow(Companion):
    """Keeps no state of its own: the replay goes on without it."""

    opened = Signal()
    """The new conversation is wanted."""

    def __init__(self, controllers: Controllers) -> None:
        usual, least = QSize(1120, 740), QSize(720, 480)
        super().__init__(controllers, tr("Replay"), "replay_geometry", usual, least)
        self._model = ""
        self._preset = ""
        self._build()
        self._arrange()
        self._connect()
        self._show_conversation()

    def _build(self) -> None:
        self.title = ElidedLabel("heading", Qt.TextElideMode.ElideRight)
        self.models = Picker(tr("Model"))
        self.presets = Picker(tr("Preset"))
        self.own = plain_label("quiet")
        self.start = QPushButton(tr("Replay"))
        self.start.setProperty("primary", True)
        self.stop = QPushButton(tr("Stop"))
        self.progress = plain_label("quiet", wraps=True)
        self.save = QPushButton(tr("Save the table…"))
        self.open = QPushButton(tr("Open the new conversation"))
        self.lack = plain_label("problem", wraps=True)
        self.table = ReplayTable()
        self.diff = WordsDiff()

    def _arrange(self) -> None:
        choice = QHBoxLayout()
        choice.setSpacing(8)
        choice.addWidget(plain_label("quiet", tr("Ask every question again on")))
        choice.addWidget(self.models)
        choice.addWidget(plain_label("quiet", tr("with the preset")))
        choice.addWidget(self.presets)
        choice.addWidget(self.own)
        choice.addStretch(1)
        choice.addWidget(self.start)
        choice.addWidget(self.stop)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.progress, 1)
        foot.addWidget(self.save)
        foot.addWidget(self.open)
        below = QWidget()
        inside = QVBoxLayout(below)
        inside.setContentsMargins(24, 8, 24, 0)
        inside.addWidget(self.diff)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(below)
        split.setSizes([340, 260])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 16)
        column.setSpacing(12)
        for part in (self.title, choice, self.lack, self.notice):
            column.addLayout(_inset(part))
        column.addWidget(split, 1)
        column.addLayout(_inset(foot))

    def _connect(self) -> None:
        replay = self._to.replay
        self.models.picked.connect(self._pick_model)
        self.presets.picked.connect(self._pick_preset)
        self.start.clicked.connect(self._start)
        self.stop.clicked.connect(replay.stop)
        self.save.clicked.connect(self.ask_where_to_save)
        self.open.clicked.connect(self._open)
        self.table.opened.connect(self._open)
        self.table.row_chosen.connect(self._show_row)
        self._to.models.models_changed.connect(self._show_choice)
        self._to.presets.listed.connect(self._show_choice)
        self._to.sending.changed.connect(self._show_choice)
        replay.changed.connect(self._show_conversation)
        replay.row_added.connect(self._add_row)
        replay.told.connect(self.show_notice)
        replay.differences.found.connect(self._show_pieces)
        keys = (("Ctrl+Return", self.start.click), ("Ctrl+S", self.ask_where_to_save))
        self.add_shortcuts(keys)

    # What a person does.

    def _pick_model(self, name: str) -> None:
        self._model = name
        self._show_choice()

    def _pick_preset(self, preset_id: str) -> None:
        self._preset = preset_id
        self._show_choice()

    def _start(self) -> None:
        if (who := self._who()) is not None:
            self._to.replay.start(who)

    def _open(self) -> None:
        self._to.replay.show()
        self.opened.emit()

    def ask_where_to_save(self) -> None:
        """A place and a kind of file; Qt asks before one is replaced."""
        conversation = self._to.replay.conversation
        if not self._to.replay.rows or conversation is None:
            return
        csv, markdown = f"{tr('Table')} (*.csv)", f"{tr('Markdown')} (*.md)"
        dialog = QFileDialog(self, tr("Save the table"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([csv, markdown])
        dialog.setDefaultSuffix("csv")
        dialog.filterSelected.connect(
            lambda kind: dialog.setDefaultSuffix("csv" if kind == csv else "md")
        )
        dialog.selectFile("replay.csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._to.replay.export(Path(path)))
        dialog.open()

    # What is shown.

    def _chosen(self) -> tuple[ModelInfo | None, Preset | None]:
        """Who answers: what was picked, else another model than that of the conversation."""
        conversation = self._to.replay.conversation
        models = [model for model in self._to.models.models if model.can_chat]
        old = conversation.model if conversation is not None else ""
        others = sorted(models, key=lambda model: (model.name != self._model, model.name == old))
        wanted = self._preset or (conversation.preset if conversation is not None else "")
        preset = self._to.presets.get(wanted) or next(iter(self._to.presets.presets), None)
        return next(iter(others), None), preset

    def _who(self) -> Contender | None:
        model, preset = self._chosen()
        if model is None or preset is None:
            return None
        return self._to.replay.who(model, preset)

    def _show_choice(self) -> None:
        model, preset = self._chosen()
        self.models.show_items(
            [
                PickerItem(each.name, each.name, model_line(each))
                for each in self._to.models.models
                if each.can_chat
            ],
            model.name if model is not None else "",
        )
        self.presets.show_items(
            [PickerItem(each.id, each.name, each.description) for each in self._to.presets.presets],
            preset.id if preset is not None else "",
        )
        self._show_who(self._who())

    def _show_who(self, who: Contender | None) -> None:
        """At which temperature they are asked, and why they cannot be."""
        reason = lacking_sentence(who) if who is not None else ""
        self.start.setToolTip(reason)
        can_start = who is not None and self._to.replay.questions > 0 and not reason
        self.start.setEnabled(can_start)
        self.lack.setText(reason)
        self.lack.setVisible(bool(reason))
        own = who.sending.temperature if who is not None else None
        self.own.setVisible(own is not None)
        if own is not None:
            self.own.setText(tr("at temperature {number}", number=f"{own:g}"))
            about = tr("Temperature {number}, in this conversation only", number=f"{own:g}")
            self.own.setToolTip(about)

    def _show_conversation(self) -> None:
        replay = self._to.replay
        title = replay.conversation.title if replay.conversation is not None else ""
        self.title.setText(title or tr("New conversation"))
        for picker in (self.models, self.presets):
            picker.setEnabled(not replay.is_running)
        self.start.setVisible(not replay.is_running)
        self.stop.setVisible(replay.is_running)
        self.stop.setEnabled(True)
        self._show_choice()
        if len(replay.rows) != self.table.items.rowCount() or not replay.rows:
            self.table.show_rows(replay.rows)
        self._show_progress()

    def _add_row(self, row: ReplayRow) -> None:
        self.table.add_row(row)
        self._show_progress()

    def _show_progress(self) -> None:
        replay = self._to.replay
        done, total = len(replay.rows), replay.questions
        for button in (self.save, self.open):
            button.setEnabled(bool(replay.rows))
        if replay.is_running:
            words = tr(
                "Asking question {number} of {total}… You can leave this window.",
                number=min(done + 1, total),
                total=total,
            )
        elif not replay.rows:
            words = tr("Questions: {total}. The old conversation stays as it is.", total=total)
        else:
            same = sum(row.same for row in replay.rows)
            failed = sum(bool(row.error) for row in replay.rows)
            words = tr(
                "Asked: {done} of {total} · the same: {same} · failed: {failed}",
                done=done,
                total=total,
                same=same,
                failed=failed,
            )
        self.progress.setText(words)
        if not replay.rows:
            self.diff.show_message(tr("What is different stands here, for the row you choose."))

    def _show_row(self, row: ReplayRow | None) -> None:
        if row is None:
            return
        old, new = row.old, row.new
        if new is None or not new.content:
            self.diff.show_message(row.error or tr("There is no new reply."))
        elif old is None:
            self.diff.show_message(tr("The question was not answered in the old conversation."))
        else:
            self._to.replay.differences.find(old.content, new.content)

    def _show_pieces(self, pieces: Sequence[tuple[DiffKind, str]]) -> None:
        self.diff.show_pieces(pieces, tr("the old reply"), tr("the new reply"))

    @override
    def come_back(self) -> None:
        self._show_choice()  # values may have been given

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._to.replay.is_running:
            self._to.replay.stop()
        else:
            super().keyPressEvent(event)


def _inset(part: QWidget | QHBoxLayout) -> QVBoxLayout:
    around = QVBoxLayout()
    around.setContentsMargins(24, 0, 24, 0)
    if isinstance(part, QWidget):
        around.addWidget(part)
    else:
        around.addLayout(part)
    return around

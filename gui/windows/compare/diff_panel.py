"""Any two of the answers, word by word."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui.controllers.compare_controller import CompareController
from gui.controllers.lane import Lane
from gui.language import tr
from gui.records import DiffKind
from gui.widgets.compare.words_diff import WordsDiff
from gui.widgets.icon_button import IconButton
from gui.widgets.models.labels import plain_label
from gui.widgets.picker import Picker, PickerItem


class DiffPanel(QFrame):
    """Two dropdowns say which; nothing is compared while it is hidden."""

    close_requested = Signal()

    def __init__(self, compare: CompareController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diff-panel")
        self._compare = compare
        self._places = (0, 1)
        self.old = Picker(tr("First answer"))
        self.new = Picker(tr("Second answer"))
        self.diff = WordsDiff()
        self.close_button = IconButton("x", tr("Hide the differences"))
        head = QHBoxLayout()
        head.setSpacing(4)
        for widget in (self.old, plain_label("quiet", "↔"), self.new):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 16, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.diff, 1)
        self.old.picked.connect(self._pick_old)
        self.new.picked.connect(self._pick_new)
        self.close_button.clicked.connect(self.close_requested)
        compare.lanes_changed.connect(self._start)
        compare.differences.found.connect(self._show)

    def refresh(self) -> None:
        """Compare the two as they are now."""
        lanes = self._compare.lanes
        if self.isHidden() or len(lanes) < 2:
            return
        items = [PickerItem(str(lane.number), name_of(lane, lanes)) for lane in lanes]
        for picker, place in zip((self.old, self.new), self._places, strict=True):
            picker.show_items(items, str(place))
        texts = [lanes[place].answer for place in self._places]
        if texts[0] is None or texts[1] is None:
            self.diff.show_message(tr("Both answers have to end first."))
        else:
            self._compare.differences.find(texts[0].content, texts[1].content)

    def _start(self) -> None:
        self._places = (0, 1)
        self.refresh()

    def _pick_old(self, key: str) -> None:
        self._places = (int(key), self._places[1])
        self.refresh()

    def _pick_new(self, key: str) -> None:
        self._places = (self._places[0], int(key))
        self.refresh()

    def _show(self, pieces: Sequence[tuple[DiffKind, str]]) -> None:
        lanes = self._compare.lanes
        if len(lanes) > max(self._places):
            names = [name_of(lanes[place], lanes) for place in self._places]
            self.diff.show_pieces(pieces, names[0], names[1])


def name_of(lane: Lane, lanes: Sequence[Lane]) -> str:
    """What tells a lane from the others: its model, its preset, or both."""
    who = lane.contender
    models = {each.contender.model.name for each in lanes}
    presets = {each.contender.preset.id for each in lanes}
    if len(presets) == 1:
        return who.model.name
    if len(models) == 1:
        return who.preset.name
    return f"{who.model.name} · {who.preset.name}"

"""All stages of a chain from top to bottom, and what of it is the reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.language import tr
from gui.records import Chain, OutputKind, Preset
from gui.records.modelfile import ParameterField
from gui.records.preset_editing import Place, PresetView, StepProblem
from gui.widgets.chain import edits
from gui.widgets.chain.names_menu import NamesButton
from gui.widgets.chain.stage_row import StageRow
from gui.widgets.chain.step_card import StepCard, StepSight
from gui.widgets.chain.step_head import StepDeed
from gui.widgets.chain.template_field import TemplateField
from gui.widgets.modelfile.sections import form_label

_KEYS = {
    "Alt+Up": StepDeed.UP,
    "Alt+Down": StepDeed.DOWN,
    "Alt+Left": StepDeed.LEFT,
    "Alt+Right": StepDeed.RIGHT,
    "Alt+J": StepDeed.JOIN,
}


class ChainEditor(QWidget):
    """`edited` tells the whole preset with the chain as it is now."""

    edited = Signal(object)  # Preset

    def __init__(self, fields: Sequence[ParameterField], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields = fields
        self._preset = Preset("", "")
        self._models: tuple[str, ...] = ()
        self._is_open = True
        self.cards: list[StepCard] = []
        self.rows: list[StageRow] = []
        self._build()
        for keys, deed in _KEYS.items():
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._ask_focused, deed))

    def _build(self) -> None:
        self.hint = form_label(
            "quiet",
            tr(
                "Without a chain the model answers what you say. A chain asks more than once: "
                "translate, then answer; a joke and a poem at the same time."
            ),
        )
        self.add = QPushButton()
        self.add.setAutoDefault(False)
        self.add.clicked.connect(self._add_last)
        self.reply = TemplateField(tr("The reply"), (1, 10))
        self.reply.setPlaceholderText(tr("what the last step gives"))
        self.reply.edited.connect(lambda text: self._tell(replace(self._preset.chain, reply=text)))
        self.insert = NamesButton()
        self.insert.chosen.connect(self.reply.insert_name)
        head = QHBoxLayout()
        head.addWidget(form_label("name", tr("The reply")), 1)
        head.addWidget(self.insert)
        self._end = QWidget()
        end = QVBoxLayout(self._end)
        end.setContentsMargins(0, 8, 0, 0)
        end.setSpacing(4)
        end.addLayout(head)
        end.addWidget(self.reply)
        self._stages = QVBoxLayout()
        self._stages.setSpacing(12)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.hint)
        column.addLayout(self._stages)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._end)

    def show_view(self, view: PresetView) -> None:
        """What the preset says now, and what is found about its steps."""
        preset = self._preset = view.preset
        chain = preset.chain
        self._fit(chain)
        for card, place in zip(self.cards, edits.places(chain), strict=True):
            card.show_step(edits.step_at(chain, place), self._sight(preset, place))
        self.show_problems(view.problems)
        self.hint.setVisible(not chain)
        self._end.setVisible(bool(chain) or bool(chain.reply))
        self.add.setText(tr("Add a step") if chain else tr("Start with one step"))
        names = edits.names_before(preset, len(chain.stages))
        self.reply.show_names(names)
        self.insert.show_names(names)
        self.reply.show_text(chain.reply)

    def show_problems(self, problems: Mapping[Place, Sequence[StepProblem]]) -> None:
        """What is found about each step."""
        for card, place in zip(self.cards, edits.places(self._preset.chain), strict=True):
            card.show_problems(problems.get(place, ()))

    def show_models(self, names: Sequence[str]) -> None:
        """The models that a step can ask."""
        self._models = tuple(names)
        for card, place in zip(self.cards, edits.places(self._preset.chain), strict=True):
            card.show_step(card.step, self._sight(self._preset, place))

    def set_open(self, is_open: bool) -> None:
        """Whether it can be changed."""
        self._is_open = is_open
        for card in self.cards:
            card.set_open(is_open)
        for widget in (self.add, self.reply, self.insert):
            widget.setEnabled(is_open)

    def forget(self) -> None:
        """Another preset is there."""
        for card in self.cards:
            card.forget()

    def card_at(self, place: Place) -> StepCard:
        """The card of a step."""
        return self.cards[edits.places(self._preset.chain).index(place)]

    def _sight(self, preset: Preset, place: Place) -> StepSight:
        stage, index = place
        steps = preset.chain.stages[stage]
        letter = chr(ord("a") + index) if len(steps) > 1 and index < 26 else ""
        earlier = [step for before in preset.chain.stages[:stage] for step in before]
        return StepSight(
            number=f"{stage + 1}{letter}",
            names=edits.names_before(preset, stage),
            conditions=tuple(s.name for s in earlier if s.output is OutputKind.BOOLEAN),
            models=self._models,
        )

    def _fit(self, chain: Chain) -> None:
        """As many cards and rows as the chain has steps and stages; a card keeps its step."""
        steps = chain.steps
        if [len(row.cards) for row in self.rows] == [len(stage) for stage in chain.stages]:
            return
        free = list(self.cards)
        taken: list[StepCard | None] = []
        for step in steps:
            found = next((card for card in free if card.step.name == step.name), None)
            if found is not None:
                free.remove(found)
            taken.append(found)
        self.cards = [card or (free.pop(0) if free else self._new_card()) for card in taken]
        self._arrange(chain)
        for card in free:
            card.hide()
            card.deleteLater()

    def _arrange(self, chain: Chain) -> None:
        focused = self.window().focusWidget()
        while len(self.rows) < len(chain.stages):
            row = StageRow()
            self.rows.append(row)
            self._stages.addWidget(row)
        cards = iter(self.cards)
        for row, stage in zip(self.rows, chain.stages, strict=False):
            row.hold([next(cards) for _ in stage])
        for row in self.rows[len(chain.stages) :]:
            row.hold(())
            row.hide()
            row.deleteLater()
        del self.rows[len(chain.stages) :]
        for before, after in zip(self.cards, self.cards[1:], strict=False):
            QWidget.setTabOrder(before, after)
        if focused is not None and self.isAncestorOf(focused) and not focused.hasFocus():
            focused.setFocus()

    def _new_card(self) -> StepCard:
        card = StepCard(self._fields, lambda deed: self._result(card, deed) is not None)
        card.edited.connect(
            lambda step: self._tell(edits.with_step(self._preset.chain, self._place(card), step))
        )
        card.renamed.connect(
            lambda name: self.edited.emit(
                edits.with_step_renamed(self._preset, self._place(card), name)
            )
        )
        card.asked.connect(lambda deed: self._do(card, deed))
        card.set_open(self._is_open)
        return card

    def _place(self, card: StepCard) -> Place:
        return edits.places(self._preset.chain)[self.cards.index(card)]

    def _result(self, card: StepCard, deed: StepDeed) -> edits.Moved | None:
        """The chain after a deed, and where the step to look at is; None if it cannot be done."""
        if card not in self.cards:
            return None
        chain, place = self._preset.chain, self._place(card)
        variables = [variable.name for variable in self._preset.variables]
        match deed:
            case StepDeed.UP | StepDeed.DOWN:
                return edits.moved(chain, place, -1 if deed is StepDeed.UP else 1)
            case StepDeed.LEFT | StepDeed.RIGHT:
                return edits.moved_aside(chain, place, -1 if deed is StepDeed.LEFT else 1)
            case StepDeed.JOIN:
                return edits.joined_above(chain, place)
            case StepDeed.ADD_BESIDE:
                return edits.added_beside(chain, place[0], variables)
            case StepDeed.ADD_AFTER:
                return edits.added_after(chain, place[0], variables)
            case StepDeed.REMOVE:
                return edits.without(chain, place), place

    def _do(self, card: StepCard, deed: StepDeed) -> None:
        result = self._result(card, deed)
        if result is None:
            return
        chain, place = result
        self._tell(chain)
        if deed is StepDeed.REMOVE:
            left = edits.places(chain)
            if not left:
                self.add.setFocus()
                return
            place = min(left, key=lambda other: abs(other[0] - place[0]))
        self._look_at(place)

    def _add_last(self) -> None:
        chain = self._preset.chain
        variables = [variable.name for variable in self._preset.variables]
        chain, place = edits.added_after(chain, len(chain.stages) - 1, variables)
        self._tell(chain)
        self._look_at(place)

    def _look_at(self, place: Place) -> None:
        if place in edits.places(self._preset.chain):
            self.card_at(place).prompt.setFocus()

    def _ask_focused(self, deed: StepDeed) -> None:
        focused = self.window().focusWidget()
        card = next(
            (c for c in self.cards if focused is not None and c.isAncestorOf(focused)), None
        )
        if card is not None and self._is_open:
            self._do(card, deed)

    def _tell(self, chain: Chain) -> None:
        self.edited.emit(replace(self._preset, chain=chain))

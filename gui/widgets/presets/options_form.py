"""Every option of a preset or step: its range, what it is for, a way to leave it open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.language import tr
from gui.records import Options
from gui.records.modelfile import ParameterField
from gui.widgets.modelfile.parameter_list import ParameterList
from gui.widgets.modelfile.sections import form_label
from gui.widgets.modelfile.text_list import TextList

_MOST = 2**63
Value = int | float | None


class OptionsForm(QWidget):
    """`edited` tells all options. What is no number stays in its field and is not among them."""

    edited = Signal(object)  # Options

    def __init__(self, fields: Sequence[ParameterField], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds = {field.name: field.kind for field in fields}
        self._refused: set[str] = set()
        self.options = Options()
        self.list = ParameterList(fields)
        self.stops = TextList(tr("A text that ends the reply"), tr("Add a stop text"))
        self.list.edited.connect(self._read)
        self.stops.edited.connect(lambda texts: self._tell(replace(self.options, stop=texts)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.list)
        column.addSpacing(8)
        column.addWidget(form_label("name", tr("Stop texts")))
        column.addWidget(form_label("quiet", tr("The reply ends where one of them appears.")))
        column.addWidget(self.stops)

    def show_options(self, options: Options) -> None:
        """What is set; what is typed for the same number stays as it is typed."""
        self.options = options
        shown = {}
        for name, row in self.list.rows.items():
            wanted = getattr(options, name)
            is_same = name in self._refused or self._value(name, row.value) == wanted
            shown[name] = row.value if is_same else _text(wanted)
        self.list.show_values(shown)
        self.stops.show_texts(options.stop)

    def forget_refusals(self) -> None:
        """Other options are there: show what they are everywhere."""
        for name in tuple(self._refused):
            self._refused.discard(name)
            self.list.rows[name].value = ""
            self.list.rows[name].show_problem("")

    def _read(self, name: str, text: str) -> None:
        value = self._value(name, text)
        is_refused = bool(text) and value is None
        (self._refused.add if is_refused else self._refused.discard)(name)
        self.list.rows[name].show_problem(self._why(name) if is_refused else "")
        if not is_refused:
            changed: dict[str, Any] = {name: value}
            self._tell(replace(self.options, **changed))

    def _tell(self, options: Options) -> None:
        if options != self.options:
            self.options = options
            self.edited.emit(options)

    def _value(self, name: str, text: str) -> Value:
        """The number a text is; None for "" and for what is none."""
        try:
            if self._kinds[name] == "int":
                whole = int(text)
                return whole if -_MOST <= whole < _MOST else None
            number = float(text)
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    def _why(self, name: str) -> str:
        if self._kinds[name] == "int":
            return tr("This is not a whole number.")
        return tr("This is not a number.")


def _text(value: Value) -> str:
    if value is None:
        return ""
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)

"""A check box whose box, when checked, has a check in it."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton
from typing_extensions import override

from gui import theme

_MARGIN = 1


class CheckBox(QCheckBox):
    """The style sheet colours the box; a sheet can have a mark only from a file."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.isChecked():
            option = QStyleOptionButton()
            self.initStyleOption(option)
            part = QStyle.SubElement.SE_CheckBoxIndicator
            box = self.style().subElementRect(part, option, self)
            mark = theme.icon("check", theme.colours(self.palette()).on_accent)
            mark.paint(QPainter(self), box.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN))

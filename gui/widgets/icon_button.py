"""A flat button with an icon of the theme's colour and a name for every reader."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget
from typing_extensions import override

from gui import theme


class IconButton(QToolButton):
    """`icon_name` is a Phosphor name; `label` is its tooltip and its accessible name."""

    def __init__(self, icon_name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._colour_role = "ink"
        self.setIconSize(QSize(20, 20))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_as(icon_name, label)

    def show_as(self, icon_name: str, label: str, colour_role: str = "ink") -> None:
        """Change the icon, the words and the colour (a field of `theme.Colours`)."""
        self._icon_name, self._colour_role = icon_name, colour_role
        self.setToolTip(label)
        self.setAccessibleName(label)
        self._draw()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        colour = getattr(theme.colours(self.palette()), self._colour_role)
        self.setIcon(theme.icon(self._icon_name, colour))

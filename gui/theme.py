"""Colours, fonts and icons; one place that knows how Ondol looks.

A widget asks `colours(self.palette())`, so a change of theme reaches it as Qt's own
palette change and nobody keeps a global.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette

from gui import paths

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

GRID = 8
BODY_PX = 15
LINE_HEIGHT = 1.5
COLUMN_WIDTH = 760

_BODY_FAMILIES = (
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "Apple SD Gothic Neo",
    "Malgun Gothic",
    "Noto Sans",
    "Segoe UI",
    "DejaVu Sans",
    "Noto Color Emoji",
    "Apple Color Emoji",
    "Segoe UI Emoji",
)
_CODE_FAMILIES = (
    "Noto Sans Mono CJK KR",
    "D2Coding",
    "SF Mono",
    "Menlo",
    "Consolas",
    "DejaVu Sans Mono",
    "Noto Color Emoji",
)


class ThemeMode(StrEnum):
    """What the person chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme. Text on its ground has a contrast of at least 4.5:1."""

    name: str
    paper: str
    surface: str
    ink: str
    quiet: str
    line: str
    accent: str
    on_accent: str
    bubble: str
    code: str
    selection: str
    danger: str
    hover: str
    accent_hover: str


LIGHT = Colours(
    name="light",
    paper="#FAF7F2",
    surface="#FFFFFF",
    ink="#2B2622",
    quiet="#756C63",
    line="#E8E1D8",
    accent="#B5532E",
    on_accent="#FFFFFF",
    bubble="#F1E7DC",
    code="#F3EEE6",
    selection="#F0D2C2",
    danger="#A3312B",
    hover="#EFE8DE",
    accent_hover="#9C4526",
)
DARK = Colours(
    name="dark",
    paper="#1E1B19",
    surface="#272320",
    ink="#EDE6DF",
    quiet="#9A9188",
    line="#3A342F",
    accent="#E08A62",
    on_accent="#1E1B19",
    bubble="#33291F",
    code="#262220",
    selection="#5A3E2F",
    danger="#F0908A",
    hover="#322C28",
    accent_hover="#EB9D79",
)


def colours(palette: QPalette) -> Colours:
    """The theme that `palette` belongs to: by the one role that style sheets leave alone."""
    return LIGHT if palette.color(QPalette.ColorRole.Mid).lightness() > 127 else DARK


def palette_of(theme: Colours) -> QPalette:
    """Qt's palette for a theme."""
    palette = QPalette()
    role = QPalette.ColorRole
    for name, value in (
        (role.Window, theme.paper),
        (role.Base, theme.surface),
        (role.AlternateBase, theme.paper),
        (role.Button, theme.surface),
        (role.ToolTipBase, theme.surface),
        (role.WindowText, theme.ink),
        (role.Text, theme.ink),
        (role.ButtonText, theme.ink),
        (role.ToolTipText, theme.ink),
        (role.PlaceholderText, theme.quiet),
        (role.Mid, theme.line),
        (role.Highlight, theme.selection),
        (role.HighlightedText, theme.ink),
        (role.Accent, theme.accent),
        (role.Link, theme.accent),
    ):
        palette.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(theme.quiet))
    return palette


def theme_for(mode: ThemeMode) -> Colours:
    """The theme for a choice; SYSTEM asks the desktop."""
    if mode is ThemeMode.SYSTEM:
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme is Qt.ColorScheme.Dark else LIGHT
    return DARK if mode is ThemeMode.DARK else LIGHT


def apply(app: QApplication, mode: ThemeMode) -> None:
    """Dress the whole application."""
    theme = theme_for(mode)
    app.setStyle("Fusion")
    app.setFont(body_font())
    app.setPalette(palette_of(theme))
    sheet = (paths.resources() / "themes" / "ondol.qss").read_text("utf-8")
    app.setStyleSheet(Template(sheet).substitute(asdict(theme)))


def body_font(scale: float = 1.0) -> QFont:
    """The font of everything that is read; a CJK family first, so lines keep their height."""
    font = QFont()
    font.setFamilies(list(_BODY_FAMILIES))
    font.setPixelSize(round(BODY_PX * scale))
    return font


def code_font(scale: float = 1.0) -> QFont:
    """The font of code; Hangul is two cells wide in its first families."""
    font = QFont()
    font.setFamilies(list(_CODE_FAMILIES))
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setPixelSize(round((BODY_PX - 1) * scale))
    return font


def icon(name: str, colour: str) -> QIcon:
    """A Phosphor icon by its name, e.g. `icon("paper-plane-tilt", colours.accent)`."""
    import qtawesome

    drawn: QIcon = qtawesome.icon(f"ph.{name}", color=QColor(colour))
    return drawn


def app_icon() -> QIcon:
    """Ondol's own icon."""
    return QIcon(str(paths.resources() / "icons" / "ondol.svg"))

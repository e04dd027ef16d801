"""Colours, fonts and icons; one place that knows how Ondol looks.

A widget asks `colours(self.palette())`, so a change of theme reaches it as Qt's own
palette change and nobody keeps a global.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPalette,
    QPixmap,
)
from typing_extensions import override

from gui import paths

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

BODY_PX = 15
LINE_HEIGHT = 1.5
COLUMN_WIDTH = 760
_DISABLED_OPACITY = 0.35

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
    amber: str
    teal: str
    plum: str
    moss: str
    current_line: str
    removed: str
    added: str


LIGHT = Colours(
    name="light",
    paper="#FAF7F2",
    surface="#FFFFFF",
    ink="#2B2622",
    quiet="#6F665D",
    line="#E8E1D8",
    accent="#B5532E",
    on_accent="#FFFFFF",
    bubble="#F1E7DC",
    code="#F3EEE6",
    selection="#F0D2C2",
    danger="#A3312B",
    hover="#EFE8DE",
    accent_hover="#9C4526",
    amber="#8A5A12",
    teal="#2A6478",
    plum="#7A4A7E",
    moss="#3F6B3A",
    current_line="#FAF7F2",
    removed="#F8E4DE",
    added="#E6F0E0",
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
    amber="#D9AE6C",
    teal="#7FB8C9",
    plum="#CBA0D0",
    moss="#9DBF8E",
    current_line="#2D2825",
    removed="#3D2725",
    added="#27332A",
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
    glyphs = _phosphor()
    return QIcon(_GlyphEngine(glyphs.family, chr(glyphs.characters[name]), QColor(colour)))


@dataclass(frozen=True, slots=True)
class _Glyphs:
    family: str
    characters: dict[str, int]


@cache
def _phosphor() -> _Glyphs:
    """The Phosphor font that QtAwesome carries, read from its files.

    Importing QtAwesome itself costs 200 ms, more than the rest of the window.
    """
    fonts = Path(_folder_of("qtawesome")) / "fonts"
    charmap = next(fonts.glob("phosphor-charmap-*.json"))
    characters = {name: int(code, 16) for name, code in json.loads(charmap.read_text()).items()}
    version = charmap.stem.rpartition("-")[2]
    number = QFontDatabase.addApplicationFont(str(fonts / f"phosphor-{version}.ttf"))
    return _Glyphs(QFontDatabase.applicationFontFamilies(number)[0], characters)


def _folder_of(package: str) -> str:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(package)
    return spec.submodule_search_locations[0]


class _GlyphEngine(QIconEngine):
    """Draws one character of a font at any size, paler when disabled."""

    def __init__(self, family: str, character: str, colour: QColor) -> None:
        super().__init__()
        self._family, self._character, self._colour = family, character, colour

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        font = QFont(self._family)
        font.setPixelSize(max(1, rect.height()))
        colour = QColor(self._colour)
        if mode is QIcon.Mode.Disabled:
            colour.setAlphaF(_DISABLED_OPACITY)
        painter.save()
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._character)
        painter.restore()

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(), size), mode, state)
        painter.end()
        return pixmap

    @override
    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._family, self._character, self._colour)


def app_icon() -> QIcon:
    """Ondol's own icon."""
    return QIcon(str(paths.resources() / "icons" / "ondol.svg"))

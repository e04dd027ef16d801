"""The tabs of a preset: five ways to see one text, and the script that does the same."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui.language import tr
from gui.records.preset_editing import Place
from gui.widgets.chain.editor import ChainEditor
from gui.widgets.chain.picture import ChainPicture
from gui.widgets.models.labels import plain_label
from gui.widgets.presets.options_form import OptionsForm
from gui.widgets.presets.prompt_form import PromptForm
from gui.widgets.presets.variable_list import VariableList
from gui.widgets.source.edit import SourceEdit
from gui.windows.presets.python_view import PythonView

PROMPT, OPTIONS, VARIABLES = "prompt", "options", "variables"
CHAIN, SOURCE, PYTHON = "chain", "source", "python"
_COLUMN = 760
_PICTURE = 250
_WIDE = 760


class ChainPanel(QWidget):
    """The cards, and where there is room the picture at their right."""

    def __init__(self, editor: ChainEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = editor
        self.picture = ChainPicture()
        self.picture.chosen.connect(self.go_to)
        self.cards = scrolled(editor, None)
        self.view = QScrollArea()
        self.view.setObjectName("modelfile-form")
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setWidgetResizable(True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setObjectName("modelfile-form")
        column = QVBoxLayout(inside)
        column.setContentsMargins(4, 8, 8, 12)
        column.addWidget(self.picture)
        column.addStretch()
        self.view.setWidget(inside)
        self.view.setFixedWidth(_PICTURE)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.cards, 1)
        row.addWidget(self.view)

    def go_to(self, place: Place) -> None:
        """Show the card of a step; the keyboard goes to its prompt."""
        card = self.editor.card_at(place)
        self.cards.ensureWidgetVisible(card)
        card.prompt.setFocus()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.view.setVisible(event.size().width() >= _WIDE)


class PresetPanels(QWidget):
    """Ctrl+Tab goes from tab to tab."""

    shown = Signal(str)
    problems_pressed = Signal()

    def __init__(
        self,
        prompt: PromptForm,
        options: OptionsForm,
        variables: VariableList,
        chain: ChainEditor,
        source: SourceEdit,
        python: PythonView,
    ) -> None:
        super().__init__()
        self.chain = ChainPanel(chain)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(20, 10, 20, 12)
        inside.addWidget(source)
        self.pages: dict[str, QWidget] = {
            PROMPT: scrolled(prompt),
            OPTIONS: scrolled(options),
            VARIABLES: scrolled(variables),
            CHAIN: self.chain,
            SOURCE: holder,
            PYTHON: python,
        }
        titles = {
            PROMPT: tr("Prompt"),
            OPTIONS: tr("Options"),
            VARIABLES: tr("Variables"),
            CHAIN: tr("Chain"),
            SOURCE: tr("Source"),
            PYTHON: "Python",
        }
        self.tabs = QTabBar()
        self.tabs.setObjectName("tabs")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(tr("Ways to see the preset"))
        self.stack = QStackedWidget()
        for key, page in self.pages.items():
            self.tabs.addTab(titles[key])
            self.stack.addWidget(page)
        self.status = plain_label("quiet")
        self.tabs.currentChanged.connect(self._show)
        self._arrange()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(20, 0, 20, 0)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self.status)
        line = QFrame()
        line.setObjectName("create-line")
        line.setFixedHeight(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(line)
        column.addWidget(self.stack, 1)

    @property
    def key(self) -> str:
        """Which tab is on show."""
        return tuple(self.pages)[max(0, self.tabs.currentIndex())]

    def choose(self, key: str) -> None:
        """Show a tab."""
        self.tabs.setCurrentIndex(tuple(self.pages).index(key))

    def step(self, by: int) -> None:
        """The tab so many on, around the end."""
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % self.tabs.count())

    def mark(self, counts: dict[str, int]) -> None:
        """How much is in a tab, at its title."""
        for key, count in counts.items():
            number = tuple(self.pages).index(key)
            title = {VARIABLES: tr("Variables"), CHAIN: tr("Chain")}[key]
            self.tabs.setTabText(number, f"{title} {count}" if count else title)

    def _show(self, number: int) -> None:
        self.stack.setCurrentIndex(number)
        self.shown.emit(self.key)


def scrolled(form: QWidget, most: int | None = _COLUMN) -> QScrollArea:
    """A form that scrolls, no wider than can be read."""
    area = QScrollArea()
    area.setObjectName("modelfile-form")
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    inside = QWidget()
    inside.setObjectName("modelfile-form")
    if most is not None:
        form.setMaximumWidth(most)
    column = QVBoxLayout(inside)
    column.setContentsMargins(20, 14, 20, 24)
    column.addWidget(form)
    column.addStretch()
    area.setWidget(inside)
    return area

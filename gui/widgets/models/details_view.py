"""All about one model, in tabs, each of which can be copied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.language import tr
from gui.records import ModelDetails
from gui.widgets.models import words
from gui.widgets.models.pairs_view import Pair, PairsView

_MOST_SHOWN = 100_000
_COPIED_MS = 1500
_OVERVIEW = 0


class DetailsView(QWidget):
    """Overview, template, system prompt, parameters, Modelfile, licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._details: ModelDetails | None = None
        self._build()

    def _build(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setObjectName("tabs")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName(tr("What to show of the model"))
        for name in (
            tr("Overview"),
            tr("Template"),
            tr("System"),
            tr("Parameters"),
            tr("Modelfile"),
            tr("Licence"),
        ):
            self.tabs.addTab(name)
        self.pairs = PairsView(tr("Overview"))
        self.body = QPlainTextEdit()
        self.body.setObjectName("details")
        self.body.setReadOnly(True)
        self.body.setTabChangesFocus(True)
        self.body.setFont(theme.code_font(0.93))
        flags = Qt.TextInteractionFlag
        self.body.setTextInteractionFlags(
            flags.TextSelectableByMouse | flags.TextSelectableByKeyboard
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(self.pairs)
        self._pages.addWidget(self.body)
        self.copy = QPushButton(tr("Copy"))
        self.copy.setProperty("flat", True)
        self.copy.clicked.connect(self._copy)
        self._copied = QTimer(self)
        self._copied.setSingleShot(True)
        self._copied.setInterval(_COPIED_MS)
        self._copied.timeout.connect(lambda: self.copy.setText(tr("Copy")))
        self.tabs.currentChanged.connect(self._show_tab)
        self._arrange()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.tabs, 1)
        row.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._pages, 1)

    def show_details(self, details: ModelDetails | None) -> None:
        """Show these; None while nothing is known. The tab stays."""
        self._details = details
        self._show_tab()

    def text(self) -> str:
        """What the tab on show has, whole."""
        index = self.tabs.currentIndex()
        if self._details is None:
            return ""
        return self.pairs.text() if index == _OVERVIEW else self._texts()[index]

    def _texts(self) -> tuple[str, ...]:
        details = self._details
        if details is None:
            return ("",) * 6
        return (
            "",
            details.template,
            details.system,
            details.parameters,
            details.modelfile,
            details.license,
        )

    def _show_tab(self) -> None:
        index = self.tabs.currentIndex()
        if index == _OVERVIEW:
            self.pairs.show_pairs(tuple(_pairs(self._details)) if self._details else ())
            self._pages.setCurrentWidget(self.pairs)
        else:
            text = self._texts()[index]
            shown = text[:_MOST_SHOWN]
            if len(text) > _MOST_SHOWN:
                shown += "\n\n" + tr("This is only the beginning; Copy takes all of it.")
            self.body.setPlainText(shown)
            self.body.setPlaceholderText(_nothing(index) if self._details else "")
            self.body.setAccessibleName(self.tabs.tabText(index))
            self._pages.setCurrentWidget(self.body)
        self.copy.setEnabled(bool(self.text()))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())
        self.copy.setText(tr("Copied"))
        self._copied.start()


def _nothing(index: int) -> str:
    return (
        "",
        tr("The server names no template."),
        tr("This model has no system prompt of its own."),
        tr("No parameters are set: the server's defaults hold."),
        tr("The server gives no Modelfile."),
        tr("No licence is given."),
    )[index]


def _pairs(details: ModelDetails) -> Iterator[Pair]:
    info = details.info
    today = datetime.now().astimezone().date()
    context = f"{info.context_length:,}" if info.context_length else ""
    yield from _filled(
        "",
        (tr("Family"), info.family),
        (tr("Parameters"), info.parameter_size),
        (tr("Quantisation"), info.quantization),
        (tr("Context length"), tr("{count} tokens", count=context) if context else ""),
        (tr("Abilities"), ", ".join(words.capability_words(info))),
        (tr("Size"), f"{words.size_text(info.size)} ({info.size:,} B)" if info.size else ""),
        (tr("Changed"), words.day_text(info.modified_at, today)),
        (tr("Made from"), info.parent),
        (tr("Digest"), details.digest),
    )
    names = {"model": tr("Model"), "adapter": tr("Adapter"), "draft": tr("Draft model")}
    layers = ((names.get(what, what), digest) for what, digest in details.layers)
    yield from _filled(tr("Layers"), *layers)
    examples = ((role, text) for role, text in details.messages)
    yield from _filled(tr("Example messages"), *examples)
    yield from _filled(tr("Header of the model file"), *details.metadata)


def _filled(heading: str, *pairs: tuple[str, str]) -> Iterator[Pair]:
    """The pairs that have a value, under their heading if there are any."""
    filled = [Pair(name, value) for name, value in pairs if value.strip()]
    if filled and heading:
        yield Pair(heading)
    yield from filled

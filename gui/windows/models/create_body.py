"""The middle of the Create page: text and form of one Modelfile, and what it changes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui.language import tr
from gui.widgets.modelfile.form import ModelfileForm
from gui.widgets.models.labels import plain_label
from gui.widgets.source.diff_view import DiffView
from gui.widgets.source.edit import SourceEdit

_WIDE = 820
SOURCE, FORM, CHANGES = "source", "form", "changes"
BOTH = "both"


class CreateBody(QWidget):
    """With room for both, text and form are side by side; else one of them is chosen."""

    view_changed = Signal(str)

    def __init__(
        self, source: SourceEdit, form: ModelfileForm, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.source = source
        self.form = form
        self.views: tuple[str, ...] = ()
        self._build()
        self._arrange()
        self._offer(BOTH, CHANGES)

    def _build(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setObjectName("tabs")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(tr("Ways to see the Modelfile"))
        self.tabs.currentChanged.connect(self._show)
        self.status = plain_label("quiet")
        self.diff = DiffView()
        self.no_diff = plain_label("message", wraps=True)
        self.no_diff.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.no_diff.setContentsMargins(32, 0, 32, 0)
        self.changes = QStackedWidget()
        self.changes.addWidget(self.no_diff)
        self.changes.addWidget(self.diff)
        self.split = QSplitter()
        self.split.setObjectName("models-split")
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(1)
        self.split.addWidget(self.source)
        self.split.addWidget(self.form)
        self.split.setStretchFactor(0, 6)
        self.split.setStretchFactor(1, 5)
        self.split.setSizes([500, 420])
        self.source.setMinimumWidth(320)
        self.form.setMinimumWidth(340)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.split)
        self.pages.addWidget(self.changes)

    def _arrange(self) -> None:
        self.changes.setContentsMargins(20, 8, 20, 12)
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
        column.addWidget(self.pages, 1)

    @property
    def view(self) -> str:
        """What is on show."""
        return self.views[max(0, self.tabs.currentIndex())]

    def choose(self, view: str) -> None:
        """Show a view; text and form both show if there is room for them."""
        wanted = view if view in self.views else BOTH
        if wanted in self.views:
            self.tabs.setCurrentIndex(self.views.index(wanted))

    def _offer(self, *views: str) -> None:
        if views == self.views:
            return
        before = self.view if self.views else BOTH
        titles = {
            BOTH: tr("Text and form"),
            SOURCE: tr("Text"),
            FORM: tr("Form"),
            CHANGES: tr("Changes"),
        }
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        self.views = views
        for view in views:
            self.tabs.addTab(titles[view])
        kept = CHANGES if before == CHANGES else FORM if before == FORM else views[0]
        self.tabs.setCurrentIndex(views.index(kept) if kept in views else 0)
        self.tabs.blockSignals(False)
        self._show()

    def _show(self) -> None:
        view = self.view
        focused = self.window().focusWidget()
        had_keyboard = focused is not None and self.pages.isAncestorOf(focused)
        self.source.setVisible(view in (BOTH, SOURCE))
        self.form.setVisible(view in (BOTH, FORM))
        self.source.setContentsMargins(20, 10, 0 if view == BOTH else 20, 12)
        self.pages.setCurrentWidget(self.changes if view == CHANGES else self.split)
        if had_keyboard and focused is not None and not focused.isVisibleTo(self):
            self.tabs.setFocus()
        self.view_changed.emit(view)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() >= _WIDE:
            self._offer(BOTH, CHANGES)
        else:
            self._offer(SOURCE, FORM, CHANGES)

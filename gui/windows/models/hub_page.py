"""Hugging Face: repositories at the left, the one looked into at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui.controllers import Controllers
from gui.language import tr
from gui.records import HubAccount, HubHelp, HubProblem
from gui.widgets.hub.problem_view import ProblemView
from gui.widgets.hub.repo_list import RepoList
from gui.widgets.models.labels import ElidedLabel, plain_label
from gui.widgets.models.search_field import SearchField
from gui.windows.link_dialog import ask_and_open
from gui.windows.models.hub_panel import HubPanel
from gui.windows.models.page import Page
from gui.windows.models.token_dialog import TokenDialog


class HubPage(Page):
    """Asks the hub when it is first seen, not before; `elsewhere` shows other places."""

    def __init__(
        self,
        controllers: Controllers,
        elsewhere: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._hub = controllers.hub
        self._elsewhere = elsewhere
        self._goes_on = False
        self._build(controllers)
        self._arrange()
        self.first = self.search = self.field
        self._connect()
        self._show_account()

    def _build(self, controllers: Controllers) -> None:
        self.account = QPushButton()
        self.account.setProperty("flat", True)
        self.account.setAutoDefault(False)
        label = tr("Search, or paste hf.co/user/model:Q4_K_M")
        self.field = SearchField(label, "magnifying-glass")
        self.field.setText(self._hub.text)
        self.mirror = ElidedLabel("quiet")
        self.list = RepoList()
        self.nothing = ProblemView()
        self.panel = HubPanel(controllers)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.list)
        self.pages.addWidget(self.nothing)

    def _arrange(self) -> None:
        title = QHBoxLayout()
        title.addWidget(plain_label("heading", "Hugging Face"), 1)
        title.addWidget(self.account)
        head = QVBoxLayout()
        head.setContentsMargins(20, 0, 12, 0)
        head.setSpacing(8)
        head.addLayout(title)
        head.addWidget(self.field)
        head.addWidget(self.mirror)
        left = QWidget()
        left.setMinimumWidth(320)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.pages, 1)
        split = QSplitter()
        split.setObjectName("models-split")
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(left)
        split.addWidget(self.panel)
        split.setStretchFactor(0, 4)
        split.setStretchFactor(1, 5)
        split.setSizes([400, 540])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(split)

    def _connect(self) -> None:
        hub = self._hub
        hub.search_began.connect(self._show_searching)
        hub.found.connect(self._show_found)
        hub.search_failed.connect(self._show_problem)
        hub.look_began.connect(self.list.mark)
        hub.looked.connect(self._go_on)
        hub.account_changed.connect(self._show_account)
        self.field.textEdited.connect(hub.type)
        self.field.textChanged.connect(self._clear)
        self.field.returnPressed.connect(self._search)
        self.field.list_requested.connect(self.list.enter)
        self.list.chosen.connect(hub.open)
        self.list.entered.connect(self._enter)
        self.list.more_wanted.connect(hub.more)
        self.nothing.help_chosen.connect(self._help)
        self.panel.link_requested.connect(self.open_link)
        self.panel.token_requested.connect(self.open_token_dialog)
        self.account.clicked.connect(self.open_token_dialog)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        mirror = self._hub.mirror
        self.mirror.setVisible(bool(mirror))
        self.mirror.setText(tr("Asking {host}, which HF_ENDPOINT names.", host=mirror))
        if self._hub.is_read:
            self._show_found()
        elif not self._hub.is_searching:
            self._hub.search(self.field.text())
            self._hub.read_account()

    def open_link(self, link: str) -> QMessageBox | None:
        """Ask whether to open a page of the hub, or one that a card names."""
        return ask_and_open(link, self)

    def open_token_dialog(self) -> TokenDialog:
        """Enter a token, or forget the one there is."""
        dialog = TokenDialog(self._hub, self.open_link, self)
        dialog.open()
        return dialog

    def _search(self) -> None:
        """Enter: what is typed is meant."""
        self._goes_on = True
        self._hub.search(self.field.text(), is_sure=True)

    def _clear(self, text: str) -> None:
        """The cross in the field edits nothing, by Qt's word."""
        if not text and self._hub.text:
            self._hub.type("")

    def _enter(self) -> None:
        self._goes_on = self._hub.look is None
        self.panel.enter()

    def _go_on(self) -> None:
        """Who asked by Enter goes on at the files."""
        if self._goes_on and self.isVisible():
            self.panel.enter()
        self._goes_on = False

    def _show_searching(self) -> None:
        if not self.list.count or self.pages.currentIndex() == 1:
            self.nothing.show_text(tr("Searching…"))
            self.pages.setCurrentIndex(1)

    def _show_found(self) -> None:
        hub = self._hub
        self.list.show_repos(hub.repos)
        self.list.mark(hub.repo)
        if not hub.repos:
            self.nothing.show_text(
                tr("No repository with GGUF files matches “{text}”.", text=hub.text)
            )
        self.pages.setCurrentIndex(0 if hub.repos else 1)
        if self._goes_on and not hub.repo:
            self._goes_on = False
            self.list.enter()

    def _show_problem(self, problem: HubProblem) -> None:
        self.nothing.show_problem(problem)
        self.pages.setCurrentIndex(1)

    def _show_account(self) -> None:
        account: HubAccount = self._hub.account
        text = account.name or tr("Your token")
        self.account.setText(text if account.has_token else tr("Enter a token…"))
        self.account.setToolTip(tr("Your account at the hub"))

    def _help(self, help_: HubHelp) -> None:
        if help_ is HubHelp.RETRY:
            self._hub.search(self._hub.text)
        elif help_ is HubHelp.TOKEN:
            self.open_token_dialog()
        elif help_ is HubHelp.ELSEWHERE:
            self._elsewhere()
        else:
            self.open_link(self.nothing.problem.link)

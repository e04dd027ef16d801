"""The repository that is looked into: its files, what fits, its card, and Download."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from gui.controllers import Controllers
from gui.language import tr
from gui.records import HubHelp, HubLook, HubProblem
from gui.widgets.hub import words
from gui.widgets.hub.card_view import CardView
from gui.widgets.hub.file_list import FileList
from gui.widgets.hub.problem_view import ProblemView
from gui.widgets.models.labels import Chips, ElidedLabel, for_tooltip, plain_label
from gui.windows.models.hub_download import DownloadForm


class HubPanel(QFrame):
    """Follows the controller; links and the wish to enter a token go to the page."""

    link_requested = Signal(str)
    token_requested = Signal()

    def __init__(self, controllers: Controllers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hub = controllers.hub
        self._has_card = False
        self._build(controllers)
        self._arrange()
        self._connect()
        self._show_state()

    def _build(self, controllers: Controllers) -> None:
        self.setObjectName("details-panel")
        self.name = ElidedLabel("heading")
        self.chips = Chips()
        self.numbers = ElidedLabel("quiet", Qt.TextElideMode.ElideRight)
        self.open = _button(tr("Open on the hub"), flat=True)
        self.gate = QFrame()
        self.gate.setObjectName("notice")
        self.terms = plain_label("", wraps=True)
        self.accept = _button(words.help_word(HubHelp.ACCEPT))
        self.token = _button(words.help_word(HubHelp.TOKEN))
        self.tabs = QTabBar()
        self.tabs.setObjectName("tabs")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(tr("What to show of the repository"))
        self.tabs.addTab(tr("Files"))
        self.tabs.addTab(tr("Model card"))
        self.files = FileList()
        self.card = CardView()
        self.form = DownloadForm(controllers)
        self.nothing = ProblemView()

    def _arrange(self) -> None:
        gate = QVBoxLayout(self.gate)
        gate.setContentsMargins(16, 12, 16, 12)
        gate.setSpacing(8)
        buttons = QHBoxLayout()
        buttons.addWidget(self.accept)
        buttons.addWidget(self.token)
        buttons.addStretch()
        gate.addWidget(self.terms)
        gate.addLayout(buttons)
        line = QHBoxLayout()
        line.addWidget(self.numbers, 1)
        line.addWidget(self.open)
        head = QVBoxLayout()
        head.setContentsMargins(20, 16, 20, 0)
        head.setSpacing(6)
        for widget in (self.name, self.chips):
            head.addWidget(widget)
        head.addLayout(line)
        head.addWidget(self.gate)
        head.addWidget(self.tabs)
        files = QWidget()
        column = QVBoxLayout(files)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.files, 1)
        column.addWidget(self.form)
        self.views = QStackedWidget()
        self.views.addWidget(files)
        self.views.addWidget(self.card)
        shown = QWidget()
        whole = QVBoxLayout(shown)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addLayout(head)
        whole.addWidget(self.views, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(shown)
        self.pages.addWidget(self.nothing)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self.pages)

    def _connect(self) -> None:
        hub = self._hub
        hub.look_began.connect(self._show_state)
        hub.looked.connect(self._show_look)
        hub.look_failed.connect(self._show_problem)
        hub.card_read.connect(self._show_card)
        hub.account_changed.connect(self._follow_account)
        self.tabs.currentChanged.connect(self.views.setCurrentIndex)
        self.files.chosen.connect(self.form.show_offer)
        self.files.download_requested.connect(self.form.download)
        self.card.link_activated.connect(self.link_requested)
        self.open.clicked.connect(self._open_page)
        self.accept.clicked.connect(self._open_page)
        self.token.clicked.connect(self.token_requested)
        self.nothing.help_chosen.connect(self._help)

    def enter(self) -> None:
        """Have the keyboard in the files, if they are there."""
        if self.pages.currentIndex() == 0:
            self.tabs.setCurrentIndex(0)
            self.files.setFocus()

    def _show_state(self) -> None:
        """What is so before there is anything to look at."""
        hub = self._hub
        if hub.look is not None:
            self._show_look(hub.look)
        elif hub.repo:
            self._say(tr("Looking into {repo}…", repo=hub.repo))
        else:
            self._say(tr("Choose a repository to see its files."))

    def _say(self, text: str) -> None:
        self.nothing.show_text(text)
        self.pages.setCurrentIndex(1)

    def _show_problem(self, _repo: str, problem: HubProblem) -> None:
        self.nothing.show_problem(problem)
        self.pages.setCurrentIndex(1)

    def _show_look(self, look: HubLook) -> None:
        repo = look.listing.repo
        self.name.setText(repo.id.partition("/")[2] or repo.id)
        self.name.setToolTip(for_tooltip(repo.id))
        self.chips.show_words(words.facts(repo))
        today = date.today()  # noqa: DTZ011 - the person's day
        self.numbers.setText(words.numbers_line(repo, today))
        self.card.show_card(tr("Reading the model card…"))
        self.tabs.setCurrentIndex(0)
        self.form.show_look(look)
        self.files.show_offers(look.offers, look.wanted)
        self._show_gate()
        self.pages.setCurrentIndex(0)

    def _show_card(self, repo: str, text: str) -> None:
        if repo == self._hub.repo:
            self.card.show_card(text or tr("This repository has no model card."))

    def _follow_account(self) -> None:
        if self._hub.look is not None:
            self._show_gate()
        elif self._hub.repo and self._hub.account.has_token and self.pages.currentIndex() == 1:
            self._hub.reopen()

    def _show_gate(self) -> None:
        """What a gated repository asks for, and whether the first half of it is done."""
        look, account = self._hub.look, self._hub.account
        gated = look.listing.repo.gated if look else ""
        self.gate.setVisible(bool(gated))
        self.token.setVisible(not account.has_token)
        self.terms.setText(_terms(gated, account.name, has_token=account.has_token))
        self.form.set_allowed(allowed=not gated or account.has_token)

    def _open_page(self) -> None:
        if self._hub.look is not None:
            self.link_requested.emit(self._hub.look.listing.repo.url)

    def _help(self, help_: HubHelp) -> None:
        if help_ is HubHelp.RETRY:
            self._hub.reopen()
        elif help_ is HubHelp.TOKEN:
            self.token_requested.emit()
        elif help_ is HubHelp.ACCEPT:
            self.link_requested.emit(self.nothing.problem.link)


def _terms(gated: str, account: str, *, has_token: bool) -> str:
    by_hand = tr("The owner answers by hand: that can take days.") if gated == "manual" else ""
    if not has_token:
        ask = tr(
            "Its files are given only to those who accept its terms: accept them on its page "
            "with your account, then enter your token."
        )
    elif account:
        ask = tr(
            "Its files are given only to those who accept its terms. If {account} has not yet, "
            "accept them on its page first.",
            account=account,
        )
    else:
        ask = tr(
            "Its files are given only to those who accept its terms: accept them on its page "
            "with the account your token belongs to."
        )
    return f"{ask} {by_hand}".strip()


def _button(text: str, *, flat: bool = False) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    if flat:
        button.setProperty("flat", True)
    return button

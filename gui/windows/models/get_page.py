"""A name to type or paste, and models worth having with what each is good for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui.controllers import Controllers
from gui.language import tr
from gui.records import PURPOSES
from gui.widgets.models import words
from gui.widgets.models.catalogue_list import CatalogueList
from gui.widgets.models.catalogue_rows import fit_word, rows_of
from gui.widgets.models.labels import ElidedLabel, plain_label
from gui.widgets.models.search_field import SearchField
from gui.windows.models.page import Page


class GetPage(Page):
    """What is typed narrows the list; what is pointed at in the list is written in the field."""

    get_requested = Signal(str)

    def __init__(self, controllers: Controllers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = controllers.catalogue
        self._library = controllers.library
        self._purpose = ""
        self._sought = ""
        self._build()
        self._arrange()
        self.first = self.search = self.field
        self._connect()
        self._show()

    def _build(self) -> None:
        label = tr("A model's name: llama3.2, qwen3:8b, hf.co/user/model:Q4_K_M")
        self.field = SearchField(label, "download-simple")
        self.get = QPushButton(tr("Get"))
        self.get.setProperty("primary", True)
        self.get.setAutoDefault(False)
        self.note = ElidedLabel("quiet")
        self.problem = plain_label("problem", wraps=True)
        self.list = CatalogueList()
        self.unlisted = plain_label("message", wraps=True)
        self.unlisted.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.unlisted.setContentsMargins(32, 0, 32, 64)
        self._choices = QButtonGroup(self)
        self._row = QHBoxLayout()
        self._row.setSpacing(6)
        for purpose in ("", *PURPOSES):
            button = QPushButton(words.purpose_word(purpose) if purpose else tr("All"))
            button.setProperty("choice", True)
            button.setCheckable(True)
            button.setChecked(not purpose)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, p=purpose: self._choose(p))
            self._choices.addButton(button)
            self._row.addWidget(button)
        self._row.addStretch()

    def _arrange(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.field, 1)
        line.addWidget(self.get)
        head = QVBoxLayout()
        head.setContentsMargins(20, 0, 20, 0)
        head.setSpacing(8)
        head.addWidget(plain_label("heading", tr("Get models")))
        head.addLayout(line)
        head.addWidget(self.note)
        head.addWidget(self.problem)
        head.addSpacing(4)
        head.addLayout(self._row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.unlisted, 1)

    def _connect(self) -> None:
        self._catalogue.listed.connect(self._show)
        self._library.listed.connect(self._show)
        self.field.textEdited.connect(self._seek)
        self.field.textChanged.connect(self._tell_of_name)
        self.field.returnPressed.connect(self._get)
        self.field.list_requested.connect(self.list.enter)
        self.get.clicked.connect(self._get)
        self.list.pointed.connect(self.field.setText)
        self.list.get_requested.connect(self._get_listed)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Seen again: the machine may have more memory free than before."""
        super().showEvent(event)
        self._catalogue.read()

    def _choose(self, purpose: str) -> None:
        self._purpose = purpose
        self._show()

    def _seek(self, text: str) -> None:
        """Only what the person writes narrows the list, not what the list writes."""
        self._sought = text
        self._show()

    def _show(self) -> None:
        catalogue = self._catalogue
        entries = catalogue.suggest(self._sought)
        installed = frozenset(model.name.lower() for model in self._library.models)
        self.list.show_rows(rows_of(entries, catalogue.fits, installed, self._purpose))
        self._tell_of_name()

    def _tell_of_name(self) -> None:
        text = self.field.text().strip()
        problem = self._catalogue.problem_of(text) if text else ""
        is_begun = self.list.count > 0 and text == self._sought.strip()
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem) and not is_begun)
        self.get.setEnabled(bool(text) and not problem)
        self.note.setText(self._note(text) if text and not problem else "")
        if not text:
            self.note.setText(tr("Type or paste a name, or choose one below."))
        self.note.setVisible(not self.problem.text() or is_begun)
        is_unlisted = bool(text) and not self.list.count
        self.list.setVisible(not is_unlisted)
        self.unlisted.setVisible(is_unlisted)
        self.unlisted.setText(
            tr("No model of this list is called so.")
            if problem
            else tr("Not in this list. If the name is right, Ondol gets it all the same.")
        )

    def _note(self, text: str) -> str:
        """The whole name and where it comes from (MOD-10), and what the catalogue knows of it."""
        name, host = self._catalogue.whole_name(text)
        parts = [tr("{name}, from {host}", name=name, host=host)]
        key = self._catalogue.size_of(text)
        fit = self._catalogue.fits.get(key)
        for entry in self._catalogue.entries if key else ():
            sizes = (size for size in entry.sizes if f"{entry.name}:{size.tag}" == key)
            parts += [words.size_text(size.bytes) for size in sizes]
        if fit is not None:
            parts += [fit_word(fit), fit.sentence]
        return " · ".join(part for part in parts if part)

    def _get_listed(self, name: str) -> None:
        self.field.setText(name)
        self._get()

    def _get(self) -> None:
        text = self.field.text().strip()
        if self.get.isEnabled():
            self.get_requested.emit(text)
            self.field.clear()
            self._seek("")

"""The foot of the files: what is chosen, with what, under which name, and Download."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.controllers import Controllers
from gui.language import tr
from gui.records import HubFile, HubLook, HubOffer
from gui.widgets.check_box import CheckBox
from gui.widgets.hub import words
from gui.widgets.models.labels import ElidedLabel, for_tooltip, plain_label
from gui.widgets.models.words import size_text
from gui.windows.top_bar import server_name

_LONGEST = 400


class DownloadForm(QFrame):
    """Proposes a name for each file; one that the person typed stays theirs."""

    def __init__(self, controllers: Controllers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._to = controllers
        self._look: HubLook | None = None
        self._offer: HubOffer | None = None
        self._is_allowed = True
        self._is_typed = False
        self._begun = ""
        self._build()
        self._arrange()
        self._connect()

    def _build(self) -> None:
        self.setObjectName("hub-form")
        self.file = ElidedLabel("quiet")
        self.fit = plain_label("quiet", wraps=True)
        self.vision = CheckBox()
        self.adapters = plain_label("quiet", wraps=True)
        self.field = QLineEdit()
        self.field.setMaxLength(_LONGEST)
        self.field.setAccessibleName(tr("The model's name"))
        self.get = QPushButton(tr("Download"))
        self.get.setProperty("primary", True)
        self.get.setAutoDefault(False)
        self.note = plain_label("quiet", wraps=True)
        self.problem = plain_label("problem", wraps=True)

    def _arrange(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        label = QLabel(tr("Name"))
        label.setBuddy(self.field)
        line.addWidget(label)
        line.addWidget(self.field, 1)
        line.addWidget(self.get)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 12, 20, 12)
        column.setSpacing(6)
        for widget in (self.file, self.fit, self.vision, self.adapters):
            column.addWidget(widget)
        column.addLayout(line)
        column.addWidget(self.note)
        column.addWidget(self.problem)

    def _connect(self) -> None:
        self.field.textEdited.connect(self._type)
        self.field.textChanged.connect(self._judge)
        self.field.returnPressed.connect(self.download)
        self.vision.toggled.connect(self._judge)
        self.get.clicked.connect(self.download)
        self._to.library.listed.connect(self._judge)
        self._to.models.status_changed.connect(self._judge)

    def show_look(self, look: HubLook) -> None:
        """Another repository; which of its files is told by `show_offer`."""
        self._look = look
        self._is_typed = False
        self._begun = ""
        projector = look.projector
        self.vision.setVisible(projector is not None)
        self.vision.setChecked(projector is not None)
        if projector is not None:
            text = tr(
                "With vision: + {file} ({size})",
                file=words.last_name(projector),
                size=size_text(projector.size),
            )
            self.vision.setText(text.replace("&", "&&"))
        self.adapters.setVisible(bool(look.adapters))
        self.adapters.setText(
            tr(
                "Adapters, for use in a Modelfile: {files}",
                files=", ".join(words.last_name(file) for file in look.adapters),
            )
        )

    def show_offer(self, offer: HubOffer | None) -> None:
        """The file that is chosen."""
        self._offer = offer
        self.setVisible(offer is not None)
        if offer is None:
            return
        self.file.setText(words.last_name(offer.file))
        self.file.setToolTip(for_tooltip(offer.file.name))
        self.fit.setText(offer.fit.sentence)
        if not self._is_typed:
            self.field.setText(self._to.hub.model_name(offer.file))
        self._judge()

    def set_allowed(self, *, allowed: bool) -> None:
        """Whether it can be had without a token."""
        self._is_allowed = allowed
        self._judge()

    def download(self) -> None:
        """Begin, if nothing speaks against it."""
        self._judge()
        if self._look is None or not self.get.isEnabled():
            return
        name = self._to.catalogue.whole_name(self.field.text())[0]
        self._to.transfers.download(name, self._look.listing, self._choices())
        self._begun = name
        self._judge()

    def _choices(self) -> tuple[HubFile, ...]:
        """The model, and what lets it see."""
        model = (self._offer.file,) if self._offer else ()
        projector = self._look.projector if self._look else None
        return (*model, projector) if projector and self.vision.isChecked() else model

    def _type(self, text: str) -> None:
        self._is_typed = bool(text)

    def _judge(self) -> None:
        """What the name means, or why it cannot be had."""
        text = self.field.text().strip()
        name = self._to.catalogue.whole_name(text)[0]
        problem = self._to.catalogue.problem_of(text)
        is_begun = bool(name) and name == self._begun
        taken = [model.name for model in self._to.library.models]
        if name.lower() in [other.lower() for other in taken] and not is_begun:
            problem = tr("There is a model with the name {name} already.", name=name)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        size = size_text(sum(file.size for file in self._choices()))
        self.get.setText(tr("Download {size}", size=size) if size else tr("Download"))
        self.get.setEnabled(self._is_allowed and not problem and not is_begun)
        server = server_name(self._to.models.status)
        self.note.setText(
            tr("{name} is on its way: see below.", name=name)
            if is_begun
            else tr("Becomes {name} in: {server}", name=name, server=server)
        )
        self.note.setVisible(not problem)

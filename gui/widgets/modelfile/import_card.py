"""What is known of files that a person brought."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui.language import tr
from gui.records.modelfile import ImportProposal, ModelFile
from gui.widgets.icon_button import IconButton
from gui.widgets.modelfile.sections import form_label
from gui.widgets.models import words
from gui.widgets.models.labels import ElidedLabel


class ImportCard(QFrame):
    """A line for each file, and what is to do next."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import-card")
        self._files = QVBoxLayout()
        self._files.setSpacing(4)
        self.hint = form_label("quiet")
        self.close_button = IconButton("x", tr("Dismiss"))
        self.close_button.clicked.connect(self._close)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addLayout(self._files)
        column.addWidget(self.hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 8, 10)
        row.addLayout(column, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_proposal(self, proposal: ImportProposal) -> None:
        """The files of a proposal, in its order."""
        self.clear()
        for file in proposal.files:
            name = ElidedLabel("name")
            name.setText(file.path.name)
            self._files.addWidget(name)
            self._files.addWidget(form_label("quiet", file_line(file)))
        self.hint.setText(_hint(proposal))
        told = [f"{file.path.name}: {file_line(file)}" for file in proposal.files]
        self.setAccessibleName(". ".join([*told, self.hint.text()]))
        self.show()

    def clear(self) -> None:
        """Nothing was brought."""
        while item := self._files.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.hide()

    def text(self) -> str:
        """All that it says."""
        return self.accessibleName()

    def _close(self) -> None:
        self.clear()
        self.closed.emit()


def file_line(file: ModelFile) -> str:
    """What a file is, in one line."""
    kinds = {
        "projector": tr("lets the model see"),
        "adapter": tr("LoRA adapter"),
        "folder": tr("folder of a model"),
    }
    parts = [kinds.get(file.kind, ""), file.title if file.title != file.path.name else ""]
    parts += [file.architecture, file.parameters, file.quantization, words.size_text(file.size)]
    parts.append(words.context_text(file.context_length))
    if file.parts:
        parts.append(tr("in {count} parts", count=file.parts))
    if file.kind == "model":
        parts.append(tr("with a chat template") if file.has_template else tr("no chat template"))
    return " · ".join(part for part in parts if part)


def _hint(proposal: ImportProposal) -> str:
    if proposal.needs_base:
        base = proposal.files[0].base
        if base:
            return tr(
                "Choose the model that it was trained on, {base}, under Made from.", base=base
            )
        return tr("Choose the model that it was trained on under Made from.")
    if any(file.kind == "model" and not file.has_template for file in proposal.files):
        return tr("Without a chat template it only continues texts; a TEMPLATE lets it converse.")
    return tr("Check the name, change what you like, then create the model.")

"""Questions before a text, or a model, is lost, and files are read that nobody pointed at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget

from gui.language import tr
from gui.records.modelfile import CreationQuestion
from gui.widgets.models.words import model_line
from gui.windows import unsaved
from gui.windows.unsaved import plain_box

_Role = QMessageBox.ButtonRole
_MOST_FILES = 8


def ask_save(
    name: str, parent: QWidget, save: Callable[[], None], discard: Callable[[], None]
) -> QMessageBox:
    """What to do with a text that is not saved."""
    about = tr("Another Modelfile takes its place. What is not saved is lost.")
    return unsaved.ask_save(name, parent, tr("Unsaved Modelfile"), about, save, discard)


def ask_create(
    question: CreationQuestion, parent: QWidget, create: Callable[[], None]
) -> QMessageBox:
    """Whether to replace a model, and to read files that lie elsewhere (MOD-03)."""
    parts = []
    if question.replaced is not None:
        about = model_line(question.replaced)
        parts.append(
            tr(
                "There is a model {name} already ({about}). The new one takes its place, and the "
                "old one is gone.",
                name=question.replaced.name,
                about=about,
            )
        )
    if question.outside:
        shown = [str(path) for path in question.outside[:_MOST_FILES]]
        if more := len(question.outside) - len(shown):
            shown.append(tr("and {count} more", count=more))
        server = question.where or tr("the server")
        about = tr(
            "The Modelfile names these files. They are read and given to {server}:", server=server
        )
        parts.append("\n".join([about, *shown]))
    box = plain_box(parent, tr("Create a model"))
    if question.replaced is not None:
        box.setText(tr("Replace {name}?", name=question.replaced.name))
    else:
        box.setText(tr("Read these files for {name}?", name=question.name))
    box.setInformativeText("\n\n".join(parts))
    label = tr("Replace") if question.replaced is not None else tr("Create")
    yes = box.addButton(label, _Role.DestructiveRole)
    cancel = box.addButton(tr("Cancel"), _Role.RejectRole)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.finished.connect(lambda: create() if box.clickedButton() is yes else None)
    box.open()
    return box

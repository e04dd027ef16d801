"""A name to type: for a copy, for the model itself, or to push under."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from gui.language import tr
from gui.widgets.check_box import CheckBox
from gui.widgets.models.labels import plain_label

_WIDTH = 440
_SIDE = 24

Check = Callable[[str], tuple[str, str]]
"""What is wrong with a name, "" if nothing, and what else is to say of it."""


class NameDialog(QDialog):
    """Opened with `open()`; says what is wrong with the name while it is typed."""

    named = Signal(str)
    waits_for_typing = True
    """Whether what is wrong with the name given is not told before it is changed."""

    def __init__(
        self, title: str, about: str, name: str, button: str, check: Check, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._check = check
        self.setWindowTitle(title)
        self.setFixedWidth(_WIDTH + 2 * _SIDE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.field = QLineEdit(name)
        self.field.setMaxLength(1000)
        self.field.setAccessibleName(tr("Name"))
        self.problem = plain_label("problem", wraps=True)
        self.note = plain_label("quiet", wraps=True)
        buttons = QDialogButtonBox()
        self.yes = buttons.addButton(button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.no = buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.yes.setDefault(True)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(_SIDE, _SIDE, _SIDE, 16)
        self.column.setSpacing(8)
        about_label = plain_label("", about, wraps=True)
        _make_room(about_label)
        for widget in (about_label, self.field, self.problem, self.note):
            self.column.addWidget(widget)
        self.column.addSpacing(8)
        self.column.addWidget(buttons)
        self.field.textChanged.connect(self._judge)
        self.field.selectAll()
        self._judge()

    def _judge(self) -> None:
        problem, note = self._check(self.field.text())
        is_untouched = self.waits_for_typing and not self.field.isModified()
        self.yes.setEnabled(not problem)
        self.problem.setText("" if is_untouched else problem)
        self.problem.setVisible(bool(self.problem.text()))
        self.note.setText(note)
        self.note.setVisible(bool(note))
        for label in (self.problem, self.note):
            _make_room(label)

    def _accept(self) -> None:
        if self.yes.isEnabled():
            self.accept()
            self.named.emit(self.field.text().strip())


class PushDialog(NameDialog):
    """Where a model goes is said by its name; http only if the person wants that."""

    pushed = Signal(str, bool)  # name, without TLS
    waits_for_typing = False

    def __init__(self, name: str, check: Check, parent: QWidget) -> None:
        about = tr(
            "The name says where {name} goes: to a user of Ollama's registry, or to a registry "
            "of your own. Everybody may be able to get it there.",
            name=name,
        )
        super().__init__(tr("Push a model"), about, name, tr("Push"), check, parent)
        self.insecure = CheckBox(tr("A registry of your own without TLS (http)"))
        self.column.insertWidget(self.column.count() - 2, self.insecure)
        self.named.connect(lambda text: self.pushed.emit(text, self.insecure.isChecked()))


def _make_room(label: QLabel) -> None:
    """All lines of a text are seen: a window does not ask its labels how high they must be."""
    label.setMinimumHeight(max(0, label.heightForWidth(_WIDTH)))

"""The head of the Create page: the name of the model, its Modelfile, what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from gui.language import tr
from gui.records import ModelInfo
from gui.records.modelfile import SampleModelfile
from gui.widgets.models.labels import ElidedLabel, plain_label

_ABOUT_WIDTH = 460


class CreateHead(QWidget):
    """Says while a name is typed whether a model can have it."""

    create_requested = Signal(str)
    name_edited = Signal(str)
    new_requested = Signal()
    open_requested = Signal()
    save_requested = Signal()
    save_as_requested = Signal()
    import_requested = Signal()
    sample_requested = Signal(object)  # SampleModelfile
    base_requested = Signal(str)

    def __init__(
        self,
        problem_of: Callable[[str], str],
        replaced_by: Callable[[str], ModelInfo | None],
        samples: Callable[[], Sequence[SampleModelfile]],
        bases: Callable[[], Sequence[str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._problem_of = problem_of
        self._replaced_by = replaced_by
        self._samples = samples
        self._bases = bases
        self._build()
        self._arrange()
        self.judge()

    def _build(self) -> None:
        self.file = ElidedLabel("quiet")
        self.samples = QPushButton(tr("Samples"))
        self.menu_button = QPushButton(tr("Modelfile"))
        for button, make in ((self.samples, self.samples_menu), (self.menu_button, self.menu)):
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, b=button, m=make: _drop_down(b, m()))
        self.name = QLineEdit()
        self.name.setMaxLength(1000)
        self.name.setPlaceholderText(tr("Name of the new model"))
        self.name.setAccessibleName(tr("Name of the new model"))
        self.make = QPushButton(tr("Create"))
        self.make.setProperty("primary", True)
        self.make.setAutoDefault(False)
        self.note = plain_label("quiet", wraps=True)
        self.problem = plain_label("problem", wraps=True)
        self.problem.hide()
        self.name.textEdited.connect(self._edit)
        self.name.returnPressed.connect(self.press)
        self.make.clicked.connect(self.press)

    def _arrange(self) -> None:
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(plain_label("heading", tr("Create a model")))
        title.addSpacing(4)
        title.addWidget(self.file, 1)
        title.addWidget(self.samples)
        title.addWidget(self.menu_button)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.name, 1)
        line.addWidget(self.make)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 0)
        column.setSpacing(8)
        column.addLayout(title)
        column.addLayout(line)
        column.addWidget(self.note)
        column.addWidget(self.problem)

    def show_file(self, path: Path | None, *, is_dirty: bool) -> None:
        """Where the text is kept, and whether it is."""
        name = path.name if path is not None else tr("not saved yet")
        self.file.setText(f"● {tr('{file}, not saved', file=name)}" if is_dirty and path else name)
        if is_dirty and path is None:
            self.file.setText(f"● {name}")
        self.file.setToolTip(str(path).replace("<", "‹") if path is not None else "")

    def show_name(self, name: str) -> None:
        """The name that is proposed."""
        if name != self.name.text():
            self.name.setText(name)
        self.judge()

    def show_problem(self, text: str) -> None:
        """Why no model was made, "" for nothing."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def judge(self) -> None:
        """Whether a model can have the name; who has it already."""
        name = self.name.text().strip()
        problem = self._problem_of(name) if name else ""
        replaced = self._replaced_by(name) if name and not problem else None
        self.make.setEnabled(bool(name) and not problem)
        if problem:
            self.note.setText(problem)
        elif replaced is not None:
            self.note.setText(
                tr("{name} exists: it will be replaced, you are asked before.", name=replaced.name)
            )
        else:
            self.note.setText("" if name else tr("Give it a name, then create it."))
        self.note.setVisible(bool(self.note.text()))

    def press(self) -> None:
        """Create it, if it has a name."""
        if self.make.isEnabled():
            self.create_requested.emit(self.name.text().strip())
        else:
            self.name.setFocus()

    def _edit(self, text: str) -> None:
        self.judge()
        self.name_edited.emit(text.strip())

    def menu(self) -> QMenu:
        """What can be done with a Modelfile."""
        menu = QMenu(self)
        for text, keys, signal in (
            (tr("New"), "Ctrl+N", self.new_requested),
            (tr("Open…"), "Ctrl+O", self.open_requested),
            (tr("Save"), "Ctrl+S", self.save_requested),
            (tr("Save as…"), "Ctrl+Shift+S", self.save_as_requested),
            ("", "", None),
            (tr("Import a GGUF file…"), "", self.import_requested),
        ):
            if signal is None:
                menu.addSeparator()
                continue
            action = QAction(text, menu)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda _=False, s=signal: s.emit())
            menu.addAction(action)
        bases = menu.addMenu(tr("From an installed model"))
        for name in self._bases():
            bases.addAction(_plain(name), partial(self.base_requested.emit, name))
        bases.setEnabled(not bases.isEmpty())
        return menu

    def samples_menu(self) -> QMenu:
        """The Modelfiles that come with Ondol, each with what it is."""
        menu = QMenu(self)
        for sample in self._samples():
            about = sample.about.partition(". ")[0].rstrip(".").replace("\t", " ")
            about = menu.fontMetrics().elidedText(about, Qt.TextElideMode.ElideRight, _ABOUT_WIDTH)
            menu.addAction(
                _plain(f"{sample.title}\t{about}"), partial(self.sample_requested.emit, sample)
            )
        return menu


def _plain(text: str) -> str:
    """Text for a menu, which would take an ampersand for a mark."""
    return text.replace("&", "&&")


def _drop_down(button: QPushButton, menu: QMenu) -> None:
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    corner = QPoint(button.width() - menu.sizeHint().width(), button.height() + 4)
    menu.popup(button.mapToGlobal(corner))

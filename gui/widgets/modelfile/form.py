"""A Modelfile as fields: what it is made from, what it says, how it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.language import tr
from gui.records.modelfile import FormValues, ParameterField
from gui.widgets.icon_button import IconButton
from gui.widgets.modelfile.choice import Choice
from gui.widgets.modelfile.message_list import MessageList
from gui.widgets.modelfile.parameter_list import ParameterList
from gui.widgets.modelfile.sections import Fold, Section, form_label
from gui.widgets.modelfile.text_field import TextField
from gui.widgets.modelfile.text_list import TextList

BASE, ADAPTER = "FROM", "ADAPTER"


class _Bases(Choice):
    """Installed models to choose from; any name or path can be typed."""

    edited = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName(tr("The model it is made from"))
        self.setMinimumWidth(120)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        field, completer = QLineEdit(), QCompleter(self.model())
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        field.setPlaceholderText(tr("A model's name or a path"))
        field.setAccessibleName(self.accessibleName())
        field.textEdited.connect(self.edited)
        self.setLineEdit(field)
        self.setCompleter(completer)
        self.textActivated.connect(self.edited)

    def show_text(self, text: str) -> None:
        if text != self.currentText():
            self.setEditText(text)

    def show_choices(self, names: Sequence[str]) -> None:
        if [self.itemText(row) for row in range(self.count())] == list(names):
            return
        text = self.currentText()
        self.clear()
        self.addItems(list(names))
        self.setCurrentIndex(-1)
        self.setEditText(text)


class ModelfileForm(QScrollArea):
    """Every signal tells what the person changed in one field."""

    base_edited = Signal(str)
    adapter_edited = Signal(str)
    system_edited = Signal(str)
    template_edited = Signal(str)
    parameter_edited = Signal(str, str)
    stops_edited = Signal(object)
    messages_edited = Signal(object)
    licenses_edited = Signal(object)
    file_requested = Signal(str)  # BASE or ADAPTER
    folder_requested = Signal()
    line_requested = Signal(int)

    def __init__(self, fields: Sequence[ParameterField], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = 0
        self._refused: set[str] = set()
        self.setObjectName("modelfile-form")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._build(fields)
        self._arrange()
        self._connect()

    def _build(self, fields: Sequence[ParameterField]) -> None:
        self.fault = QFrame()
        self.fault.setObjectName("form-fault")
        self._fault_text = form_label("fault")
        self.go = QPushButton(tr("Go to line"))
        self.go.setAutoDefault(False)
        self.base = _Bases()
        self.base_file = IconButton("file-plus", tr("Choose a file…"))
        self.base_folder = IconButton("folder-open", tr("Choose a folder with safetensors files…"))
        self.more_bases = form_label("quiet")
        self.adapter = QLineEdit()
        self.adapter.setAccessibleName(tr("The file of the adapter"))
        self.adapter.setPlaceholderText(tr("none"))
        self.adapter_file = IconButton("file-plus", tr("Choose a file…"))
        self.system = TextField(tr("System prompt"), (3, 14))
        self.system.setPlaceholderText(tr("What the model should be and do, before every message"))
        self.template = TextField(tr("Template"), (4, 20))
        self.template.setFont(theme.code_font(0.95))
        self.template.setPlaceholderText(tr("the model's own"))
        self.template_fold = Fold("")
        self.parameters = ParameterList(fields)
        self.stops = TextList(tr("A text that ends the reply"), tr("Add a stop text"))
        self.messages = MessageList()
        self.licenses = TextList(tr("Licence"), tr("Add a licence"), 8)

    def _sections(self) -> dict[str, Section]:
        return {
            BASE: Section(tr("Made from"), BASE),
            "SYSTEM": Section(tr("System prompt"), "SYSTEM"),
            "PARAMETER": Section(tr("Parameters"), "PARAMETER"),
            "stop": Section(
                tr("Stop texts"), "PARAMETER stop", tr("The reply ends where one of them appears.")
            ),
            "MESSAGE": Section(
                tr("Example messages"),
                "MESSAGE",
                tr("Every conversation begins with them: show the model how to answer."),
            ),
            "TEMPLATE": Section(
                tr("Template"), "TEMPLATE", tr("How a conversation becomes the model's prompt.")
            ),
            ADAPTER: Section(
                tr("Adapter"),
                ADAPTER,
                tr("A LoRA that was trained on this very base model."),
            ),
            "LICENSE": Section(tr("Licence"), "LICENSE"),
        }

    def _arrange(self) -> None:
        self.sections = self._sections()
        inside = QWidget()
        inside.setObjectName("modelfile-form")
        self.body = QWidget()
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(24)
        for word, parts in (
            (BASE, (_row(self.base, self.base_file, self.base_folder), self.more_bases)),
            ("SYSTEM", (self.system,)),
            ("PARAMETER", (self.parameters,)),
            ("stop", (self.stops,)),
            ("MESSAGE", (self.messages,)),
            ("TEMPLATE", (self.template_fold, self.template)),
            (ADAPTER, (_row(self.adapter, self.adapter_file),)),
            ("LICENSE", (self.licenses,)),
        ):
            for part in parts:
                self.sections[word].column.addWidget(part)
            column.addWidget(self.sections[word])
        fault = QHBoxLayout(self.fault)
        fault.setContentsMargins(12, 8, 8, 8)
        fault.addWidget(self._fault_text, 1)
        fault.addWidget(self.go, 0, Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(inside)
        whole.setContentsMargins(20, 12, 20, 24)
        whole.setSpacing(16)
        whole.addWidget(self.fault)
        whole.addWidget(self.body)
        whole.addStretch()
        self.fault.hide()
        self.template.hide()
        self.setWidget(inside)

    def _connect(self) -> None:
        self.go.clicked.connect(lambda: self.line_requested.emit(self._line))
        self.base.edited.connect(self.base_edited)
        self.base_file.clicked.connect(lambda: self.file_requested.emit(BASE))
        self.base_folder.clicked.connect(self.folder_requested)
        self.adapter.textEdited.connect(self.adapter_edited)
        self.adapter_file.clicked.connect(lambda: self.file_requested.emit(ADAPTER))
        self.system.edited.connect(self.system_edited)
        self.template.edited.connect(self.template_edited)
        self.template_fold.folded.connect(lambda is_folded: self.template.setVisible(not is_folded))
        self.parameters.edited.connect(self.parameter_edited)
        self.stops.edited.connect(self.stops_edited)
        self.messages.edited.connect(self.messages_edited)
        self.licenses.edited.connect(self.licenses_edited)

    def show_models(self, names: Sequence[str]) -> None:
        """The models that can be chosen as a base."""
        self.base.show_choices(names)

    def show_values(self, values: FormValues) -> None:
        """What the text says; with a fault nothing can be changed here."""
        self._line = values.line
        self.fault.setVisible(bool(values.fault))
        self._fault_text.setText(
            " ".join((values.fault, tr("Until it is mended the fields cannot be changed.")))
        )
        self.body.setEnabled(not values.fault)
        self._show_bases(values.bases)
        has_one = bool(values.template)
        self.template_fold.setText(
            tr("A template of its own") if has_one else tr("The model's own template is used")
        )
        shows: dict[str, Callable[[], None]] = {
            ADAPTER: lambda: self._show_adapter(values.adapter),
            "SYSTEM": lambda: self.system.show_text(values.system),
            "TEMPLATE": lambda: self.template.show_text(values.template),
            "stop": lambda: self.stops.show_texts(values.stops),
            "MESSAGE": lambda: self.messages.show_messages(values.messages),
            "LICENSE": lambda: self.licenses.show_texts(values.licenses),
        }
        for field, show in shows.items():
            if field not in self._refused:
                show()
        self.parameters.show_values(values.parameters)

    def _show_bases(self, bases: Sequence[str]) -> None:
        """One can be chosen here; several, the files of one model, are for the text."""
        is_one = len(bases) < 2
        for widget in (self.base, self.base_file, self.base_folder):
            widget.setEnabled(is_one)
        if BASE not in self._refused:
            self.base.show_text(bases[0] if bases else "")
        others = ", ".join(bases[1:])
        self.more_bases.setText(tr("With it: {names}. Change them in the text.", names=others))
        self.more_bases.setVisible(not is_one)

    def _show_adapter(self, value: str) -> None:
        if value != self.adapter.text():
            self.adapter.setText(value)

    def forget_refusals(self) -> None:
        """Another Modelfile is there: show what it says everywhere."""
        for field in tuple(self._refused):
            self.show_refusal(field, "")

    def show_refusal(self, field: str, why: str) -> None:
        """Why the Modelfile cannot say what was entered; "" if it can.

        What was entered stays in its field until it is changed.
        """
        (self._refused.add if why else self._refused.discard)(field)
        row = self.parameters.rows.get(field)
        if row is not None:
            row.show_problem(why)
        elif field in self.sections:
            self.sections[field].show_problem(why)


def _row(*widgets: QWidget) -> QWidget:
    """Widgets side by side, the first as wide as there is room."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for place, widget in enumerate(widgets):
        row.addWidget(widget, 0 if place else 1)
    return holder

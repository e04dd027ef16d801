"""What will be sent: a sheet over the window, to be read and copied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QPainterPath, QRegion, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from gui import theme
from gui.language import tr
from gui.records.sending import EffectiveOption, OptionSource, SendPreview, SentStep
from gui.widgets.models.labels import plain_label

_WIDTH = 520
_MOST_HEIGHT = 560
_RADIUS = 12
_MOST_SHOWN = 6_000
_FLAGS = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)


class SendPreviewSheet(QWidget):
    """Closed by Esc or a click beside it. Nothing in it can be changed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.NoDropShadowWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAccessibleName(tr("What will be sent"))
        self.text = ""
        self.copy = QPushButton(tr("Copy"))
        self.copy.setProperty("flat", True)
        self.copy.clicked.connect(self._copy)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("sheet")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._arrange()

    def _arrange(self) -> None:
        ground = QFrame()
        ground.setObjectName("popup")
        shell = QVBoxLayout(self)
        shell.setContentsMargins(0, 0, 0, 0)
        shell.addWidget(ground)
        head = QHBoxLayout()
        head.addWidget(plain_label("section", tr("What will be sent")), 1)
        head.addWidget(self.copy)
        column = QVBoxLayout(ground)
        column.setContentsMargins(20, 12, 12, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)

    def show_preview(self, preview: SendPreview) -> None:
        """Lay it out."""
        self.text = as_text(preview)
        self.copy.setText(tr("Copy"))
        body = QWidget()
        body.setObjectName("sheet")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 8, 4)
        column.setSpacing(6)
        if preview.fault:
            column.addWidget(_label("problem", preview.fault))
        column.addLayout(_table([(name, text, "") for name, text in facts(preview)]))
        if preview.system or not preview.steps:
            column.addWidget(_heading(tr("System prompt")))
            _add_prompt(column, preview.system)
        if not preview.steps:
            column.addWidget(_heading(tr("Options")))
            column.addLayout(_table(_rows(preview.options)))
        for number, step in enumerate(preview.steps, 1):
            _add_step(column, number, step, preview)
        column.addStretch(1)
        self._scroll.setWidget(body)
        body.ensurePolished()
        wanted = body.sizeHint().height() if not column.hasHeightForWidth() else 0
        height = wanted or column.heightForWidth(_WIDTH - 40)
        self.setFixedSize(_WIDTH, min(_MOST_HEIGHT, height + 66))

    def open_at(self, anchor: QWidget, *, above: bool) -> None:
        """Show it with its right edge at that of `anchor`, over it or under it."""
        corner = anchor.mapToGlobal(QPoint(anchor.width(), 0 if above else anchor.height() + 4))
        top = corner.y() - self.height() - 4 if above else corner.y()
        self.move(max(0, corner.x() - self.width()), max(0, top))
        self.show()
        self._scroll.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
        self.copy.setText(tr("Copied"))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Round the corners where nothing composites translucent windows."""
        super().resizeEvent(event)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect(), _RADIUS, _RADIUS)
        self.setMask(QRegion(shape.toFillPolygon().toPolygon()))


def facts(preview: SendPreview) -> Iterator[tuple[str, str]]:
    """Who is asked, and how much of the context is used."""
    yield tr("Model"), preview.model or tr("No model")
    yield tr("Preset"), preview.preset
    if preview.num_ctx:
        yield tr("Context"), _context(preview)
    if preview.history or preview.left_out:
        yield tr("Conversation"), _history(preview)


def as_text(preview: SendPreview) -> str:
    """All of it as plain text."""
    lines = [preview.fault] if preview.fault else []
    lines += [f"{name}: {text}" for name, text in facts(preview)]
    lines += ["", f"{tr('System prompt')}:", preview.system or tr("None.")]
    if not preview.steps:
        lines += ["", f"{tr('Options')}:", *_option_lines(preview.options)]
    for number, step in enumerate(preview.steps, 1):
        lines += ["", f"{number}. {step.title} ({step.model})"]
        if step.system != preview.system:
            lines += [f"{tr('System prompt')}:", step.system]
        lines += [f"{tr('Prompt')}:", step.prompt, f"{tr('Options')}:"]
        lines += _option_lines(step.options)
    return "\n".join(lines)


def source_word(source: OptionSource) -> str:
    """Who set an option, for a person."""
    return {
        OptionSource.YOU: tr("you, for this conversation"),
        OptionSource.STEP: tr("the step"),
        OptionSource.PRESET: tr("the preset"),
        OptionSource.ONDOL: "Ondol",
        OptionSource.MODEL: tr("the model’s own"),
        OptionSource.SERVER: tr("the server’s default"),
    }[source]


def _context(preview: SendPreview) -> str:
    size = f"{preview.num_ctx:,}"
    if preview.used:
        text = tr("about {used} of {all} tokens", used=f"{preview.used:,}", all=size)
    else:
        text = tr("{all} tokens for each step", all=size)
    if preview.trained > preview.num_ctx:
        text += " · " + tr("the model knows up to {most}", most=f"{preview.trained:,}")
    return text


def _history(preview: SendPreview) -> str:
    text = tr("{count} earlier messages are sent too", count=preview.history)
    if preview.left_out:
        text += " · " + tr("{count} older ones no longer fit", count=preview.left_out)
    return text


def _rows(options: Sequence[EffectiveOption]) -> list[tuple[str, str, str]]:
    return [(option.name, option.value, source_word(option.source)) for option in options]


def _option_lines(options: Sequence[EffectiveOption]) -> list[str]:
    return [f"  {name} = {value}  ({source})" for name, value, source in _rows(options)]


def _add_step(column: QVBoxLayout, number: int, step: SentStep, preview: SendPreview) -> None:
    column.addSpacing(8)
    column.addWidget(_label("section", f"{number}. {step.title}"))
    if step.model != preview.model:
        column.addLayout(_table([(tr("Model"), step.model, "")]))
    if step.system != preview.system:
        column.addWidget(plain_label("quiet", tr("System prompt")))
        _add_prompt(column, step.system)
    prompt = tr("Prompt, after the conversation") if step.has_history else tr("Prompt")
    column.addWidget(plain_label("quiet", prompt))
    _add_prompt(column, step.prompt)
    column.addLayout(_table(_rows(step.options)))


def _add_prompt(column: QVBoxLayout, text: str) -> None:
    if not text.strip():
        column.addWidget(plain_label("quiet", tr("None.")))
        return
    shown = text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"
    column.addWidget(_label("prompttext", shown))


def _heading(text: str) -> QLabel:
    label = plain_label("name", text)
    label.setContentsMargins(0, 8, 0, 0)
    return label


def _label(kind: str, text: str) -> QLabel:
    label = plain_label(kind, text, wraps=True)
    label.setTextInteractionFlags(_FLAGS)
    return label


def _table(rows: Sequence[tuple[str, str, str]]) -> QGridLayout:
    """Names, values, and who set them."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(3)
    grid.setColumnMinimumWidth(0, 120)
    grid.setColumnStretch(1, 1)
    for place, (name, value, source) in enumerate(rows):
        named, said = plain_label("sheetname", name), _label("sheetvalue", value)
        if source:
            named.setFont(theme.code_font(0.93))
        grid.addWidget(named, place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(said, place, 1)
        if source:
            grid.addWidget(plain_label("quiet", source), place, 2, Qt.AlignmentFlag.AlignTop)
    return grid

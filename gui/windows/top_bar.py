"""The slim bar above the transcript: model, preset, context meter, menu."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.language import tr
from gui.records import ModelInfo, Preset, ServerEntry, ServerKind, ServerState, ServerStatus
from gui.widgets.context_meter import ContextMeter
from gui.widgets.icon_button import IconButton
from gui.widgets.models.words import model_line, size_text
from gui.widgets.picker import Picker, PickerItem

__all__ = ["TopBar", "model_line", "server_line", "server_name", "size_text"]

_SERVER = "server:"
_MODEL = "model:"
_MANAGE = "manage"
_NEW_PRESET = "new"
_EDIT_PRESET = "edit"
_MANAGE_PRESETS = "manage-presets"
_PRESET = "preset:"


class TopBar(QWidget):
    """Two dropdowns; the model dropdown also says and switches the server."""

    model_picked = Signal(str)
    server_picked = Signal(str)  # ServerKey
    manage_requested = Signal()
    preset_picked = Signal(str)
    preset_edit_requested = Signal(bool)  # True for a new one
    presets_requested = Signal()
    sidebar_toggled = Signal()
    menu_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fold = IconButton("list", tr("Conversations at the left") + " (Ctrl+B)")
        self.models = Picker(tr("Model"))
        self.presets = Picker(tr("Preset"))
        self.presets.setProperty("secondary", True)
        self.meter = ContextMeter()
        self.menu = IconButton("dots-three", tr("Menu"))
        bar = QHBoxLayout(self)
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(4)
        for widget in (self.fold, self.models, self.presets):
            bar.addWidget(widget)
        bar.addStretch()
        bar.addWidget(self.meter)
        bar.addSpacing(8)
        bar.addWidget(self.menu)
        self.fold.clicked.connect(self.sidebar_toggled)
        self.menu.clicked.connect(self.menu_requested)
        self.models.picked.connect(self._pick_model)
        self.presets.picked.connect(self._pick_preset)

    def show_models(
        self,
        models: Sequence[ModelInfo],
        chosen: ModelInfo | None,
        status: ServerStatus,
        entries: Sequence[ServerEntry] = (),
    ) -> None:
        """The models of the server that answers, and the other servers to switch to."""
        items = [PickerItem("", server_line(status), is_heading=True)]
        items += [
            PickerItem(_MODEL + model.name, model.name, model_line(model))
            for model in models
            if model.can_chat
        ]
        items.append(PickerItem("", tr("Elsewhere"), is_heading=True))
        items += _elsewhere(status, entries)
        items.append(PickerItem(_MANAGE, tr("Manage models…")))
        title = "" if chosen else _without_model(status)
        self.models.show_items(items, _MODEL + chosen.name if chosen else "", title)

    def show_presets(self, presets: Sequence[Preset], chosen: Preset) -> None:
        """Every preset, and what can be done with the chosen one."""
        items = [PickerItem(_PRESET + p.id, p.name, p.description) for p in presets]
        items.append(PickerItem("", tr("Yours"), is_heading=True))
        items.append(PickerItem(_NEW_PRESET, tr("New preset…")))
        items.append(PickerItem(_EDIT_PRESET, tr("Change “{name}”…", name=chosen.name)))
        items.append(PickerItem(_MANAGE_PRESETS, tr("Manage presets…")))
        self.presets.show_items(items, _PRESET + chosen.id)

    def _pick_model(self, key: str) -> None:
        if key == _MANAGE:
            self.manage_requested.emit()
        elif key.startswith(_SERVER):
            self.server_picked.emit(key.removeprefix(_SERVER))
        else:
            self.model_picked.emit(key.removeprefix(_MODEL))

    def _pick_preset(self, key: str) -> None:
        if key in (_NEW_PRESET, _EDIT_PRESET):
            self.preset_edit_requested.emit(key == _NEW_PRESET)
        elif key == _MANAGE_PRESETS:
            self.presets_requested.emit()
        else:
            self.preset_picked.emit(key.removeprefix(_PRESET))


def server_name(status: ServerStatus) -> str:
    """What a person calls this server."""
    if status.kind is ServerKind.BUILT_IN:
        return tr("Built-in engine")
    return status.name or "Ollama"


def server_line(status: ServerStatus) -> str:
    """The server in one line: its name, its version, where it is."""
    name = server_name(status)
    if status.state is ServerState.STARTING:
        return f"{name} · " + tr("starting…")
    if status.state is ServerState.UNREACHABLE:
        return f"{name} · " + tr("not answering")
    where = "" if status.kind is ServerKind.BUILT_IN else status.url.partition("://")[2]
    return " · ".join(part for part in (name, status.version, where) if part)


def _elsewhere(status: ServerStatus, entries: Sequence[ServerEntry]) -> list[PickerItem]:
    """Every server but the one that answers."""
    items = [
        PickerItem(
            _SERVER + ServerKind.BUILT_IN,
            tr("Use the built-in engine"),
            tr("A small starter model, nothing to install"),
        ),
        PickerItem(
            _SERVER + ServerKind.OLLAMA,
            tr("Use Ollama"),
            tr("Models of an Ollama that runs on this machine"),
        ),
    ]
    items += [
        PickerItem(
            _SERVER + entry.key,
            tr("Use {name}", name=entry.name),
            entry.url.partition("://")[2],
        )
        for entry in entries
    ]
    return [item for item in items if item.key != _SERVER + status.key]


def _without_model(status: ServerStatus) -> str:
    if status.state is ServerState.STARTING:
        return tr("Starting…")
    return tr("No model") if status.state is ServerState.READY else tr("No server")

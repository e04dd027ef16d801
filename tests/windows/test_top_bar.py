"""What the dropdowns say of servers, models and presets."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from gui.records import ModelInfo, Preset, ServerEntry, ServerKind, ServerState, ServerStatus
from gui.windows.top_bar import TopBar, model_line, server_line, size_text

OLLAMA = ServerStatus(ServerKind.OLLAMA, ServerState.READY, "http://127.0.0.1:11434", "0.33.0")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, ""),
        (999, "999 B"),
        (1500, "1.5 KB"),
        (98_362_432, "98 MB"),
        (4_700_000_000, "4.7 GB"),
        (70_000_000_000, "70 GB"),
    ],
)
def test_sizes_are_readable(size: int, text: str) -> None:
    assert size_text(size) == text


def test_a_server_says_where_it_is() -> None:
    assert server_line(OLLAMA) == "Ollama · 0.33.0 · 127.0.0.1:11434"
    built_in = ServerStatus(ServerKind.BUILT_IN, ServerState.READY, "http://127.0.0.1:1", "0.1.0")
    assert server_line(built_in) == "Built-in engine · 0.1.0"
    gone = ServerStatus(ServerKind.OLLAMA, ServerState.UNREACHABLE)
    assert server_line(gone) == "Ollama · not answering"


def test_a_model_line_leaves_out_what_is_unknown() -> None:
    assert model_line(ModelInfo("m", size=1_000_000_000, quantization="Q4_0")) == "1.0 GB · Q4_0"
    assert model_line(ModelInfo("m")) == ""


def test_models_that_cannot_chat_are_not_offered_and_the_other_server_is(qtbot: QtBot) -> None:
    bar = TopBar()
    qtbot.addWidget(bar)
    models = (ModelInfo("chat:1b"), ModelInfo("embed:1b", capabilities=("embedding",)))
    bar.show_models(models, models[0], OLLAMA)
    keys = [item.key for item in bar.models._rows.items if item.key]
    assert keys == ["model:chat:1b", "server:built-in", "manage"]
    with qtbot.waitSignal(bar.server_picked) as picked:
        bar.models.picked.emit("server:built-in")
    assert picked.args == [ServerKind.BUILT_IN]
    with qtbot.waitSignal(bar.manage_requested):
        bar.models.picked.emit("manage")


def test_presets_are_chosen_and_their_window_is_asked_for(qtbot: QtBot) -> None:
    bar = TopBar()
    qtbot.addWidget(bar)
    chosen = Preset("p", "Precise", built_in=True)
    bar.show_presets((chosen,), chosen)
    keys = [item.key for item in bar.presets._rows.items if item.key]
    assert keys == ["preset:p", "new", "edit", "manage-presets"]
    with qtbot.waitSignal(bar.presets_requested):
        bar.presets.picked.emit("manage-presets")
    with qtbot.waitSignal(bar.preset_picked) as picked:
        bar.presets.picked.emit("preset:p")
    assert picked.args == ["p"]
    with qtbot.waitSignal(bar.preset_edit_requested) as edited:
        bar.presets.picked.emit("new")
    assert edited.args == [True]


def test_every_server_of_the_list_is_offered_but_the_one_that_answers(qtbot: QtBot) -> None:
    bar = TopBar()
    qtbot.addWidget(bar)
    entries = (
        ServerEntry("1", "Box", "http://box:11434"),
        ServerEntry("2", "Far", "https://far:443"),
    )
    far = ServerStatus(ServerKind.REMOTE, ServerState.READY, "https://far:443", "0.33.0", id="2")
    bar.show_models((), None, far, entries)
    keys = [item.key for item in bar.models._rows.items if item.key.startswith("server:")]
    assert keys == ["server:built-in", "server:ollama", "server:remote:1"]
    with qtbot.waitSignal(bar.server_picked) as picked:
        bar.models.picked.emit("server:remote:1")
    assert picked.args == ["remote:1"]

"""What is said of files that a person brought."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from gui.records.modelfile import ImportProposal, ModelFile
from gui.widgets.modelfile.import_card import ImportCard, file_line

MODEL = ModelFile(
    Path("/x/warm.gguf"), "model", "<b>Warm</b>", 4_900_000_000, "llama", "8B", "Q4_K_M", 8192, True
)
EYE = ModelFile(Path("/x/mmproj.gguf"), "projector", "", 600_000_000, "clip", "", "F16")


def test_a_line_says_all_that_is_known() -> None:
    line = "<b>Warm</b> · llama · 8B · Q4_K_M · 4.9 GB · 8K context · with a chat template"
    assert file_line(MODEL) == line
    assert file_line(EYE) == "lets the model see · clip · F16 · 600 MB"
    bare = replace(MODEL, has_template=False, parts=3)
    assert file_line(bare).endswith("in 3 parts · no chat template")


def test_files_and_what_to_do_next(qtbot: QtBot) -> None:
    card = ImportCard()
    qtbot.addWidget(card)
    card.show_proposal(ImportProposal("warm", "", (MODEL, EYE), ()))
    assert "mmproj.gguf" in card.text()
    assert "create the model" in card.hint.text()
    lora = ModelFile(Path("/x/lora.gguf"), "adapter", "", 9, base="Llama 3 8B")
    card.show_proposal(ImportProposal("lora", "", (lora,), (), needs_base=True))
    assert "mmproj.gguf" not in card.text()
    assert "Llama 3 8B" in card.hint.text()
    with qtbot.waitSignal(card.closed):
        card.close_button.click()
    assert card.isHidden()

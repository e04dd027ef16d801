"""What a model can do, by its header and its templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gguf_files import SOUND, gguf, write

from gui.engine.gguf.header import GgufHeader
from gui.engine.gguf.reader import read_header
from gui.engine.store.capabilities import capabilities, renders_itself

TOOLS = "{{ if .Tools }}{{ .Tools }}{{ end }}{{ range .Messages }}{{ .Content }}{{ end }}"
PLAIN = "{{ range .Messages }}{{ .Content }}{{ end }}"


def header(tmp_path: Path, template: str = "", **extra: Any) -> GgufHeader:
    keys = {key.replace("__", "."): value for key, value in extra.items()}
    metadata = {**SOUND, "tokenizer.chat_template": template or "plain", **keys}
    return read_header(write(tmp_path / "m.gguf", gguf(metadata)))


@pytest.mark.parametrize(
    ("jinja", "template", "found"),
    [
        ("plain", "", ["completion"]),
        ("{% if tools %}{{ tools }}{% endif %}", "", ["completion", "tools"]),
        ("{% if enable_thinking %}<think>{% endif %}", "", ["completion", "thinking"]),
        ("plain", TOOLS, ["completion", "tools"]),
        ("plain", "{{ .Prompt }}{{ .Suffix }}", ["completion", "insert"]),
        ("plain", "{{ broken", ["completion"]),
        ("these toolsmiths", "", ["completion"]),
    ],
)
def test_words_of_templates(tmp_path: Path, jinja: str, template: str, found: list[str]) -> None:
    known = capabilities(header(tmp_path, jinja), template, has_projector=False)
    assert list(known) == found


def test_eyes_and_embeddings(tmp_path: Path) -> None:
    assert "vision" in capabilities(header(tmp_path), "", has_projector=True)
    pooling = header(tmp_path, llama__pooling_type=1)
    assert capabilities(pooling, TOOLS, has_projector=False) == ("embedding",)


@pytest.mark.parametrize(
    ("jinja", "template", "own"),
    [
        ("plain", "", False),
        ("plain", PLAIN, True),
        ("{{ tools }}", PLAIN, False),
        ("{{ tools }}", TOOLS, True),
        ("plain", TOOLS, True),
    ],
)
def test_whose_template_makes_the_prompts(
    tmp_path: Path, jinja: str, template: str, *, own: bool
) -> None:
    assert renders_itself(header(tmp_path, jinja), template) == own

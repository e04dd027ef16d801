"""Markdown to documents: what is shown, and what hostile text cannot do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from gui import theme
from gui.widgets.transcript import builder, highlight
from gui.widgets.transcript.blocks import split
from gui.widgets.transcript.document import BlockDocument
from gui.widgets.transcript.pieces import Shape
from gui.widgets.transcript.style import Style

EVIL = "http://127.0.0.1:9/?d=KEY"


@pytest.fixture(autouse=True)
def qt(qtbot: QtBot) -> None:
    """Documents need an application."""


def documents(text: str, **references: Any) -> list[BlockDocument]:
    style = Style(theme.LIGHT, 1.0)
    return [
        builder.build(block, style, references, literal=False, quiet=False) for block in split(text)
    ]


def shown(text: str) -> str:
    return "\n".join(document.toPlainText() for document in documents(text))


@pytest.mark.parametrize(
    "text",
    [
        f"![x]({EVIL})",
        f"![a][r]\n\n[r]: {EVIL}",
        f"<img src={EVIL}>",
        "<img src=//evil.test/x>",
        f'<link href="{EVIL}"><body background="{EVIL}"><p style="background:url({EVIL})">',
        f"|a|\n|-|\n|![x]({EVIL})|",
    ],
)
def test_ren01_nothing_is_fetched(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(BlockDocument, "loadResource", lambda _, *given: asked.append(given))
    for document in documents(text):
        document.setTextWidth(300)
        document.size()
        assert "￼" not in document.toPlainText()
    assert asked == []


def test_ren01_a_placeholder_says_what_was_not_loaded() -> None:
    assert shown("![a chart](https://evil.test/?d=1)") == "[a chart: Image not loaded: evil.test]"


@pytest.mark.parametrize(
    "form", ['<img src="file://{}">', "![x](file://{})", "![x]({})", "[x]({})"]
)
def test_ren02_no_local_file_is_opened(form: str, tmp_path: Path) -> None:
    text = form.format(tmp_path / "canary.png")
    assert "canary.png" in shown(text)
    assert not any(document.links for document in documents(text))


@pytest.mark.parametrize(
    "text",
    [
        *("<script>alert(1)</script>", "<iframe src=x></iframe>", "<svg onload=alert(1)>"),
        *("<object data=file:///etc/passwd>", "half <b", "<!-- comment -->", "<?php ?>"),
    ],
)
def test_ren03_tags_are_shown_as_they_are(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("use List<String> here", "if a<b and c>d then", "#include <vector>", "a <b>x</b>"),
        *(
            "<think>hm</think>",
            "- Map<K, V>",
            "|a|\n|-|\n|List<int>|",
            "AT&T &amp; co",
            "5 * 3 * 2",
        ),
    ],
)
def test_ren04_nothing_vanishes(text: str) -> None:
    seen = "".join(shown(text).split())
    for word in ("List<String>", "a<b", "c>d", "<vector>", "<b>x</b>", "<think>", "Map<K,V>"):
        if word in "".join(text.split()):
            assert word in seen


@settings(max_examples=150, deadline=None)
@given(st.text("<>&*_[]()`|ab1 \n한", max_size=60))
def test_ren04_every_letter_and_digit_is_visible(text: str) -> None:
    assume("](" not in text and "```" not in text)  # a target and a language may hide
    made = documents(text)
    seen = "".join(document.toPlainText() for document in made)
    numbers = sum(mark.marker[:-1].isdigit() for document in made for mark in document.marks)
    for character in "ab한":
        assert seen.count(character) == text.count(character)
    assert seen.count("1") + numbers * 9 >= text.count("1")


def test_ren04_link_definitions_stay_visible() -> None:
    seen = shown("[Note]: https://example.org\n\nSee [Note].")
    assert "[Note]: https://example.org" in seen


@pytest.mark.parametrize(
    "text",
    [
        ">" * 20_000 + " deep",
        "".join("  " * depth + f"- level{depth}\n" for depth in range(200)),
        "<div>" * 5_000,
        "<table><tr><td>" * 200,
    ],
)
def test_ren05_depth_is_capped_and_the_text_stays(text: str) -> None:
    seen = "".join(shown(text).split())
    for word in ("deep", "level199", "<div>", "<table>"):
        if word in text:
            assert word in seen


@pytest.mark.parametrize(
    "text",
    [
        *("[" * 50_000, "*a " * 20_000, "&" * 100_000, "![" * 10_000),
        " ".join("`" * count for count in range(1, 300)),
        "|" + "a|" * 5_000 + "\n|" + "-|" * 5_000 + ("\n|" + "b|" * 5_000) * 3,
        "\n".join(f"[r{n}]: https://example.org/{n}" for n in range(10_000)),
        "".join(f"[a{n}](<b{n}" for n in range(3_000)),
    ],
)
def test_ren07_pathological_text_is_cut_small(text: str) -> None:
    blocks = split(text)
    assert all(len(block.text) <= 16_384 for block in blocks)
    style = Style(theme.LIGHT, 1.0)
    for block in blocks[:3]:
        builder.build(block, style, {}, literal=False, quiet=False)


@pytest.mark.parametrize("text", ["e" + "\u0301" * 8_000, "\u202e" * 8_000, "👨‍👩‍👧" * 1_000])
def test_ren10_strange_characters_are_laid_out(text: str) -> None:
    for document in documents(text):
        document.setTextWidth(600)
        assert document.size().height() > 0


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "smb://h/s", "data:x"]
)
def test_lnk02_other_links_stay_text(url: str) -> None:
    [document] = documents(f"[click]({url}) <{url}>")
    assert document.links == []
    assert url in document.toPlainText()


def test_links_are_found_bare_and_written() -> None:
    [document] = documents("[a](https://a.example) <https://b.example> (https://c.example/x).")
    assert [url for _, _, url in document.links] == [
        "https://a.example",
        "https://b.example",
        "https://c.example/x",
    ]


def test_reference_links_are_made_when_the_definition_is_known() -> None:
    block = split("See [the docs][d].")[0]
    references = {"D": {"href": "https://docs.example", "title": ""}}
    style = Style(theme.LIGHT, 1.0)
    document = builder.build(block, style, references, literal=False, quiet=False)
    assert document.toPlainText() == "See the docs."
    assert document.links == [(4, 8, "https://docs.example")]


def test_lists_have_their_markers_beside_the_text() -> None:
    [document] = documents("3. three\n4. four\n   - inner\n     1) deep\n5. five")
    assert [mark.marker for mark in document.marks] == ["3.", "4.", "◦", "1)", "5."]
    assert document.toPlainText().split("\n") == ["three", "four", "inner", "deep", "five"]


def test_an_empty_item_and_an_item_of_a_list_keep_their_markers() -> None:
    [document] = documents("-\n- - x\n- ```\n  y\n  ```")
    assert [mark.marker for mark in document.marks] == ["•", "•", "◦", "•"]


def test_code_inside_a_list_is_a_run_of_code() -> None:
    [document] = documents("1. do\n\n   ```sh\n   ls\n   pwd\n   ```\n\n   then")
    [run] = document.code_runs
    assert (run.first, run.last, run.language) == (1, 2, "sh")


def test_headings_and_styles() -> None:
    heading, paragraph = documents("## Big\n\n*i* **b** ~~s~~ `c`\nnext line")
    assert heading.toPlainText() == "Big"
    assert paragraph.toPlainText() == "i b s c\nnext line"
    assert paragraph.inline_codes == [(6, 1)]


def test_tables_are_aligned_with_wide_characters() -> None:
    [document] = documents("| 이름 | n |\n|---|--:|\n| a | 10 |\n| 한국어 | 5 |")
    lines = [line for line in document.toPlainText().split("\n") if line]
    assert lines == ["이름      n", "a        10", "한국어    5"]


def test_colours_are_found_for_all_parts_of_one_code() -> None:
    from pygments.lexers import get_lexer_by_name

    code = "\n".join(["x = '''"] + ["inside"] * 60 + ["'''", "def f(): pass"])
    blocks = split(f"```python\n{code}\n```")
    parts = [FakePart() for _ in blocks]
    start, stretches = 0, []
    for part, block in zip(parts, blocks, strict=True):
        stretches.append(highlight.Stretch(part, 0, start, len(block.text)))
        start += len(block.text) + len(block.joint if part is not parts[-1] else "\n")
    job = highlight.ColouringJob(code, get_lexer_by_name("python"), stretches)
    while job.step(0.001, "light"):
        pass
    assert parts[1].spans[0][0][2] == "string"
    assert any(kind == "keyword" for _, _, kind in parts[1].spans[0])


class FakePart:
    """A block with no document."""

    def __init__(self) -> None:
        self.document: BlockDocument | None = None
        self.spans: dict[int, list[highlight.Span]] = {}


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK])
def test_colours_of_code_have_contrast(colours: theme.Colours) -> None:
    for colour in highlight.COLOURS[colours.name].values():
        assert contrast(colour, colours.code) >= 4.5, colour


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two #RRGGBB colours."""

    def luminance(colour: str) -> float:
        channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_shapes_are_what_they_look_like() -> None:
    text = "p\n\n# h\n\n- l\n\n> q\n\n```\nc\n```\n\n---\n\n|a|\n|-|\n|b|"
    assert [block.shape for block in split(text)] == [
        *(Shape.PARAGRAPH, Shape.HEADING, Shape.LIST, Shape.QUOTE),
        *(Shape.CODE, Shape.RULE, Shape.TABLE),
    ]

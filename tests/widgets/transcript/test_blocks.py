"""Text cut into blocks while it grows: always the same blocks, whatever the chunks."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gui.widgets.transcript.blocks import CODE_LINES, PART, WINDOW, BlockStream, SourceBlock, split
from gui.widgets.transcript.pieces import Shape

ANSWERS = {
    "plain": "One paragraph.\nStill it.\n\nAnother one.",
    "hashtag": "para\n#hashtag is no heading\n# heading\n#",
    "setext": "Title\n=====\n\nnot\na title\n---\nrest",
    "list": "- a\n  - b\n\n    text\n- c\n\n\n- d\n* e\n\nend",
    "ordered": "".join(f"{n}. item {n} {'word ' * 12}\n" for n in range(7, 90)) + "\nend",
    "lazy quote": "> quote\nlazy\n>\n> - list\n> - in it\n\nout",
    "long quote": "> " + "\n>\n> ".join("quoted words " * 30 for _ in range(12)) + "\n\nend",
    "fence": "before\n```py\nx = 1\n\n# not a heading\n```\nafter",
    "open fence": "~~~~ md\n```\nnot closed\n~~~\n",
    "indented fence": "  ```\n  two\n    four\n  ```\nafter",
    "long fence": "```c\n" + "int x; // line\n" * 200 + "```\n\ndone",
    "long code line": "```\n" + "A" * 9000 + "\nshort\n```",
    "one long line": "x" * 10_000,
    "long paragraph": "- not - a list 1. " * 700 + "\n\nend",
    "table": "|a|b|\n|-|-|\n" + "".join(f"|{n}|x|\n" for n in range(60)) + "\nend",
    "definitions": "See [a][r] and [b].\n\n[r]: https://one.example\n[b]: https://two.example\nmore",
    "html": "use List<String>\n\n<div>\n<b>x</b>\n</div>\n\n<script>alert(1)</script>",
    "windows": "a\r\n\r\n- b\r\n- c\r\n```\r\nd\r\n```\r\n",
    "rules": "---\n***\na\n\n___\n",
    "indented": "    code\n    code\n\npara\n    still para",
    "korean": "# 온돌\n\n따뜻한 **바닥**입니다.\n\n1. 하나\n2. 둘\n\n> 인용\n",
    "nothing": "\n\n   \n",
}


def in_chunks(text: str, sizes: list[int], *, with_tails: bool = False) -> list[SourceBlock]:
    stream, frozen, start = BlockStream(), list[SourceBlock](), 0
    for size in sizes:
        frozen += stream.feed(text[start : start + size])
        start += size
        if with_tails:
            stream.tail()
    return frozen + stream.feed(text[start:]) + stream.finish()


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("most", [1, 7, 60, 3000])
def test_any_chunks_give_the_same_blocks(name: str, most: int) -> None:
    text, rng, sizes = ANSWERS[name], random.Random(most), list[int]()
    while sum(sizes) < len(text) and len(sizes) < 1500:
        sizes.append(rng.randint(1, most))
    assert in_chunks(text, sizes, with_tails=most > 7) == split(text)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "- a\n",
                "  b\n",
                "\n",
                "> q\n",
                "# h\n",
                "```\n",
                "text\n",
                "1. x\n",
                "---\n",
                "|a|b|\n",
                "|-|-|\n",
                "    code\n",
                "[r]: /u\n",
                "**b** ",
                "`c",
                "===\n",
                "한글 ",
                "~~~\n",
            ]
        ),
        max_size=25,
    ),
    st.lists(st.integers(1, 12), max_size=60),
)
def test_any_chunks_of_any_lines_give_the_same_blocks(lines: list[str], sizes: list[int]) -> None:
    text = "".join(lines)
    assert in_chunks(text, sizes) == split(text)


@pytest.mark.parametrize(
    "name", ["plain", "hashtag", "setext", "list", "lazy quote", "rules", "korean"]
)
def test_blocks_are_those_of_a_full_parse(name: str) -> None:
    text = ANSWERS[name]
    tokens = (
        MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).parse(text)
    )
    lines = text.split("\n")
    whole = [
        "\n".join(lines[token.map[0] : token.map[1]]).rstrip()
        for token in tokens
        if token.level == 0 and token.map and token.nesting >= 0
    ]
    assert [block.text for block in split(text)] == whole


@pytest.mark.parametrize("name", ANSWERS)
def test_no_line_is_lost(name: str) -> None:
    """REN-04: every word of the source is in some block."""
    words = {word for word in ANSWERS[name].split() if word.isalnum()}
    blocks = split(ANSWERS[name])
    shown = "".join(block.joint + block.text for block in blocks).split()
    assert words <= {*shown, *(block.language for block in blocks)}


@pytest.mark.parametrize("name", ["list", "table", "long paragraph", "definitions", "korean"])
def test_frozen_and_tail_together_are_the_text_so_far(name: str) -> None:
    stream, frozen, text = BlockStream(), list[SourceBlock](), ANSWERS[name][:9000]
    for start in range(0, len(text), 97):
        frozen += stream.feed(text[start : start + 97])
        shown = frozen + stream.tail()
        assert [b.text for b in shown] == [b.text for b in split(text[: start + 97])]


def test_the_tail_is_what_is_not_frozen() -> None:
    stream = BlockStream()
    assert stream.feed("one\n\ntwo") == []
    assert [block.text for block in stream.tail()] == ["one", "two"]
    assert [block.text for block in stream.feed("\nstill two\n\n# t")] == ["one"]
    assert [block.text for block in stream.feed("\n")] == ["two\nstill two"]


def test_the_closing_fence_is_not_shown_while_it_arrives() -> None:
    stream = BlockStream()
    stream.feed("```py\nx = 1\n``")
    assert [block.text for block in stream.tail()] == ["x = 1"]


def test_ren06_long_lines_are_cut_for_display_and_whole_when_joined() -> None:
    text = "A" * 500_000
    blocks = split(text)
    assert all(len(block.text) <= PART for block in blocks)
    assert blocks[0].text + "".join(block.joint + block.text for block in blocks[1:]) == text


def test_ren11_code_of_200_000_lines_is_cut_into_parts_that_join_exactly() -> None:
    code = "\n".join(f"line {n}" for n in range(200_000))
    blocks = split(f"```\n{code}\n```")
    assert all(block.text.count("\n") < CODE_LINES for block in blocks)
    assert blocks[0].text + "".join(block.joint + block.text for block in blocks[1:]) == code


def test_ren05_a_block_longer_than_the_window_is_cut() -> None:
    text = "- " + "\n  ".join("deep words" for _ in range(5000))
    assert all(len(block.text) <= WINDOW for block in split(text))


def test_numbers_go_on_in_later_parts_of_a_list() -> None:
    parts = [block for block in split(ANSWERS["ordered"]) if block.shape is Shape.LIST]
    assert len(parts) > 2
    for part in parts:
        assert part.text.startswith(f"{part.number}. ")


def test_a_definition_is_taken_only_when_it_is_whole() -> None:
    stream = BlockStream()
    for character in "[r]: https://example.org/whole\n\nSee [r].\n\nend\n":
        stream.feed(character)
        stream.tail()
    assert stream.references["R"]["href"] == "https://example.org/whole"

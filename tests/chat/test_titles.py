"""Titles are one short line, cut where a reader would cut."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.chat.titles import LONGEST, title_of


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello", "Hello"),
        ("\n\n  # A heading\nand more", "A heading"),
        ("```\ncode\n```", "code"),
        ("two\twords", "two words"),
        ("", ""),
        (" \n\t\n", ""),
        ("주식이 무엇인가요?", "주식이 무엇인가요?"),
        (
            "Please explain to me how a bicycle stays upright when nobody rides it",
            "Please explain to me how a bicycle stays…",
        ),
        (
            "내일 서울에서 부산까지 기차로 가는 가장 빠른 방법을 알려 주세요",
            "내일 서울에서 부산까지 기차로 가는 가장 빠른…",
        ),
        ("가" * 60, "가" * 23 + "…"),
    ],
)
def test_title(text: str, title: str) -> None:
    assert title_of(text) == title


def test_letters_keep_their_marks() -> None:
    for word in ("e\u0301", "\u1112\u1161\u11ab", "👩\u200d👩"):
        title = title_of(word * 100).rstrip("…")
        assert title
        assert word.startswith(title[len(title) // len(word) * len(word) :])


@given(st.text())
def test_any_text_gives_one_short_line(text: str) -> None:
    title = title_of(text)
    assert len(title.splitlines()) <= 1
    assert not any(unicodedata.category(character) == "Cc" for character in title)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in title)
    assert len(title) - sum(map(bool, map(unicodedata.combining, title))) + wide <= LONGEST + wide

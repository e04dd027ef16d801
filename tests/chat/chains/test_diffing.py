"""Two texts word by word: nothing is lost, Korean is cut where it is spoken."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.chat.chains.diffing import words_diff
from gui.records import DiffKind

TEXTS = st.text(alphabet="ab은가 하늘\n.👍ㅋ漢かé", max_size=40)
SAME, REMOVED, ADDED = DiffKind.SAME, DiffKind.REMOVED, DiffKind.ADDED


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("", "", ()),
        ("a", "a", ((SAME, "a"),)),
        ("", "a", ((ADDED, "a"),)),
        ("the sky is blue", "the sky was blue", (
            (SAME, "the sky "), (REMOVED, "is"), (ADDED, "was"), (SAME, " blue"))),
        ("하늘은 파랗다", "바다는 파랗다", (
            (REMOVED, "하늘은"), (ADDED, "바다는"), (SAME, " 파랗다"))),
        ("하늘이 높다", "하늘은 높다", (
            (SAME, "하늘"), (REMOVED, "이"), (ADDED, "은"), (SAME, " 높다"))),
        ("one two", "three four", ((REMOVED, "one two"), (ADDED, "three four"))),
    ],
)  # fmt: skip
def test_pieces(old: str, new: str, pieces: tuple[tuple[DiffKind, str], ...]) -> None:
    assert words_diff(old, new) == pieces


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_nothing_is_lost(old: str, new: str) -> None:
    pieces = words_diff(old, new)
    assert "".join(text for kind, text in pieces if kind is not ADDED) == old
    assert "".join(text for kind, text in pieces if kind is not REMOVED) == new
    assert all(text for _, text in pieces)


def test_large_texts_take_no_longer_than_one_waits() -> None:
    old = "".join(f"line {n} of many words\n" for n in range(20_000))
    new = old.replace("line 777 ", "row 777 ")
    began = time.process_time()
    pieces = words_diff(old, new)
    assert time.process_time() - began < 5
    assert [text for kind, text in pieces if kind is REMOVED] == ["line 777 of many words\n"]
    words = "word " * 200_000
    assert words_diff(words, words + "x") == ((REMOVED, words), (ADDED, words + "x"))

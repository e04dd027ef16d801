"""Characters and units, and the smallest change between two texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gui.widgets.source.units import changed_part, characters, units, with_line_feeds

TEXT = st.text(alphabet=st.sampled_from("a \n한🙂é\u00a0\r"), max_size=12)


def test_an_emoji_is_two_units() -> None:
    assert units("a🙂한b", 2) == 3
    assert characters("a🙂한b", 3) == 2
    assert characters("a🙂한b", 2) == 1, "half an emoji is none"


@given(TEXT, st.data())
def test_there_and_back(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    assert characters(text, units(text, at)) == at


@given(TEXT, TEXT)
def test_the_changed_part_makes_the_new_text(old: str, new: str) -> None:
    start, end, put = changed_part(old, new)
    assert old[:start] + put + old[end:] == new
    changed = old[start:end]
    assert not changed or not put or (changed[0] != put[0] and changed[-1] != put[-1])


def test_line_ends_become_line_feeds() -> None:
    assert with_line_feeds("a\r\nb\rc\u2029d\u2028e\u00a0f") == "a\nb\nc\nd\u2028e\u00a0f"

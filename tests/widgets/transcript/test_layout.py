"""Heights in a Fenwick tree against plain lists."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gui.widgets.transcript.layout import Heights

HEIGHT = st.integers(1, 500).map(float)


@settings(max_examples=80, deadline=None)
@given(st.lists(HEIGHT, max_size=60), st.lists(HEIGHT, max_size=20), st.data())
def test_tops_and_finding_agree_with_a_plain_sum(
    first: list[float], more: list[float], data: st.DataObject
) -> None:
    plain, tree = list(first), Heights(first)
    for height in more:
        plain.append(height)
        tree.append(height)
    for _ in range(data.draw(st.integers(0, 5)) if plain else 0):
        index, height = data.draw(st.integers(0, len(plain) - 1)), data.draw(HEIGHT)
        plain[index] = height
        tree.set(index, height)
    count = data.draw(st.integers(0, len(plain)))
    del plain[count:]
    tree.truncate(count)
    assert len(tree) == len(plain)
    assert tree.total == sum(plain)
    for index in range(len(plain)):
        top = sum(plain[:index])
        assert tree.top(index) == top
        assert tree.index_at(top) == index
        assert tree.index_at(top + plain[index] - 0.5) == index


def test_outside_the_rows() -> None:
    assert Heights().index_at(0) == -1
    assert Heights([10.0, 10.0]).index_at(-5) == 0
    assert Heights([10.0, 10.0]).index_at(500) == 1


def test_scaling_keeps_what_is_known() -> None:
    heights = Heights([10.0, 20.0, 30.0])
    heights.scale(2.0, but=[1])
    assert [heights[index] for index in range(3)] == [20.0, 20.0, 60.0]
    assert heights.total == 100.0

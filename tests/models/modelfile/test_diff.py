"""Two Modelfiles compared."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from gui.models.modelfile.diff import DiffKind, DiffLine, compare

SAME, REMOVED, ADDED = DiffKind.SAME, DiffKind.REMOVED, DiffKind.ADDED


def test_a_changed_line_is_shown_old_then_new() -> None:
    assert compare(
        "FROM a\nSYSTEM b\nPARAMETER seed 1", "FROM a\r\nSYSTEM c\r\nPARAMETER seed 1"
    ) == (
        DiffLine(SAME, 1, 1, "FROM a"),
        DiffLine(REMOVED, 2, None, "SYSTEM b"),
        DiffLine(ADDED, None, 2, "SYSTEM c"),
        DiffLine(SAME, 3, 3, "PARAMETER seed 1"),
    )


LINES = st.lists(st.sampled_from("abcd"), max_size=12)


@settings(deadline=None)
@given(LINES, LINES)
def test_both_texts_can_be_read_from_it(old: list[str], new: list[str]) -> None:
    found = compare("\n".join(old), "\n".join(new))
    for lines, own, number in ((old, REMOVED, 0), (new, ADDED, 1)):
        shown = [each for each in found if each.kind in (SAME, own)]
        assert [each.text for each in shown] == "\n".join(lines).split("\n")
        numbers = [(each.old_number, each.new_number)[number] for each in shown]
        assert numbers == list(range(1, len(shown) + 1))


def test_mod_04_large_texts_are_compared_soon() -> None:
    old = "\n".join(f"line {number}" for number in range(50_000))
    new = "\n".join(f"line {number * 7 % 50_000}" for number in range(50_000))
    began = time.process_time()
    assert len(compare(old, new)) > 50_000
    assert len(compare(old, old + "\nmore")) == 50_001
    assert time.process_time() - began < 3

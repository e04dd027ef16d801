"""Lines of a terminal: how wide a text is, and what is written over what."""

from __future__ import annotations

import io

import pytest
from typing_extensions import override

from gui.records import Transfer, TransferKind, TransferState
from gui.terminal import columns
from gui.terminal.progress import ProgressLine


class Terminal(io.StringIO):
    @override
    def isatty(self) -> bool:
        return True


def transfer(status: str, completed: int = 0) -> Transfer:
    total = 100_000_000 if completed else 0
    kind, state = TransferKind.PULL, TransferState.RUNNING
    return Transfer("", kind, "m:latest", "ollama", state, status, completed, total)


def test_a_korean_syllable_is_two_columns_wide() -> None:
    assert columns.width("온돌 ok") == 7
    assert columns.width("e\u0301") == 1
    assert columns.cut("온돌입니다", 7) == "온돌입…"
    assert columns.cut("온돌입니다", 6) == "온돌…"
    assert columns.table([("이름", "x"), ("b", "y")]) == "이름  x\nb     y"


def test_a_terminal_is_written_over_and_left_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = Terminal()
    line = ProgressLine(out)
    line.show(transfer("Downloading part 1", 40_000_000))
    line.show(transfer("Done"))
    line.end()
    line.end()
    first, second, blank, rest = out.getvalue().split("\r")[1:]
    assert first == "m:latest: Downloading part 1 · 40 MB o…"
    assert second == "m:latest: Done".ljust(len(first))[: len(second)]
    assert len(second) == len(first)
    assert not blank.strip()
    assert rest == ""


def test_elsewhere_only_news_are_told() -> None:
    out = io.StringIO()
    line = ProgressLine(out)
    for completed in range(10_000_000, 50_000_000, 10_000_000):
        line.show(transfer("Downloading part 1", completed))
    line.show(transfer("Done"))
    line.end()
    assert out.getvalue().splitlines() == [
        "m:latest: Downloading part 1 · 10 MB of 100 MB",
        "m:latest: Done",
    ]

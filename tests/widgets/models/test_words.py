"""What is said of models, sizes, times and transfers."""

from __future__ import annotations

import time
from datetime import date

import pytest

from gui.records import LoadedModel, ModelInfo, Transfer, TransferKind, TransferState
from gui.widgets.models import words

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        (0, ""),
        (512, "512 context"),
        (8192, "8K context"),
        (32000, "32K context"),
        (131072, "128K context"),
        (1_048_576, "1M context"),
        (1_000_000, "1M context"),
    ],
)
def test_context_lengths_are_short(tokens: int, text: str) -> None:
    assert words.context_text(tokens) == text


@pytest.mark.parametrize(
    ("iso", "text"),
    [
        ("2026-11-24T12:00:00.123456789Z", "Today"),
        ("2026-11-23T12:00:00Z", "Yesterday"),
        ("2026-11-14T12:00:00+00:00", "10 days ago"),
        ("2025-01-02T12:00:00Z", "2025-01-02"),
        ("2031-01-02T12:00:00Z", "Today"),
        ("0001-01-01T00:00:00Z", ""),
        ("99999-01-01", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_net_29_days_are_words_and_nonsense_is_nothing(iso: str, text: str) -> None:
    assert words.day_text(iso, TODAY) == text


def test_capabilities_are_words_and_unknown_ones_are_kept() -> None:
    model = ModelInfo("m", capabilities=("tools", "completion", "telepathy"))
    assert words.capability_words(model) == ("chat", "tools", "telepathy")


def test_memory_says_how_much_where_and_until_when() -> None:
    noon = time.mktime((2026, 11, 24, 14, 5, 0, 0, 0, -1))
    assert words.memory_text(LoadedModel("m", 2_000_000_000, 0, noon)) == (
        "In memory, 2.0 GB · until 14:05"
    )
    assert words.memory_text(LoadedModel("m", 2_000_000_000, 500_000_000, None)) == (
        "In memory, 2.0 GB, 500 MB of it on the graphics card · until it is unloaded"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s left"), (59, "59 s left"), (90, "2 min left"), (7_500, "2 h 5 min left")],
)
def test_time_left(seconds: float, text: str) -> None:
    assert words.duration_text(seconds) == text


def test_what_is_not_known_of_a_transfer_is_left_out() -> None:
    transfer = Transfer("1", TransferKind.PULL, "m", "built-in", TransferState.RUNNING)
    assert words.amount_text(transfer) == ""
    running = Transfer(
        "1",
        TransferKind.PULL,
        "m",
        "built-in",
        TransferState.RUNNING,
        completed=0,
        total=2_000_000_000,
        speed=5e6,
        seconds_left=400,
    )
    assert words.amount_text(running) == "0 B of 2.0 GB · 5.0 MB/s · 7 min left"

"""`keep_alive` in all its forms."""

from __future__ import annotations

import pytest

from gui.engine.durations import DEFAULT_KEEP_ALIVE, FOREVER, read_keep_alive
from gui.engine.wire import ApiError


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, DEFAULT_KEEP_ALIVE),
        (0, 0),
        (0.0, 0),
        (10, 10),
        (1.5, 1.5),
        (-1, FOREVER),
        (-1.0, FOREVER),
        (1e30, FOREVER),
        ("5m", 300),
        ("1h30m", 5400),
        ("-1s", FOREVER),
        ("0", 0),
        ("0s", 0),
        ("1.5s", 1.5),
        (".5s", 0.5),
        ("100ms", 0.1),
        ("+2s", 2),
        ("1000000h", 3.6e9),
    ],
)
def test_forms(value: object, seconds: float) -> None:
    assert read_keep_alive(value) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("-1", 'time: missing unit in duration "-1"'),
        ("10", 'time: missing unit in duration "10"'),
        ("", 'time: invalid duration ""'),
        ("abc", 'time: invalid duration "abc"'),
        ("5x", 'time: unknown unit "x" in duration "5x"'),
        (True, "keep_alive"),
        ([1], "keep_alive"),
    ],
)
def test_refusals(value: object, says: str) -> None:
    with pytest.raises(ApiError) as refused:
        read_keep_alive(value)
    assert refused.value.status == 400
    assert says in refused.value.text

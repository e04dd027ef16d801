"""`keep_alive`: seconds as a number, or a duration in Go's notation."""

from __future__ import annotations

import re

from gui.engine.wire import ApiError

DEFAULT_KEEP_ALIVE = 300.0
FOREVER = -1.0

_LONGEST = 290 * 365 * 86400.0  # Go's durations end after 292 years
_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "\u00b5s": 1e-6,
    "\u03bcs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
_STEP = re.compile(r"(\d+\.?\d*|\.\d+)([^\d.]*)", re.ASCII)


def parse_duration(text: str) -> float:
    """Seconds in a Go duration such as "1h30m" or "-1s"; raises ApiError with Go's words."""
    body = text[1:] if text[:1] in ("+", "-") else text
    if body == "0":
        return 0.0
    seconds, position = 0.0, 0
    while position < len(body):
        step = _STEP.match(body, position)
        if step is None:
            raise ApiError(400, f'time: invalid duration "{text}"')
        number, unit = step.groups()
        if not unit:
            raise ApiError(400, f'time: missing unit in duration "{text}"')
        if unit not in _SECONDS:
            raise ApiError(400, f'time: unknown unit "{unit}" in duration "{text}"')
        seconds += float(number) * _SECONDS[unit]
        position = step.end()
    if not body:
        raise ApiError(400, f'time: invalid duration "{text}"')
    return -seconds if text.startswith("-") else seconds


def read_keep_alive(value: object) -> float:
    """Seconds a model stays loaded after a reply; below zero means for ever."""
    if value is None:
        return DEFAULT_KEEP_ALIVE
    if isinstance(value, str):
        seconds = parse_duration(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(min(max(value, -1), _LONGEST))
    else:
        raise ApiError(400, "keep_alive: unsupported type: must be a number or a duration")
    return FOREVER if seconds < 0 or seconds >= _LONGEST else seconds

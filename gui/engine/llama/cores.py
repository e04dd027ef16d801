"""How many threads a reply may use."""

from __future__ import annotations

import os
from pathlib import Path

_TOPOLOGY = Path("/sys/devices/system/cpu")


def usable_cores() -> int:
    """The cores this process may run on; two threads of one core count once (Linux)."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    cores = {_siblings(number) for number in os.sched_getaffinity(0)}
    return len(cores)


def default_threads() -> int:
    """One core is left to the window and to everybody else.

    llama.cpp's threads wait for each other, spinning, hundreds of times a token. Where
    another program takes one of them away for a moment, all stand still: on two busy
    cores two threads made 5 tokens/s, one made 55 (on two idle ones: 95).
    """
    return max(1, usable_cores() - 1)


def _siblings(number: int) -> str:
    try:
        return (_TOPOLOGY / f"cpu{number}/topology/thread_siblings_list").read_text("ascii")
    except OSError:
        return str(number)

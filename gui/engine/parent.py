"""The engine never outlives the app that started it: three ways to notice, one end."""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import signal
import sys
import threading
from collections.abc import Iterator

_PR_SET_PDEATHSIG = 1
_LONGEST_ALARM = 2**31 - 1


def end_with_parent() -> None:
    """End the process when stdin ends, or when it has another parent than now.

    Call it in the main thread, once nothing more is to be read from stdin.
    """
    threading.Thread(target=_wait_for_end_of_stdin, name="parent-watch", daemon=True).start()
    if sys.platform == "linux":
        _ask_when_parent_ends()


def _wait_for_end_of_stdin() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


def _ask_when_parent_ends() -> None:
    """For when another process holds the other end of stdin open.

    Linux sends this signal when the thread that started us ends, which may not be the
    end of the app; so it only asks whether we have another parent.
    """
    parent = os.getppid()

    def ask(_number: int, _frame: object) -> None:
        if os.getppid() != parent:
            os._exit(0)

    signal.signal(signal.SIGUSR1, ask)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1, 0, 0, 0)


@contextlib.contextmanager
def ended_by_kernel(longest_load: float) -> Iterator[None]:
    """Let the end of stdin, or too long a wait, kill the process without a line of Python.

    `longest_load` is in seconds and may be infinite. llama.cpp holds the interpreter while
    it loads a model: for minutes if it is large, for ever if its chat template loops. No
    thread of ours can notice anything then; SIGIO and SIGALRM, which nobody handles, end us.
    """
    if sys.platform != "linux":
        yield
        return
    import fcntl

    flags = fcntl.fcntl(0, fcntl.F_GETFL)
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, flags | os.O_ASYNC)
    signal.alarm(_alarm(longest_load))
    try:
        yield
    finally:
        signal.alarm(0)
        fcntl.fcntl(0, fcntl.F_SETFL, flags)


def _alarm(seconds: float) -> int:
    """Whole seconds for the kernel's alarm, 0 for none."""
    return 0 if seconds == math.inf else math.ceil(min(seconds, _LONGEST_ALARM))

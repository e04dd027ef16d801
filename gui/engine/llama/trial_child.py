"""A process that lives for one chat template: it loads it, renders with it, and ends.

`python -m gui.engine.llama.trial_child PARENT PLAIN TEMPLATE`: the parent's process id and
two model files. It says `ready` on stdout once the plain one has gone well and the limits
are set; whatever ends it afterwards is the template's doing.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from gui.engine.llama.model import Llama
from gui.engine.llama.options import LoadSettings
from gui.engine.llama.parameters import ModelFiles
from gui.engine.wire import ApiError

READY = b"ready\n"

_PR_SET_PDEATHSIG = 1
_SECONDS = 2  # of processor time; a template that is fine takes some hundredths
_MEMORY = 2**30  # a template that is fine takes some megabytes
_STACK = 4 * 2**20  # half of what threads of the engine have

_SETTINGS = LoadSettings(num_ctx=64, num_batch=32, num_thread=1, num_gpu=0)
_SYSTEM = {"role": "system", "content": "Answer in one word."}
_USER = {"role": "user", "content": "Where is it colder, here or there?"}
_CALL = {
    "role": "assistant",
    "content": "",
    "tool_calls": [
        {"id": "call00001", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    ],
}
_RESULT = {"role": "tool", "tool_call_id": "call00001", "name": "f", "content": "there"}
_TOOLS: Mapping[str, Any] = {
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "f",
                "description": "Measures.",
                "parameters": {
                    "type": "object",
                    "properties": {"place": {"type": "string"}},
                    "required": ["place"],
                },
            },
        }
    ]
}
_CASES: tuple[tuple[list[Mapping[str, Any]], Mapping[str, Any]], ...] = (
    ([_SYSTEM, _USER], {}),
    ([_SYSTEM, _USER], _TOOLS),
    ([_USER], {"chat_template_kwargs": {"enable_thinking": True, "reasoning_effort": "high"}}),
    ([_USER], {"chat_template_kwargs": {"enable_thinking": False}}),
    ([_USER, _CALL, _RESULT], _TOOLS),
)


def main(arguments: list[str]) -> NoReturn:
    """Try the template; the exit code: 0 it ends, also when it refuses; 1 no trial.

    No model is freed: that may hang, as an orderly exit may, and says nothing of the template.
    """
    parent, plain, template = arguments
    _end_with(int(parent))
    kept = [Llama(ModelFiles(Path(plain), "plain"), _SETTINGS)]
    _render_all(kept[0])
    _limit()
    os.write(1, READY)
    try:
        kept.append(Llama(ModelFiles(Path(template), "template"), _SETTINGS))
    except ApiError:  # it says no, as it will say to the engine
        os._exit(0)
    _render_all(kept[1])
    os._exit(0)


def _render_all(llama: Llama) -> None:
    for messages, extra in _CASES:
        started = time.monotonic()
        try:
            llama.render(messages, extra)
        except ApiError:
            if time.monotonic() - started > _SECONDS:  # no answer: a limit will end us
                time.sleep(math.inf if sys.platform == "linux" else 60)


def _end_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def _limit() -> None:
    """Bound time, memory and stack from here on, on top of what is used already."""
    if os.name != "posix":
        return
    import resource

    used = math.ceil(time.process_time()) + _SECONDS
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, used)
    _lower(resource.RLIMIT_STACK, _STACK)
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + _MEMORY)
        _die_of_too_little_memory()


def _lower(which: int, value: int) -> None:
    import resource

    hard = resource.getrlimit(which)[1]
    wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (wanted, hard))


def _die_of_too_little_memory() -> None:
    """Where C++ gets no memory it shall end the process: llama.cpp would go on quietly."""
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL("libstdc++.so.6")
        stop = ctypes.cast(ctypes.CDLL(None).abort, ctypes.c_void_p)
        library["_ZSt15set_new_handlerPFvvE"](stop)  # std::set_new_handler


if __name__ == "__main__":
    main(sys.argv[1:])

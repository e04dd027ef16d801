"""What the process gives up before it serves: what it does not need to know or to do."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import sys

_PR_SET_NO_NEW_PRIVS = 38
_WANTED_FILES = 4096

# Where programs, files and words are found, and which hardware to use.
_NEEDED = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|TZ|TERM|NO_COLOR|TMPDIR|TEMP|TMP|"
    r"SYSTEMROOT|SYSTEMDRIVE|WINDIR|USERPROFILE|APPDATA|LOCALAPPDATA|NUMBER_OF_PROCESSORS|"
    r"SSL_CERT_(FILE|DIR)|ONDOL_HOME|PYTHON[A-Z0-9]*|"
    r"(LC|LD|DYLD|XDG|OLLAMA|GGML|LLAMA|OMP|GOMP|KMP|MALLOC|"
    r"CUDA|NVIDIA|HIP|HSA|ROCR|VK|MESA)_.*",
    re.IGNORECASE,
)
_SECRET = re.compile(r"TOKEN|KEY|SECRET|PASS|CREDENTIAL|PROXY|AUTH", re.IGNORECASE)


def confine() -> None:
    """Forget most of the environment, write no core files, gain no rights, open enough files.

    ENG-15: no token, key or proxy is left, nor in what Linux shows of the environment.
    ggml reads its variable when it aborts: without it, it would start a debugger.
    """
    _forget([name for name in os.environ if not needed(name)])
    os.environ["GGML_NO_BACKTRACE"] = "1"
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.name == "posix":
        _limit()


def needed(name: str) -> bool:
    """Whether the engine has a use for the variable; nothing that may be secret is needed."""
    return bool(_NEEDED.fullmatch(name)) and not _SECRET.search(name)


def _forget(names: list[str]) -> None:
    """Unset the variables; on Linux also blank them where the kernel put them.

    What /proc/<pid>/environ shows is that place, whatever has been unset since.
    """
    places = _places(names) if sys.platform == "linux" else []
    for name in names:
        del os.environ[name]
    for address, length in places:
        ctypes.memset(address, 0, length)


def _places(names: list[str]) -> list[tuple[int, int]]:
    """Where in memory these variables stand, each with its length in bytes."""
    wanted = {os.fsencode(name) for name in names}
    block = ctypes.POINTER(ctypes.c_void_p).in_dll(ctypes.CDLL(None), "environ")
    found, position = [], 0
    while block and (address := block[position]):
        variable = ctypes.string_at(address)
        if variable.partition(b"=")[0] in wanted:
            found.append((address, len(variable)))
        position += 1
    return found


def _limit() -> None:
    """A core file would hold prompts; every connection is an open file."""
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED_FILES if hard == resource.RLIM_INFINITY else min(hard, _WANTED_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

"""Whether a model fits a machine, judged before anything is downloaded.

The rule, in numbers that are good enough to warn by (a loaded model shows the true ones):

    needed   the model file, plus the cache for the context, plus 200 MiB of buffers
    cache    two bytes for each key and value. Of today's models, which share key heads, about
             128 KiB a token with 8 billion parameters, growing with the root of the parameters
             (llama.cpp, 16-bit cache: Llama 3.2 1B takes 32 KiB, 3.1 8B 128 KiB, 3.3 70B
             320 KiB)
    usable   main memory without a reserve for the system: an eighth, 1 to 4 GiB
    fits     in video memory whole; or in memory shared with the graphics (Apple), up to three
             quarters of it; or in the main memory that is free, if it is small enough to be
             read aloud (about 8 GiB at 40 GiB/s: five words a second)
    slow     runs, but partly or wholly without the graphics card and larger than that, or only
             when other programs are closed
    will not fit   larger than usable memory and video memory together
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from gui.language import tr
from gui.records import Fit, FitEstimate, ServerKind

DEFAULT_CONTEXT = 4096
_GIB = 2**30
_BUFFERS = 200 * 2**20
_CACHE_BYTES, _CACHE_PARAMETERS = 128 * 2**10, 8e9
_BYTES_PER_PARAMETER = 0.61
"""Of Q4_K_M, which most models come in; for a model that does not tell its parameters."""
_RESERVE_PART, _LEAST_RESERVE, _MOST_RESERVE = 1 / 8, _GIB, 4 * _GIB
_SHARED_PART = 0.75
_QUICK_WITHOUT_GPU = 8 * _GIB
_ASK_SECONDS = 2.0
_CARDS = Path("/sys/class/drm")


@dataclass(frozen=True, slots=True)
class Machine:
    """Bytes of memory. `is_shared`: the graphics uses the main memory, as Apple's does."""

    memory: int
    free_memory: int
    video_memory: int = 0
    is_shared: bool = False


async def measure() -> Machine:
    """This machine as it is now; the graphics card is asked once in a run."""
    video = await asyncio.to_thread(_video_memory)
    memory = psutil.virtual_memory()
    is_shared = sys.platform == "darwin" and platform.machine() == "arm64"
    return Machine(memory.total, memory.available, video, is_shared)


def estimate(
    size_bytes: int,
    parameters: float = 0,
    context: int = DEFAULT_CONTEXT,
    *,
    machine: Machine | None,
    server: ServerKind = ServerKind.OLLAMA,
) -> FitEstimate:
    """Whether a model file of `size_bytes` runs with a context of that many tokens.

    `parameters` is a count, 0 if it is not known. `machine` is None when the server is
    another machine, of which nothing is known. The built-in engine uses no graphics card
    but Apple's.
    """
    needed = needed_bytes(size_bytes, parameters, context)
    if machine is None or size_bytes <= 0 or machine.memory <= 0:
        sentence = tr("Whether it fits is not known.")
        if machine is None and size_bytes > 0:
            sentence = tr(
                "Needs about {needed}; the server's memory is not known.", needed=gb(needed)
            )
        return FitEstimate(Fit.UNKNOWN, needed, 0, 0, sentence)
    if server is ServerKind.BUILT_IN and machine.video_memory:
        machine = Machine(machine.memory, machine.free_memory, 0, machine.is_shared)
    fit, sentence = _judged(needed, machine)
    return FitEstimate(fit, needed, machine.memory, machine.video_memory, sentence)


def needed_bytes(size_bytes: int, parameters: float = 0, context: int = DEFAULT_CONTEXT) -> int:
    """About how much memory a loaded model takes."""
    parameters = parameters or size_bytes / _BYTES_PER_PARAMETER
    per_token = _CACHE_BYTES * math.sqrt(max(parameters, 0) / _CACHE_PARAMETERS)
    return round(size_bytes + max(context, 0) * per_token + _BUFFERS)


def parameter_count(text: str) -> float:
    """ "8.0B" or "135M" as a number; 0 for what is none."""
    number, unit = text.strip()[:-1], text.strip()[-1:].upper()
    try:
        return float(number) * {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}[unit]
    except (ValueError, KeyError):
        return 0.0


def gb(size: int) -> str:
    """A size as models' pages tell it: 4.9 GB."""
    return f"{size / 1e9:.1f} GB"


def _judged(needed: int, machine: Machine) -> tuple[Fit, str]:
    reserve = min(max(machine.memory * _RESERVE_PART, _LEAST_RESERVE), _MOST_RESERVE)
    usable = machine.memory - reserve
    video = machine.video_memory
    numbers = {"needed": gb(needed), "memory": gb(machine.memory), "video": gb(video)}
    if needed > usable + video:
        if video:
            sentence = tr(
                "Needs about {needed}; this machine has {memory} and {video} of video memory.",
                **numbers,
            )
        else:
            sentence = tr("Needs about {needed}; this machine has {memory}.", **numbers)
        return Fit.WILL_NOT_FIT, sentence
    if machine.is_shared and needed <= machine.memory * _SHARED_PART:
        return Fit.FITS, tr("Needs about {needed} of {memory}.", **numbers)
    if needed <= video:
        return Fit.FITS, tr("Needs about {needed} of {video} of video memory.", **numbers)
    if needed - video > machine.free_memory:
        free = gb(machine.free_memory)
        sentence = tr(
            "Needs about {needed}; only {free} of {memory} are free. Close other programs first.",
            free=free,
            **numbers,
        )
        return Fit.SLOW, sentence
    if needed <= _QUICK_WITHOUT_GPU:
        return Fit.FITS, tr("Needs about {needed} of {memory}.", **numbers)
    if video:
        sentence = tr(
            "Needs about {needed}, more than the {video} of video memory: slow.", **numbers
        )
    else:
        sentence = tr(
            "Needs about {needed} of {memory}; without a graphics card it is slow.", **numbers
        )
    return Fit.SLOW, sentence


@functools.cache
def _video_memory() -> int:
    """Bytes on all graphics cards for which it is known, 0 if none; blocks for a moment."""
    return _nvidia_memory() or _amd_memory(_CARDS)


def _nvidia_memory() -> int:
    """What NVIDIA's own tool says, in MiB, one card a line."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return 0
    command = (tool, "--query-gpu=memory.total", "--format=csv,noheader,nounits")
    try:
        done = subprocess.run(  # noqa: S603 - the vendor's tool, no words of others
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ASK_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    return sum(int(line) * 2**20 for line in done.stdout.split() if line.isdecimal())


def _amd_memory(cards: Path) -> int:
    """What Linux's driver for AMD's cards says, in bytes, one file a card."""
    total = 0
    for file in cards.glob("card*/device/mem_info_vram_total"):
        with contextlib.suppress(OSError, ValueError):
            total += int(file.read_text("ascii"))
    return total

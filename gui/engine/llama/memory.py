"""Whether a model fits: what it takes, and what the machine has left."""

from __future__ import annotations

from collections.abc import Callable

import psutil

from gui.engine.llama.options import LoadSettings
from gui.engine.llama.parameters import ModelFiles
from gui.engine.store.stored import StoredModel

_WORKING_BYTES = 150 * 2**20
"""What llama.cpp takes besides weights and context: buffers, its cache of prompts."""
_KEPT_FREE = 0.05
"""The part of the machine's memory that is left to everybody else."""

Available = Callable[[], int]


def available_bytes() -> int:
    """Memory that can be had now without swapping, a small part of it kept for others."""
    memory = psutil.virtual_memory()
    return int(memory.available - memory.total * _KEPT_FREE)


def needed_bytes(model: StoredModel, files: ModelFiles, settings: LoadSettings) -> int:
    """About how much memory the loaded model takes."""
    parts = [files.weights, *([files.projector] if files.projector else []), *files.adapters]
    weights = sum(path.stat().st_size for path in parts)
    tokens = settings.num_ctx * settings.parallel
    cache = model.header.cache_bytes(tokens) if model.header else 0
    return weights + cache + _WORKING_BYTES


def shown(size: int) -> str:
    """A size as Ollama writes it in its refusal."""
    return f"{size / 2**30:.1f} GiB"

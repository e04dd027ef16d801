"""What the tests of the storage room share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder, in memory where the system has one: thousands of syncs cost nothing.

    For faults that do not depend on the disk keeping its word (a kill, a refused write).
    """
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)

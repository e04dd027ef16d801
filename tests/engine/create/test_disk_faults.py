"""What the disk says, as answers: in Ollama's words, without a path of the machine."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gui.engine.create.faults import answered
from gui.engine.wire import ApiError

BLOB = f"sha256-{'a' * 64}"


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (errno.ENOSPC, "no space left on the disk"),
        (errno.EACCES, "the models folder may not be written to"),
        (errno.EIO, "the models folder cannot be used: Input/output error"),
    ],
)
def test_what_the_disk_says(problem: int, says: str) -> None:
    with pytest.raises(ApiError) as refused, answered():
        raise OSError(problem, os.strerror(problem), "/home/somebody/models")
    assert (refused.value.status, refused.value.text) == (500, says)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (BLOB, f"open {BLOB}: no such file or directory"),
        ("manifests", "the models folder cannot be used: No such file or directory"),
    ],
)
def test_mod_09_a_blob_deleted_while_it_is_read(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(ApiError) as refused, answered():
        (tmp_path / name).read_bytes()
    assert (refused.value.status, refused.value.text) == (500, says)

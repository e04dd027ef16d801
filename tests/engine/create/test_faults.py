"""What goes wrong on disk, said without telling where things lie."""

from __future__ import annotations

import errno

import pytest
from filelock import Timeout

from gui.engine.create.faults import answered
from gui.engine.gguf.header import DamagedModel
from gui.engine.store.blobs import DigestMismatch
from gui.engine.store.library import MissingBlob
from gui.engine.store.names import InvalidName
from gui.engine.wire import ApiError

PLACE = "/home/somebody/models"
DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("problem", "status", "text"),
    [
        (OSError(errno.ENOSPC, "full", PLACE), 500, "no space left on the disk"),
        (OSError(errno.EDQUOT, "full", PLACE), 500, "no space left: the disk quota is used up"),
        (PermissionError(errno.EACCES, "no", PLACE), 500, "the models folder may not be written"),
        (OSError(errno.EIO, "Input/output error", PLACE), 500, "cannot be used: Input/output"),
        (OSError(PLACE), 500, "cannot be used: unknown reason"),
        (Timeout(PLACE), 503, "the models folder is busy"),
        (MissingBlob(DIGEST), 500, f"open sha256-{'a' * 64}: no such file or directory"),
        (DigestMismatch(DIGEST, "x"), 400, "digest mismatch"),
        (DamagedModel("it ends too early"), 400, "it ends too early"),
        (InvalidName("nul"), 400, "invalid model name"),
        (ApiError(418, "as it was"), 418, "as it was"),
    ],
)
def test_answers(problem: Exception, status: int, text: str) -> None:
    with pytest.raises(ApiError) as caught, answered():
        raise problem
    assert caught.value.status == status
    assert text in caught.value.text
    assert PLACE not in caught.value.text


def test_a_bug_is_not_hidden() -> None:
    with pytest.raises(KeyError), answered():
        raise KeyError("x")

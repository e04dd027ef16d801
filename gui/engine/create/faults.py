"""What can go wrong on disk while models are made, as answers."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from filelock import Timeout

from gui.engine.gguf.header import DamagedModel
from gui.engine.store.blobs import DigestMismatch
from gui.engine.store.layout import InvalidDigest, parse_digest
from gui.engine.store.library import MissingBlob
from gui.engine.store.names import InvalidName
from gui.engine.wire import ApiError

_BUSY = "the models folder is busy: another program is changing it, try again"
_REASONS = {
    errno.ENOSPC: "no space left on the disk",
    errno.EDQUOT: "no space left: the disk quota is used up",
    errno.EROFS: "the models folder is on a disk that cannot be written to",
    errno.EACCES: "the models folder may not be written to",
    errno.EPERM: "the models folder may not be written to",
}


@contextlib.contextmanager
def answered() -> Iterator[None]:
    """Turn what the store and the disk raise into ApiError; no path of the machine gets out."""
    try:
        yield
    except MissingBlob as problem:
        raise missing(problem.digest) from None
    except DigestMismatch as problem:
        raise ApiError(400, str(problem)) from None
    except DamagedModel as problem:
        raise ApiError(400, str(problem)) from None
    except InvalidName:
        raise ApiError(400, "invalid model name") from None
    except Timeout:
        raise ApiError(503, _BUSY) from None
    except FileNotFoundError as problem:
        raise _gone(problem) from None
    except OSError as problem:
        raise ApiError(500, _reason(problem)) from None


def _gone(problem: FileNotFoundError) -> ApiError:
    """A blob that another program deleted while it was read is missing as any other."""
    try:
        return missing(parse_digest(Path(str(problem.filename)).name))
    except InvalidDigest:
        return ApiError(500, _reason(problem))


def missing(digest: str) -> ApiError:
    """The error for a blob that nobody uploaded, or that was deleted meanwhile."""
    return ApiError(500, f"open {digest.replace(':', '-')}: no such file or directory")


def _reason(problem: OSError) -> str:
    known = _REASONS.get(problem.errno or 0)
    return known or f"the models folder cannot be used: {problem.strerror or 'unknown reason'}"

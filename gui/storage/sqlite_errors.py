"""The one table from SQLite's and the system's errors to ours."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from gui.errors import DiskFull, StorageError, StorageUnavailable
from gui.language import tr

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def translated(connection: apsw.Connection | None = None) -> Iterator[None]:
    """Raise what the surroundings did to us as a `StorageError`, a missing row as LookupError.

    What is left (a wrong SQL statement, misuse) is a bug of ours and passes unchanged.
    `connection` tells the system's error number of a failed read or write.
    """
    try:
        yield
    except apsw.ConstraintError as error:
        raise LookupError(str(error)) from error
    except (apsw.Error, OSError, UnicodeDecodeError) as error:
        ours = _ours(error, connection)
        if ours is None:
            raise
        raise ours from error


def _ours(error: Exception, connection: apsw.Connection | None) -> StorageError | None:
    number = error.errno if isinstance(error, OSError) else 0
    if isinstance(error, apsw.IOError) and connection is not None:
        number = connection.system_errno
    if isinstance(error, apsw.FullError) or number in _NO_SPACE:
        return DiskFull(str(error))
    reason = _reason(error)
    return StorageUnavailable(reason) if reason else None


def _reason(error: Exception) -> str:
    match error:
        case apsw.BusyError() | apsw.LockedError():
            return tr("another program is using the file.")
        case apsw.ReadOnlyError() | apsw.PermissionsError() | PermissionError():
            return tr("the file may not be changed.")
        case apsw.CorruptError() | apsw.NotADBError() | UnicodeDecodeError():
            return tr("the file is damaged.")
        case apsw.CantOpenError():
            return tr("the file cannot be opened.")
        case apsw.TooBigError():
            return tr("the text is too long.")
        case apsw.IOError() | OSError():
            return tr("the disk reported an error.")
        case _:
            return ""

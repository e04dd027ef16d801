"""One window per person and home: the first holds a lock, a second one raises the first."""

from __future__ import annotations

import contextlib
import hashlib
import time

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from gui import paths

_HEARD = b"heard\n"
_MOST_MS = 1000
_PAUSE_SECONDS = 0.05
PATIENCE_SECONDS = 10.0
"""For a first one that is just starting or ending."""


class Instance(QObject):
    """The lock decides who is first (it dies with its process); the socket only knocks."""

    knocked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lock = FileLock(paths.lock())
        home = hashlib.sha256(str(paths.data()).encode()).hexdigest()
        self._name = f"ondol-{home[:16]}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._hear)

    def is_first(self) -> bool:
        """Take the lock and listen for later ones; False when another process holds it."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)
        return True

    def enter(self, patience: float = PATIENCE_SECONDS) -> bool:
        """Be first; False when another process is, and its window comes forward.

        Raises TimeoutError when that process neither answers nor ends for `patience` seconds.
        """
        until = time.monotonic() + patience
        while not self.is_first():
            if self.knock():
                return False
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(_PAUSE_SECONDS)
        return True

    def knock(self) -> bool:
        """Ask the first window to come forward; False when nobody answers."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        is_heard = socket.waitForConnected(_MOST_MS) and socket.waitForReadyRead(_MOST_MS)
        socket.abort()
        return is_heard

    def leave(self) -> None:
        """Answer nobody any more: who comes now waits for the end, and is first then."""
        self._server.close()

    def release(self) -> None:
        """Let the next one be first."""
        self._server.close()
        with contextlib.suppress(OSError):
            self._lock.release()

    def _hear(self) -> None:
        while (connection := self._server.nextPendingConnection()) is not None:
            connection.disconnected.connect(connection.deleteLater)
            connection.write(_HEARD)
            connection.disconnectFromServer()
            self.knocked.emit()

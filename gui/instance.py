"""One window per person and home: the first holds a lock, a second one raises the first."""

from __future__ import annotations

import contextlib
import hashlib

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from gui import paths

_RAISE = b"raise\n"
_MOST_MS = 1000


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

    def knock(self) -> bool:
        """Ask the first window to come forward; False when it does not listen."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_MOST_MS):
            return False
        socket.write(_RAISE)
        written = socket.waitForBytesWritten(_MOST_MS)
        socket.disconnectFromServer()
        return written

    def release(self) -> None:
        """Let the next one be first."""
        self._server.close()
        with contextlib.suppress(OSError):
            self._lock.release()

    def _hear(self) -> None:
        while (connection := self._server.nextPendingConnection()) is not None:
            connection.disconnected.connect(connection.deleteLater)
            self.knocked.emit()
            connection.disconnectFromServer()

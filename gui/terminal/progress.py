"""How far a transfer is: one line that is written over on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import time
from typing import TextIO

from gui.records import Transfer
from gui.terminal import columns
from gui.widgets.models.words import amount_text

_REFRESH_SECONDS = 0.1
_PLAIN_SECONDS = 10.0


class ProgressLine:
    """One transfer on `out`. Foreign words in it are one plain line (`plain_status`)."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._is_terminal = out.isatty()
        self._wide = 0
        self._status = ""
        self._told_at = 0.0

    def show(self, transfer: Transfer) -> None:
        """Tell how it stands: in place ten times a second, in plain lines when it is news."""
        now = time.monotonic()
        is_news = transfer.status != self._status
        pause = _REFRESH_SECONDS if self._is_terminal else _PLAIN_SECONDS
        if not is_news and now - self._told_at < pause:
            return
        self._status, self._told_at = transfer.status, now
        amount = amount_text(transfer) if transfer.total else ""
        text = " · ".join(part for part in (transfer.status, amount) if part)
        self._write(f"{transfer.name}: {text}")

    def end(self) -> None:
        """Leave the terminal's line empty for what comes next."""
        if self._wide:
            self._out.write("\r" + " " * self._wide + "\r")
            self._out.flush()
            self._wide = 0

    def _write(self, text: str) -> None:
        if not self._is_terminal:
            print(text, file=self._out, flush=True)
            return
        # The last column stays free: some terminals begin a new line when it is written.
        text = columns.cut(text, max(shutil.get_terminal_size().columns - 1, 20))
        self._out.write("\r" + columns.padded(text, self._wide))
        self._out.flush()
        self._wide = columns.width(text)

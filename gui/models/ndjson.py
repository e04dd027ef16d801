"""A streamed answer cut into lines again: bytes as they came in, sound lines out."""

from __future__ import annotations

import logging

from gui.errors import LineTooLong, OndolError, StreamCut, StreamGarbled
from gui.models.lines import BOM, Malformed, Shape, parsed, rewritten
from gui.models.refusals import error_text, midway_error

MAX_LINE = 8 * 2**20
"""Bytes; the limit of Ollama's own client."""
MAX_MALFORMED = 8
"""Lines that may be skipped before the stream is given up."""

_log = logging.getLogger(__name__)


class Reframer:
    """Splits on the byte `\\n` only, across any chunking, and passes on sound lines.

    `feed` and `finish` give the bytes to pass on; the fault that came after them, if any,
    is in `failure`, to be raised once they are delivered. A malformed line is skipped and
    counted; the text that can be read goes on, and the stream then ends in StreamGarbled,
    not in success, since a piece of the reply is missing. Nothing is read past the last line.
    """

    def __init__(self, shape: Shape, address: str, max_line: int = MAX_LINE) -> None:
        self._shape = shape
        self._address = address
        self._max_line = max_line
        self._rest = bytearray()
        self._malformed = 0
        self._could_end = False
        self.done = False
        self.failure: OndolError | None = None

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to feed."""
        return self.done or self.failure is not None

    def feed(self, chunk: bytes) -> bytes:
        """The sound lines that `chunk` completes, each ending in a newline."""
        *lines, rest = chunk.split(b"\n")
        if lines and self._rest:
            lines[0] = bytes(self._rest) + lines[0]
            self._rest.clear()
        ready = self._read_all(lines)
        self._rest += rest
        if len(self._rest) > self._max_line and not self.ended:
            self.failure = LineTooLong(self._address, self._max_line)
        if self.ended:
            self._rest.clear()
        return ready

    def finish(self, cause: OndolError | None = None) -> bytes:
        """The bytes have ended, by themselves or by `cause`: the last line if it is whole."""
        if self.ended:
            return b""
        malformed = self._malformed
        ready = self._read_all([bytes(self._rest)])
        if self._could_end and cause is None and not self.ended:
            self._end()
        if self.done or (self.failure is not None and self._malformed == malformed):
            return ready
        # A last line without its end is the cut itself, not a malformed line.
        self._malformed = malformed
        if cause is None:
            cause = self._garbled() if malformed else StreamCut(self._address)
        self.failure = cause
        return ready

    def _read_all(self, lines: list[bytes]) -> bytes:
        ready = []
        for line in lines:
            if self.ended:
                break
            if sound := self._read(line):
                ready.append(sound)
        ready.append(b"")
        return b"\n".join(ready)

    def _read(self, line: bytes) -> bytes:
        line = line.removeprefix(BOM).strip(b" \t\r")
        if not line:
            return b""
        if len(line) > self._max_line:
            self.failure = LineTooLong(self._address, self._max_line)
            return b""
        try:
            value = parsed(line)
            if text := error_text(value.get("error")):
                self.failure = midway_error(text)
                return b""
            sound = rewritten(line, value, self._shape)
        except Malformed:
            self._skip()
            return b""
        self._could_end = self._shape.is_last(value)
        if self._could_end and not self._shape.may_go_on:
            self._end()
        return sound

    def _skip(self) -> None:
        self._malformed += 1
        if self._malformed > MAX_MALFORMED:
            self.failure = self._garbled()

    def _end(self) -> None:
        self.done = True
        if self._malformed:
            self.failure = self._garbled()

    def _garbled(self) -> StreamGarbled:
        _log.warning("%d malformed lines in a reply of %s", self._malformed, self._address)
        return StreamGarbled(self._address, f"{self._malformed} malformed lines")

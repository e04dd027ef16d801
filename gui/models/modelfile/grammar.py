"""A Modelfile's text cut into pieces by Ollama's grammar, faults included.

Source: the state machine of Ollama's parser/parser.go. It reads one character at a time
and looks only at ends of lines for the end of a value, so whole lines are read at once here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gui.models.modelfile.commands import ROLES, Instruction
from gui.models.modelfile.signs import BLANKS, dropped, optional, without

COMMANDS = (
    'command must be one of "from", "license", "template", "system", "adapter", "draft", '
    '"renderer", "parser", "parameter", "message", or "requires"'
)
MESSAGE_ROLE = 'message role must be one of "system", "user", or "assistant"'
CUT_SHORT = "unexpected EOF"
NO_FROM = "no FROM line"

_WORDS = {word.lower(): word for word in Instruction}
_GAP = re.compile(r"(?:[ \t\r\n]++|#[^\r\n]*+)*+")
_WORD = re.compile(r".[A-Za-z]*+", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_]*+")
_ROLE = re.compile(r"[A-Za-z]*+")
_LINE = re.compile(r"[^\r\n]*+")


class FaultKind(StrEnum):
    """What is wrong with a piece."""

    BAD_COMMAND = "bad-command"
    BAD_ROLE = "bad-role"
    BAD_NAME = "bad-name"
    CUT_SHORT = "cut-short"
    UNCLOSED = "unclosed"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why Ollama refuses the text at a piece: its sentence, and the offsets concerned."""

    kind: FaultKind
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One instruction in the text; all numbers are offsets.

    `start` is where its first word begins, `word_end` where that ends, `end` the end of the
    line with the end of its value. Name and value are empty spans where there are none; the
    span of the value has its quotes in it, and `quote` is what they are.
    """

    start: int
    word_end: int
    name_start: int
    name_end: int
    value_start: int
    value_end: int
    end: int
    instruction: Instruction | None
    name: str
    value: str
    quote: str = ""
    fault: Fault | None = None

    @property
    def inner(self) -> tuple[int, int]:
        """The span of the value without its quotes."""
        width = len(self.quote)
        return self.value_start + width, max(self.value_end - width, self.value_start + width)


def pieces(text: str) -> Iterator[Piece]:
    """Every instruction of `text`, blanks and comments left out.

    After a fault the reading goes on with the next line; a quote that is never closed
    reaches to the end. Whether there is a FROM is not asked here.
    """
    reader = _Reader(text)
    position = _after_gap(text, 0)
    while position < len(text):
        piece = reader.piece(position)
        yield piece
        position = _after_gap(text, piece.end)


def _after_gap(text: str, position: int) -> int:
    match = _GAP.match(text, position)
    return match.end() if match else position


@dataclass(frozen=True, slots=True)
class _Value:
    """Offsets of a value, quotes included, and of the end of its last line."""

    start: int
    end: int
    line_end: int
    quote: str
    is_closed: bool = True


class _Reader:
    """One text, and what must be known of the whole of it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._dropped = dropped(text)
        self._around = BLANKS + "".join(self._dropped)
        skip = optional(self._dropped)
        blank = rf"[ \t{re.escape(''.join(sorted(self._dropped)))}]*+(?=[\r\n]|\Z)"
        self._counted, self._counted_to = 1, 0
        self._closers = {
            '"': re.compile('"' + blank),
            '"""': re.compile(f'"{skip}"{skip}"' + blank),
        }

    def piece(self, start: int) -> Piece:
        """The instruction that begins at `start`, which is no blank, newline or `#`."""
        text = self._text
        match = _WORD.match(text, start)
        word_end = match.end() if match else start
        word = without(text[start:word_end], self._dropped)
        instruction = _WORDS.get(word.lower())
        follower = text[word_end : word_end + 1]
        if not follower:
            return self._cut(start, word_end, instruction, CUT_SHORT)
        if follower not in BLANKS or instruction is None:
            return self._unknown(start, word_end, follower)
        if instruction in (Instruction.PARAMETER, Instruction.MESSAGE):
            return self._named(start, word_end, instruction)
        return self._valued(start, word_end, (word_end, word_end), instruction)

    def _unknown(self, start: int, word_end: int, follower: str) -> Piece:
        """A word that is no instruction. Ollama counts a newline behind it as before it."""
        is_ended = follower not in BLANKS
        number = self._number(word_end + is_ended)
        fault = Fault(FaultKind.BAD_COMMAND, f"(line {number}): {COMMANDS}", start, word_end)
        # What follows is taken for its value, so that a misspelt word is one fault.
        end = self._end(word_end) if is_ended else self._value(word_end + 1).line_end
        here = (word_end, word_end)
        return Piece(start, word_end, *here, *here, end, None, "", "", fault=fault)

    def _named(self, start: int, word_end: int, instruction: Instruction) -> Piece:
        """A PARAMETER or MESSAGE: a name stands before the value."""
        is_message = instruction is Instruction.MESSAGE
        name_start = word_end + 1
        match = (_ROLE if is_message else _NAME).match(self._text, name_start)
        name_end = match.end() if match else name_start
        span = (name_start, name_end)
        name = self._text[name_start:name_end]
        follower = self._text[name_end : name_end + 1]
        if not follower:
            return self._cut(start, word_end, instruction, CUT_SHORT, span)
        if follower not in BLANKS:
            return self._cut(start, word_end, instruction, f"{CUT_SHORT}: {name}", span)
        fault = None
        if is_message and name not in ROLES:
            sentence = f"(line {self._number(name_end)}): {MESSAGE_ROLE}"
            fault = Fault(FaultKind.BAD_ROLE, sentence, *span)
        return self._valued(start, word_end, span, instruction, fault)

    def _cut(
        self,
        start: int,
        word_end: int,
        instruction: Instruction | None,
        sentence: str,
        span: tuple[int, int] | None = None,
    ) -> Piece:
        """An instruction that stops before its value."""
        name_start, name_end = span or (word_end, word_end)
        is_bad = name_end < len(self._text)
        kind = FaultKind.BAD_NAME if is_bad else FaultKind.CUT_SHORT
        fault = Fault(kind, sentence, name_start if is_bad else start, name_end)
        name = self._text[name_start:name_end]
        spans = (name_start, name_end, name_end, name_end, self._end(name_end))
        return Piece(start, word_end, *spans, instruction, name, "", fault=fault)

    def _valued(
        self,
        start: int,
        word_end: int,
        span: tuple[int, int],
        instruction: Instruction,
        fault: Fault | None = None,
    ) -> Piece:
        """An instruction with its value; `span` is that of its name, empty if it has none."""
        is_named = instruction in (Instruction.PARAMETER, Instruction.MESSAGE)
        found = self._value((span[1] if is_named else word_end) + 1)
        if not found.is_closed:
            stop = self._end(found.start)
            fault = fault or Fault(FaultKind.UNCLOSED, CUT_SHORT, found.start, stop)
        spans = (*span, found.start, found.end, found.line_end)
        name = self._text[span[0] : span[1]]
        return Piece(
            start, word_end, *spans, instruction, name, self._said(found), found.quote, fault
        )

    def _value(self, start: int) -> _Value:
        """The value that begins behind the blank before `start`."""
        text = self._text
        end = self._end(start)
        begin = start + len(text[start:end]) - len(text[start:end].lstrip(self._around))
        if begin == end:
            return _Value(start, start, end, "")
        first = without(text[begin:end], self._dropped).rstrip(BLANKS)
        quote = next((quote for quote in ('"""', '"') if first.startswith(quote)), "")
        if quote and not (len(first) >= 2 * len(quote) and first.endswith(quote)):
            closer = self._closers[quote].search(text, end)
            if closer is None:
                return _Value(begin, len(text), len(text), quote, is_closed=False)
            end = closer.end()
        return _Value(begin, begin + len(text[begin:end].rstrip(self._around)), end, quote)

    def _said(self, found: _Value) -> str:
        """What the value says: without quotes, and without what Ollama drops."""
        said = without(self._text[found.start : found.end], self._dropped)
        width = len(found.quote)
        return said[width : len(said) - width] if found.is_closed else said[width:]

    def _end(self, position: int) -> int:
        """Where the line ends that `position` is in."""
        match = _LINE.match(self._text, position)
        return match.end() if match else position

    def _number(self, end: int) -> int:
        """The line that Ollama counts at `end`: every `\\r` and every `\\n` begins one.

        Asked for places in their order only, so that each character is counted once.
        """
        self._counted += self._text.count("\n", self._counted_to, end)
        self._counted += self._text.count("\r", self._counted_to, end)
        self._counted_to = end
        return self._counted

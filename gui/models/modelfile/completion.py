"""What could be typed next at a place in a Modelfile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gui.language import tr
from gui.models.modelfile import template_words as words
from gui.models.modelfile.commands import ROLES, Instruction
from gui.models.modelfile.diagnostics import Facts
from gui.models.modelfile.grammar import Piece, pieces
from gui.models.modelfile.parameters import PARAMETERS, Kind, about
from gui.models.modelfile.template import actions
from gui.records import Completion

_LETTERS = re.compile(r"[A-Za-z]*\Z")
_TEMPLATE_WORD = re.compile(r"(?:\.|[^\W\d])?\w*\Z")
_MOST = 50
_USUAL = (
    *(Instruction.FROM, Instruction.SYSTEM, Instruction.PARAMETER, Instruction.TEMPLATE),
    *(Instruction.MESSAGE, Instruction.ADAPTER, Instruction.LICENSE, Instruction.REQUIRES),
    *(Instruction.PARSER, Instruction.RENDERER, Instruction.DRAFT),
)
"""All instructions, those that people write most first."""


def complete(text: str, cursor: int, facts: Facts | None = None) -> tuple[Completion, ...]:
    """What could stand at the offset `cursor`; () where anything may be written."""
    found = _proposals(text, cursor, facts or Facts())
    return tuple(found)[:_MOST]


def _proposals(text: str, cursor: int, facts: Facts) -> Iterable[Completion]:
    # What stands behind the cursor on its line must not close or open anything.
    piece = _piece_at(text[:cursor], cursor)
    if piece is None or cursor <= piece.word_end:
        return _instructions(text, cursor)
    instruction = piece.instruction
    in_value = piece.name_end < cursor
    if instruction is Instruction.PARAMETER:
        if in_value:
            return _values(piece, cursor)
        return _parameters(text, piece.name_start, cursor)
    if instruction is Instruction.MESSAGE:
        return () if in_value else _roles(text, piece.name_start, cursor)
    if instruction is Instruction.FROM:
        return _models(piece, cursor, facts)
    if instruction is Instruction.TEMPLATE:
        return _template_words(text[piece.inner[0] : cursor], cursor)
    return ()


def _piece_at(text: str, cursor: int) -> Piece | None:
    """The instruction that the end of `text` is in, None between instructions."""
    last = None
    for piece in pieces(text):
        last = piece
    if last is None or last.end < cursor:
        return None
    return last


def _matching(typed: str, choices: Iterable[str]) -> list[str]:
    """Choices that begin with what was typed, then those that contain it."""
    typed = typed.lower()
    begun = [choice for choice in choices if choice.lower().startswith(typed)]
    return begun + [choice for choice in choices if typed in choice.lower() and choice not in begun]


def _instructions(text: str, cursor: int) -> Iterator[Completion]:
    line = text[_line_start(text, cursor) : cursor]
    if line.lstrip(" \t").startswith("#"):
        return
    match = _LETTERS.search(line)
    typed = match.group() if match else ""
    if line.strip(" \t") != typed:
        return
    about_each = _about_instructions()
    for word in _matching(typed, [word.value for word in _USUAL]):
        yield Completion(cursor - len(typed), word + " ", about_each[word])


def _line_start(text: str, cursor: int) -> int:
    return 1 + max(text.rfind("\n", 0, cursor), text.rfind("\r", 0, cursor))


def _about_instructions() -> dict[str, str]:
    return {
        Instruction.FROM: tr("the model this one is made from: a name or a path"),
        Instruction.DRAFT: tr("a small model that guesses ahead"),
        Instruction.ADAPTER: tr("a LoRA adapter: a path"),
        Instruction.REQUIRES: tr("the oldest Ollama that can run it"),
        Instruction.RENDERER: tr("a built-in way to write the prompt"),
        Instruction.PARSER: tr("a built-in way to read the reply"),
        Instruction.TEMPLATE: tr("how a conversation becomes the model's prompt"),
        Instruction.SYSTEM: tr("the system prompt"),
        Instruction.PARAMETER: tr("an option and its value"),
        Instruction.MESSAGE: tr("a message that every conversation begins with"),
        Instruction.LICENSE: tr("the licence of the model"),
    }


def _parameters(text: str, start: int, cursor: int) -> Iterator[Completion]:
    for name in _matching(text[start:cursor], list(PARAMETERS)):
        parts = [about(name)]
        if usual := PARAMETERS[name].range_text:
            parts.append(f"({usual})")
        yield Completion(start, name + " ", " ".join(parts))


def _values(piece: Piece, cursor: int) -> Iterator[Completion]:
    """Values of options that have few, and the usual one of the others."""
    parameter = PARAMETERS.get(piece.name)
    if parameter is None or piece.quote:
        return
    choices = []
    if parameter.kind is Kind.BOOL:
        choices = [("true", ""), ("false", "")]
    elif parameter.default is not None:
        choices = [(f"{parameter.default:g}", tr("the value without this line"))]
    for value, detail in choices:
        if value.startswith(piece.value):
            yield Completion(cursor - len(piece.value), value, detail)


def _roles(text: str, start: int, cursor: int) -> Iterator[Completion]:
    about_each = {
        "system": tr("an instruction to the model"),
        "user": tr("what a person says"),
        "assistant": tr("what the model answers"),
    }
    for role in _matching(text[start:cursor], ROLES):
        yield Completion(start, role + " ", about_each[role])


def _models(piece: Piece, cursor: int, facts: Facts) -> Iterator[Completion]:
    start = cursor - len(piece.value) if piece.value else cursor
    for name in _matching(piece.value, facts.installed or ()):
        yield Completion(start, name, tr("installed"))


def _template_words(template: str, cursor: int) -> Iterator[Completion]:
    """Fields and functions, inside braces only."""
    last = None
    for action in actions(template):
        last = action
    if last is None or last.is_closed or last.is_comment:
        return
    if len(template) < last.start + 2:
        return
    match = _TEMPLATE_WORD.search(template, last.start + 2)
    typed = match.group() if match else ""
    is_inner = any(each.word in ("range", "with") for each in actions(template))
    fields = [*words.TOP_FIELDS, *(words.INNER_FIELDS if is_inner else ())]
    choices = [f".{name}" for name in fields] + sorted(words.KEYWORDS) + sorted(words.FUNCTIONS)
    for word in _matching(typed, choices):
        yield Completion(cursor - len(typed), word, words.about_word(word))

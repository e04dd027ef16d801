"""What is wrong in a TEMPLATE, as far as that shows without running it."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from gui.language import chosen, tr
from gui.models.modelfile import template_words as words
from gui.models.modelfile.commands import Instruction
from gui.models.modelfile.diagnostics import Checked
from gui.models.modelfile.grammar import Piece
from gui.models.modelfile.template import Action, Kind, Token, actions
from gui.records import Diagnostic, Severity

_MOST = 200
"""Findings in one template; more help nobody."""


@dataclass(frozen=True, slots=True)
class _Finding:
    """A finding in a template; the numbers are offsets in it."""

    start: int
    end: int
    severity: Severity
    message: str
    mend: str = ""


@dataclass(slots=True)
class _Course:
    """What is open while a template is read."""

    blocks: list[tuple[Action, int]] = field(default_factory=list)
    """Each open block, and how many variables there were before it."""
    variables: list[str] = field(default_factory=lambda: ["$"])

    depths: Counter[str] = field(default_factory=Counter)
    """How many blocks of each word are open."""

    def is_inside(self, *kinds: str) -> bool:
        """Whether a block of one of these kinds is open."""
        return any(self.depths[kind] for kind in kinds)

    def open(self, action: Action) -> None:
        """A block begins; variables declared from now on end with it."""
        self.blocks.append((action, len(self.variables)))
        self.depths[action.word] += 1

    def close(self) -> None:
        """The last block ends."""
        action, count = self.blocks.pop()
        self.depths[action.word] -= 1
        del self.variables[count:]


def check_templates(checked: Checked) -> Iterator[Diagnostic]:
    """The findings about every TEMPLATE."""
    for piece in checked.sound:
        if piece.instruction is Instruction.TEMPLATE and piece.value:
            yield from _check(checked, piece)


def _check(checked: Checked, piece: Piece) -> Iterator[Diagnostic]:
    start, end = piece.inner
    text = checked.text[start:end]
    for finding in _found(text, chosen()):
        yield checked.at(
            start + finding.start,
            start + finding.end,
            finding.severity,
            finding.message,
            finding.mend,
        )


@lru_cache(maxsize=4)
def _found(text: str, _language: str) -> tuple[_Finding, ...]:
    """The findings about a template, kept while a person writes elsewhere."""
    found = sorted(islice(_findings(text), _MOST), key=lambda finding: finding.start)
    if (jinja := text.find("{%")) >= 0:
        is_error = any(finding.severity is Severity.ERROR for finding in found)
        return (_jinja(jinja, Severity.ERROR if is_error else Severity.WARNING),)
    return tuple(found)


def _jinja(start: int, severity: Severity) -> _Finding:
    return _Finding(
        start,
        start + 2,
        severity,
        tr("This looks like a Jinja template; Ollama's are written in Go's template language."),
        tr("Leave TEMPLATE out: a GGUF file brings its own."),
    )


def _findings(text: str) -> Iterator[_Finding]:
    course = _Course()
    read = list(actions(text))
    for action in read:
        if not action.is_closed:
            yield _Finding(
                action.start,
                action.start + 2,
                Severity.ERROR,
                tr("This {{ is never closed."),
                tr("Write */}} behind the comment.")
                if action.is_comment
                else tr("Write }} behind it."),
            )
        elif not action.is_comment:
            yield from _check_action(action, course)
            yield from _check_block(action, course)
    for action, _ in course.blocks:
        yield _Finding(
            action.start,
            action.end,
            Severity.ERROR,
            tr("This “{word}” has no end.", word=action.word),
            tr("Write {{ end }} where it ends."),
        )
    yield from _check_use(read)


def _check_action(action: Action, course: _Course) -> Iterator[_Finding]:
    """The words, variables and signs of one action."""
    if not action.tokens:
        yield _error(action, tr("There is nothing between these braces."))
    depth = 0
    _declare(action, course)
    for token in action.tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        finding = _check_token(token, course)
        if finding is not None:
            yield finding
    if depth:
        yield _error(action, tr("The parentheses in it do not match."))


def _check_token(token: Token, course: _Course) -> _Finding | None:
    match token.kind:
        case Kind.BROKEN:
            message, mend = tr("This text is never closed."), tr("Put a quotation mark behind it.")
        case Kind.VARIABLE if token.text not in course.variables:
            message = tr("There is no variable {name} here.", name=token.text)
            mend = tr("Declare it before: {example}", example=f"{{{{ {token.text} := … }}}}")
        case Kind.WORD if token.text not in _KNOWN_WORDS:
            message = tr("There is no function “{name}”.", name=token.text)
            mend = _meant(token.text)
        case Kind.SIGN if token.text == "-":
            message = tr("This - does not touch the braces, or has no blank at its other side.")
            mend = tr("Write {{- before or -}} behind, with a blank between it and the words.")
        case Kind.FIELD:
            return _check_field(token, course)
        case _:
            return None
    return _Finding(token.start, token.end, Severity.ERROR, message, mend)


_KNOWN_WORDS = words.FUNCTIONS | words.KEYWORDS | words.CONSTANTS
_ALL_FIELDS = frozenset((*words.TOP_FIELDS, *words.INNER_FIELDS))


def _check_field(token: Token, course: _Course) -> _Finding | None:
    """A name that Ollama has nothing for; inside a range only one that looks misspelt."""
    name = token.text[1:]
    if name in _ALL_FIELDS:
        return None
    inside = course.is_inside("range", "with", "define", "block")
    meant = _nearest(name, tuple(sorted(_ALL_FIELDS)) if inside else words.TOP_FIELDS)
    if inside and not meant:
        return None
    mend = tr("Did you mean {name}?", name=f".{meant}") if meant else ""
    message = tr("Ollama gives a template no {name}.", name=token.text)
    return _Finding(token.start, token.end, Severity.WARNING, message, mend)


def _meant(word: str) -> str:
    if word in _ALL_FIELDS:
        return tr("Did you mean {name}?", name=f".{word}")
    meant = _nearest(word, tuple(sorted(_KNOWN_WORDS)))
    return tr("Did you mean {name}?", name=meant) if meant else ""


@lru_cache(maxsize=256)
def _nearest(word: str, known: tuple[str, ...]) -> str:
    """The known word that is probably meant, "" if none is near."""
    near = difflib.get_close_matches(word[:40], known, 1)
    return near[0] if near else ""


def _declare(action: Action, course: _Course) -> None:
    """Note the variables that an action declares: those before its `:=`."""
    texts = [token.text for token in action.tokens]
    if ":=" in texts:
        before = action.tokens[: texts.index(":=")]
        names = [token.text for token in before if token.kind is Kind.VARIABLE]
        if action.word not in words.OPENING:
            course.variables += names
        else:
            # They end with the block, so they are counted after it is opened.
            course.open(action)
            course.variables += names


def _check_block(action: Action, course: _Course) -> Iterator[_Finding]:
    """Whether blocks begin and end as they must."""
    word = action.word
    if word in words.NEED_OPERAND and len(action.tokens) == 1:
        yield _error(action, tr("“{word}” needs something behind it.", word=word))
    if word in words.OPENING:
        if not course.blocks or course.blocks[-1][0] is not action:
            course.open(action)
    elif word == "end":
        if not course.blocks:
            yield _error(action, tr("This end ends nothing."), tr("Remove it."))
        else:
            course.close()
    elif word == "else" and not course.is_inside("if", "range", "with"):
        yield _error(action, tr("This else belongs to nothing."), tr("Remove it."))
    elif word in ("break", "continue") and not course.is_inside("range"):
        yield _error(action, tr("“{word}” is for the inside of a range.", word=word))


def _check_use(read: list[Action]) -> Iterator[_Finding]:
    """Whether what the template says of a conversation fits together."""
    tokens = [token for action in read for token in action.tokens]
    first: dict[str, Token] = {}
    for token in tokens:
        if token.kind is Kind.FIELD:
            first.setdefault(token.text[1:].lower(), token)
    if "messages" in first:
        if prompt := first.get("prompt"):
            message = tr("In a template with .Messages there is no .Prompt: it stays empty.")
            mend = tr("Use .Content of the messages.")
            yield _Finding(prompt.start, prompt.end, Severity.WARNING, message, mend)
        return
    if "prompt" not in first:
        message = tr("The model never sees what is written to it.")
        mend = tr("Use .Prompt or .Messages in the template.")
        yield _Finding(0, 0, Severity.WARNING, message, mend)
    if "response" not in first:
        message = tr("There is no .Response: Ollama puts the reply at the end.")
        yield _Finding(0, 0, Severity.NOTE, message)
    for token in tokens:
        if token.kind is Kind.WORD and token.text in words.OWN_FUNCTIONS:
            message = tr("In a template without .Messages “{name}” fails.", name=token.text)
            mend = tr("Use .Messages in the template.")
            yield _Finding(token.start, token.end, Severity.WARNING, message, mend)


def _error(action: Action, message: str, mend: str = "") -> _Finding:
    return _Finding(action.start, action.end, Severity.ERROR, message, mend)

"""Which chat templates need no trial: what they write is as long as what they are given.

A cheap look at the text that says yes only to what it knows (ENG-13): loops over messages,
conditions, and words put side by side. Loops in loops, macros, products, lists, and values
made of other values twice are left to the trial.
"""

from __future__ import annotations

import re

_LONGEST = 6_000  # characters; a loop over one part that writes another is then no product
_MOST_DIGITS = 4

# No braces: whoever reads these tags otherwise than we do finds none inside them.
_STRING = r"""'(?:\\[^{}]|[^'\\{}])*'|"(?:\\[^{}]|[^"\\{}])*\""""
_TAG = re.compile(
    r"\{\#[^{}]*\#\}"
    rf"|\{{%[-+]?(?P<statement>(?:{_STRING}|[^'\"{{}}%]|%(?!\}}))*+)%\}}"
    rf"|\{{\{{[-+]?(?P<expression>(?:{_STRING}|[^'\"{{}}])*+)\}}\}}"
)
_LEFT_OVER = re.compile(r"\{[{%\#]|[}%\#]\}")
_STEP = re.compile(rf"{_STRING}|\w+|[=!<>]=|[^\w\s]")
_PATH = re.compile(r"\w+(?:\.\w+|\[\s*(?:\w+|'\w+'|\"\w+\"|-?\d*\s*:\s*-?\d*)\s*\])*")
_SIGNS = frozenset("-+~.()[]|:,<>=%") | {"==", "!=", "<=", ">="}
_MAKERS = frozenset("+~,")

_CALLED = frozenset(
    {
        *("raise_exception", "strip", "lstrip", "rstrip", "trim", "startswith", "endswith"),
        *("upper", "lower", "title", "capitalize", "default"),
        *("if", "elif", "else", "and", "or", "not", "in", "is", "set"),
    }
)
_FILTERS = frozenset(
    {
        *("trim", "length", "upper", "lower", "title", "capitalize", "string", "default"),
        *("first", "last"),
    }
)
_BRANCHES = frozenset({"if", "elif", "else", "endif", "generation", "endgeneration"})


def is_plain(template: str) -> bool:
    """Whether the template certainly ends soon, whatever the length of the conversation."""
    if len(template) > _LONGEST or "\ufffd" in template or "\0" in template:
        return False
    if _LEFT_OVER.search(_TAG.sub("", template)):
        return False
    loops = 0
    for tag in _TAG.finditer(template):
        statement, expression = tag["statement"], tag["expression"]
        if not _is_plain_code(statement or expression or ""):
            return False
        if statement is None:
            continue
        word, _, rest = statement.strip().rstrip("-+").strip().partition(" ")
        loops += {"for": 1, "endfor": -1}.get(word, 0)
        if loops not in (0, 1) or not _is_plain_statement(word, rest.strip()):
            return False
    return True


def _is_plain_code(code: str) -> bool:
    before = ""
    for step in _STEP.findall(code):
        if step == "(" and (before[-1:] in (")", "]", "'", '"') or _is_name(before, _CALLED)):
            return False
        if before == "|" and step not in _FILTERS:
            return False
        if not (step[0] in "'\"" or step in _SIGNS or _is_word(step)):
            return False
        before = step
    return True


def _is_name(step: str, known: frozenset[str]) -> bool:
    """Whether the step is a word, and none of the known ones."""
    return step[:1].isidentifier() and step not in known


def _is_word(step: str) -> bool:
    digits = step.isascii() and step.isdigit()
    return len(step) <= _MOST_DIGITS if digits else step.isidentifier()


def _is_plain_statement(word: str, rest: str) -> bool:
    if word == "for":
        name, _, source = rest.partition(" in ")
        return name.strip().isidentifier() and _PATH.fullmatch(source.strip()) is not None
    if word == "set":
        name, sign, value = rest.partition("=")
        alone = _MAKERS.isdisjoint(_STEP.findall(value))
        return bool(sign) and name.strip().isidentifier() and alone
    return word in _BRANCHES or (word == "endfor" and not rest)

"""What a jinja chat template writes around the contents of messages.

The text is read, never run: jinja from a model file is foreign code (ENG-13). Only the
plain parts of the language are understood; anything else makes the answer empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

OPEN = "\ue011"
"""Stands for what is filled in: a content or a role."""

END_OF_TEXT = "\ue012"
"""Stands for the token that ends a text, whatever it is."""

TITLED = "\ue013"
"""Stands for a role with a capital letter."""

Pieces = frozenset[str]
"""Words, control tokens and runs of blanks."""

_LARGEST = 6_000  # characters; templates that only chat are shorter
_BEYOND = re.compile(
    r"\b(tools?|tool_calls|documents|enable_thinking|reasoning_content|strftime_now|date_string)\b"
)
_TAGS = re.compile(r"(\{%[-+]?.*?[-+]?%\}|\{\{[-+]?.*?[-+]?\}\}|\{#.*?#\})", re.DOTALL)
_CONTROL = frozenset(
    {"if", "elif", "else", "endif", "for", "endfor", "generation", "endgeneration"}
)
_SET = re.compile(r"set\s+[\w.]+\s*=\s*(.*)", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")|(?P<name>\w+)"
    r"|(?P<sign>==|!=|[-+~.()\[\]|:,<>=]))",
    re.DOTALL,
)
_HARMLESS = frozenset({"strip", "trim", "title", "string"})
_ROLES = re.compile(r"system|user|assistant|model")
_TITLED_ROLES = re.compile(r"System|User|Assistant")
_ENDS = re.compile(r"</s>|<\|endoftext\|>")
_BEGINS = re.compile(r"<s>|<\|begin_of_text\|>|<bos>")
_PIECE = re.compile(
    r"\s+|<\|[^|\s]*\|>|<[^<>\s]+>|\[/?[A-Z]+\]"
    rf"|[{OPEN}{END_OF_TEXT}{TITLED}]|[^\s<\[{OPEN}{END_OF_TEXT}{TITLED}]+|."
)


class _Unclear(Exception):
    """The template does something that is not understood."""


def pieces_of(jinja: str) -> Pieces:
    """The pieces that `jinja` writes; none if it is not understood or does more than chat."""
    if len(jinja) > _LARGEST or _BEYOND.search(jinja):
        return frozenset()
    try:
        fragments = list(_fragments(jinja))
    except _Unclear:
        return frozenset()
    return frozenset().union(*map(pieces_of_text, fragments))


def pieces_of_text(text: str) -> Pieces:
    """The pieces of rendered text, roles and contents apart."""
    text = _ENDS.sub(END_OF_TEXT, _BEGINS.sub("", text))
    text = _TITLED_ROLES.sub(TITLED, _ROLES.sub(OPEN, text))
    return frozenset(_PIECE.findall(text)) - {OPEN}


def _fragments(jinja: str) -> Iterator[str]:
    """What is written without a choice in between."""
    written = ""
    for kind, body in _parts(jinja):
        if kind == "text":
            written += body
        elif kind == "expression":
            written += _expression(body)
        else:
            aside = _statement(body)
            if aside is None:
                yield written
                written = ""
            else:
                yield aside
    yield written


def _parts(jinja: str) -> Iterator[tuple[str, str]]:
    """Texts, expressions and statements, blanks trimmed as chat templates are read."""
    parts = _TAGS.split(jinja)
    for index, part in enumerate(parts):
        if index % 2:
            if not part.startswith("{#"):
                body = part[2:-2].removeprefix("-").removeprefix("+").removesuffix("-")
                kind = "statement" if part.startswith("{%") else "expression"
                yield kind, body.removesuffix("+").strip()
            continue
        before = parts[index - 1] if index else ""
        after = parts[index + 1] if index + 1 < len(parts) else ""
        yield "text", _trimmed(part, before, after)


def _trimmed(text: str, before: str, after: str) -> str:
    if before.endswith(("-%}", "-}}")):
        text = text.lstrip()
    elif before.endswith(("%}", "#}")):
        text = text.removeprefix("\n")
    if after.startswith(("{%-", "{{-")):
        return text.rstrip()
    if after.startswith(("{%", "{#")):
        return re.sub(r"(^|\n)[ \t]+$", r"\1", text)
    return text


def _statement(body: str) -> str | None:
    """What a `set` may write; None for a choice or a loop."""
    word = body.split(maxsplit=1)[0] if body else ""
    if word in _CONTROL:
        return None
    match = _SET.match(body)
    if match is None:
        raise _Unclear
    compares = "==" in match[1] or "!=" in match[1]
    return "" if compares and "+" not in match[1] else _expression(match[1])


def _expression(source: str) -> str:
    """What an expression writes; raises _Unclear."""
    if source.startswith("raise_exception"):
        return ""
    reader = _Reader(source)
    written = reader.sum()
    if not reader.at_end:
        raise _Unclear
    return written


class _Reader:
    """Reads strings, names and what is put behind them, joined by `+` or `~`."""

    def __init__(self, source: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        position = 0
        source = source.rstrip()
        while position < len(source):
            match = _TOKEN.match(source, position)
            if match is None or match.lastgroup is None:
                raise _Unclear
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        self._index = 0

    @property
    def at_end(self) -> bool:
        return self._index >= len(self._tokens)

    def _next_is(self, *signs: str) -> bool:
        return not self.at_end and self._tokens[self._index] in [("sign", sign) for sign in signs]

    def _take(self, kind: str) -> str:
        if self.at_end or self._tokens[self._index][0] != kind:
            raise _Unclear
        self._index += 1
        return self._tokens[self._index - 1][1]

    def sum(self) -> str:
        written = self._term()
        while self._next_is("+", "~"):
            self._index += 1
            written += self._term()
        return written

    def _term(self) -> str:
        if self._next_is("("):
            self._index += 1
            written = self.sum()
            if not self._next_is(")"):
                raise _Unclear
            self._index += 1
            return OPEN if self._changed() else written
        if not self.at_end and self._tokens[self._index][0] == "string":
            text = _unquoted(self._take("string"))
            if self._changed():
                raise _Unclear
            return text
        name = self._take("name")
        start = self._index
        self._changed()
        if ("name", "title") in self._tokens[start : self._index]:
            return TITLED
        return {"bos_token": "", "eos_token": END_OF_TEXT}.get(name, OPEN)

    def _changed(self) -> bool:
        """Skip attributes, subscripts and harmless filters; whether there were any."""
        start = self._index
        while self._next_is(".", "[", "|"):
            if self._next_is("["):
                self._skip("[", "]")
                continue
            filters = self._next_is("|")
            self._index += 1
            name = self._take("name")
            called = self._next_is("(")
            if (filters or called) and name not in _HARMLESS:
                raise _Unclear
            if called:
                self._skip("(", ")")
        return self._index > start

    def _skip(self, opening: str, closing: str) -> None:
        depth = 0
        while True:
            if self.at_end:
                raise _Unclear
            depth += self._next_is(opening) - self._next_is(closing)
            self._index += 1
            if not depth:
                return


_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}


def _unquoted(literal: str) -> str:
    return _ESCAPE.sub(_escaped, literal[1:-1])


def _escaped(match: re.Match[str]) -> str:
    if match[1] not in _ESCAPES:
        raise _Unclear
    return _ESCAPES[match[1]]

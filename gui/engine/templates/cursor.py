"""A place in a template's tokens, and Go's words for what is wrong there."""

from __future__ import annotations

from typing import NoReturn

from gui.engine.templates.errors import TemplateError
from gui.engine.templates.lexer import Kind, Token, tokens
from gui.engine.templates.literals import unquote
from gui.engine.templates.values import quoted

_DEEPEST = 100


class Cursor:
    """Where reading is, what may be seen from there, and how refusals are worded."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._reached = 0
        self.index = 0
        self.depth = 0
        self.action_start = -1
        self.variables = ["$"]

    def peek(self, ahead: int = 0) -> Token:
        """The token `ahead` of the next one, which stays."""
        index = min(self.index + ahead, len(self._tokens) - 1)
        self._reached = max(self._reached, index)
        return self._tokens[index]

    def take(self) -> Token:
        """The next token."""
        token = self.peek()
        self.index += 1
        return token

    def peek_solid(self) -> Token:
        """The next token that is no blank; blanks are gone then."""
        while self.peek().kind is Kind.SPACE:
            self.index += 1
        return self.peek()

    def take_solid(self) -> Token:
        """The next token that is no blank."""
        self.peek_solid()
        return self.take()

    def is_keyword(self, token: Token, *words: str) -> bool:
        """Whether the token is one of the keywords."""
        return token.kind is Kind.KEYWORD and token.text in words

    def line(self, position: int) -> int:
        """The line of a character, from 1."""
        return 1 + self._text.count("\n", 0, position)

    def fail(self, problem: str) -> NoReturn:
        """Raise TemplateError with the line that reading has reached."""
        line = self.line(self._tokens[self._reached].position)
        raise TemplateError(f"template: :{line}: {problem}")

    def unexpected(self, token: Token, context: str) -> NoReturn:
        """Raise TemplateError about a token that may not stand there."""
        if token.kind is not Kind.ERROR:
            self.fail(f"unexpected {_shown(token)} in {context}")
        extra = ""
        started = self.line(self.action_start) if self.action_start >= 0 else 0
        if started not in (0, self.line(token.position)):
            extra = f" in action started at :{started}"
            if token.text.endswith(" action"):
                extra = extra.removeprefix(" in action")
        self.fail(token.text + extra)

    def expect(self, kind: Kind, context: str) -> Token:
        """The next token, which must be of that kind."""
        token = self.take_solid()
        if token.kind is not kind:
            self.unexpected(token, context)
        return token

    def deeper(self) -> None:
        """Go into something nested; raises TemplateError when that is too deep."""
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail("max expression depth exceeded")

    def unquoted(self, token: Token) -> str:
        """The text of a string's literal."""
        try:
            return unquote(token.text)
        except ValueError as problem:
            self.fail(str(problem))


def _shown(token: Token) -> str:
    """A token as Go's parser names it."""
    if token.kind is Kind.END:
        return "EOF"
    if token.kind in (Kind.KEYWORD, Kind.DOT):
        return f"<{token.text}>"
    text = token.text
    if len(text.encode("utf-8", "surrogatepass")) > 10:
        return quoted(text[:10]) + "..."
    return quoted(text)

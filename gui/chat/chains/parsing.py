"""The parsers at the end of a step: its text as a list, as JSON, as yes or no.

They raise LangChain's OutputParserException, whose text says what is wrong.
"""

from __future__ import annotations

import json
import re
from typing import Any

from langchain_core.exceptions import OutputParserException
from langchain_core.output_parsers import BaseOutputParser, StrOutputParser

from gui.records import OutputKind, Step

_BULLET = re.compile(r"^(?:[-*•·–]|\d{1,3}[.)])\s+")
_COMMA = re.compile("[,,、]\\s*")
_FENCE = re.compile(r"\A\s*```\w*\n(?P<inside>.*?)\n?```\s*\Z", re.DOTALL)
_FIRST_WORD = re.compile(r"[\s\W_]*(?P<word>[^\W\d_]+)[*_]*(?:[^\w ]|\s*$|\s*\n)")
_YES = frozenset({"yes", "true", "예", "네"})
_NO = frozenset({"no", "false", "아니오", "아니요"})


class Lines(list[str]):
    """The output of a list step; as text, one a line."""

    def __str__(self) -> str:
        return "\n".join(self)


class LinesParser(BaseOutputParser[list[str]]):
    """One text a line; of a single line, one after each comma. Bullets and numbers go."""

    def parse(self, text: str) -> list[str]:
        """The texts, none of them empty."""
        lines = [line for line in map(str.strip, text.splitlines()) if line]
        items = _COMMA.split(lines[0]) if len(lines) == 1 else lines
        return Lines(filter(None, (_BULLET.sub("", item).strip() for item in items)))


class BooleanParser(BaseOutputParser[bool]):
    """Yes or no by the first word of the reply, in English or Korean; nothing else is either."""

    def parse(self, text: str) -> bool:
        """Whether it said yes."""
        match = _FIRST_WORD.match(text)
        word = match["word"].casefold() if match else ""
        if word not in _YES | _NO:
            raise OutputParserException("neither yes nor no", llm_output=text)
        return word in _YES


class JsonParser(BaseOutputParser[Any]):
    """JSON that obeys `json_schema`; without one, an object or a list.

    LangChain's own parser completes JSON that was cut, and would pass half an answer on. What
    comes out is plain data: a dict with the key `lc` stays a dict (TPL-05).
    """

    json_schema: dict[str, Any] | None = None

    def parse(self, text: str) -> Any:
        """The value."""
        fenced = _FENCE.match(text)
        try:
            value = json.loads(fenced["inside"] if fenced else text)
            problem = self._problem(value)
        except (ValueError, RecursionError) as fault:
            raise OutputParserException(str(fault), llm_output=text) from None
        if problem:
            raise OutputParserException(problem, llm_output=text)
        return value

    def _problem(self, value: Any) -> str:
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError, best_match
        from referencing import Registry
        from referencing.exceptions import Unresolvable

        if self.json_schema is None:
            return "" if isinstance(value, dict | list) else "neither an object nor a list"
        try:
            # With a registry of its own it does not fetch what a schema refers to.
            validator = Draft202012Validator(self.json_schema, registry=Registry())
            fault = best_match(validator.iter_errors(value))
        except (SchemaError, Unresolvable) as wrong:
            return str(wrong)[:200]
        return f"{fault.json_path}: {fault.message[:200]}" if fault else ""


def parser_of(step: Step) -> BaseOutputParser[Any]:
    """The parser of what a step gives."""
    match step.output:
        case OutputKind.TEXT:
            return StrOutputParser()
        case OutputKind.LIST:
            return LinesParser()
        case OutputKind.BOOLEAN:
            return BooleanParser()
        case OutputKind.JSON:
            return JsonParser(json_schema=schema_of(step))


def schema_of(step: Step) -> dict[str, Any] | None:
    """The JSON schema of a step, None without one; `problems` has seen that it is an object."""
    schema: dict[str, Any] | None = json.loads(step.schema) if step.schema.strip() else None
    return schema


def as_text(value: Any) -> str:
    """What a step gave, as a later prompt takes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | Lines):
        return str(value)
    return json.dumps(value, ensure_ascii=False)

"""A template: parsed once, rendered for a conversation as Ollama does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from gui.engine.templates.budget import Budget
from gui.engine.templates.errors import TemplateError
from gui.engine.templates.functions import FUNCTIONS
from gui.engine.templates.interpreter import execute
from gui.engine.templates.legacy import cut
from gui.engine.templates.literals import to_bytes, to_text
from gui.engine.templates.nodes import (
    Action,
    Block,
    Branch,
    Command,
    Field,
    Invocation,
    Operand,
    Pipe,
    Statement,
    Variable,
)
from gui.engine.templates.objects import message, tool_list
from gui.engine.templates.parser import parse
from gui.engine.templates.tags import ReplyTags, reply_tags

Message = Mapping[str, Any]
Tool = Mapping[str, Any]
Think = bool | str | None

LARGEST_SOURCE = 1 << 20
"""Characters of a template; more is refused."""

_RESPONSE = Action(0, Pipe(0, (), False, (Command(0, (Field(0, ("Response",)),)),)))


@dataclass(frozen=True)
class Template:
    """A parsed template. Immutable; `source` is the text it was made from."""

    source: str
    blocks: Mapping[str, Block] = field(repr=False)
    variables: frozenset[str] = field(repr=False)
    tags: ReplyTags
    _final: Block | TemplateError = field(repr=False)

    @staticmethod
    def parse(text: str) -> Template:
        """The template of `text`; the last ones are remembered. Raises TemplateError."""
        return _parsed(text)

    @property
    def is_messages_mode(self) -> bool:
        """Whether it is given the messages, not one turn after the other.

        Ollama decides by the word "Messages" in any field, in any case.
        """
        return "messages" in self.variables

    @property
    def capabilities(self) -> frozenset[str]:
        """What the template adds to a model, in Ollama's words: tools, insert, thinking."""
        found = {"tools": "tools" in self.variables, "insert": "suffix" in self.variables}
        found["thinking"] = bool(self.tags.thinking_start and self.tags.thinking_end)
        return frozenset(name for name, there in found.items() if there)

    def render_chat(
        self,
        messages: Sequence[Message],
        tools: Sequence[Tool] | None = None,
        think: Think = None,
    ) -> str:
        """The prompt for a conversation; raises TemplateError.

        Messages and tools have the shape of Ollama's API. Contents go into the prompt as
        they are. In legacy mode Ollama's own functions work up to the end, where Ollama
        itself loses them.
        """
        try:
            return self._chat(messages, tools, think)
        except RecursionError:
            raise TemplateError("template: the data is nested too deeply") from None

    def _chat(self, messages: Sequence[Message], tools: Sequence[Tool] | None, think: Think) -> str:
        system, collated = collate(messages)
        budget = Budget.for_input(_size(messages) + _size(tools or ()))
        if not self.is_messages_mode:
            return whole("".join(self._turns(collated, think, budget)))
        data = {
            "System": system,
            "Messages": [message(item) for item in collated],
            "Tools": tool_list(tools),
            "Response": "",
            **_thinking(think),
        }
        return whole(execute(self.source, self.blocks, data, budget))

    def render_suffix(self, prompt: str, suffix: str, think: Think = None) -> str:
        """The prompt for the text between `prompt` and `suffix`; raises TemplateError."""
        data = {"Prompt": prompt, "Suffix": suffix, "Response": "", **_thinking(think)}
        budget = Budget.for_input(len(prompt) + len(suffix))
        return whole(execute(self.source, self.blocks, data, budget))

    def _turns(self, messages: Sequence[Message], think: Think, budget: Budget) -> Iterator[str]:
        """Legacy mode: the template once for every turn, the last time cut."""
        turn = _Turn()
        for item in messages:
            if turn.ends_before(item["role"]):
                yield execute(self.source, self.blocks, turn.data(think), budget)
                turn = _Turn()
            turn = turn.with_message(item)
        if isinstance(self._final, TemplateError):
            raise self._final
        yield execute(self.source, {"": self._final}, turn.data(think), budget)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a legacy template is given at once."""

    system: str = ""
    prompt: str = ""
    response: str = ""

    def ends_before(self, role: str) -> bool:
        if role == "system":
            return bool(self.prompt or self.response)
        return role == "user" and bool(self.response)

    def with_message(self, item: Message) -> _Turn:
        names = {"system": "system", "user": "prompt", "assistant": "response"}
        name = names.get(item["role"])
        return replace(self, **{name: item["content"]}) if name else self

    def data(self, think: Think) -> dict[str, Any]:
        return {
            "System": self.system,
            "Prompt": self.prompt,
            "Response": self.response,
            **_thinking(think),
        }


@lru_cache(maxsize=32)
def _parsed(text: str) -> Template:
    if len(text) > LARGEST_SOURCE:
        raise TemplateError(f"template: longer than {LARGEST_SOURCE >> 20} MiB")
    blocks = dict(parse(text, FUNCTIONS))
    variables = frozenset(name.lower() for block in blocks.values() for name in _block_names(block))
    if not variables & {"messages", "response"}:
        blocks[""] = replace(blocks[""], nodes=(*blocks[""].nodes, _RESPONSE))
    final: Block | TemplateError
    try:
        final = cut(blocks[""])
    except TemplateError as problem:
        final = problem
    return Template(text, blocks, variables, reply_tags(blocks[""]), final)


def collate(messages: Sequence[Message]) -> tuple[str, list[dict[str, Any]]]:
    """All system contents, and the messages with images marked and neighbours merged.

    Messages of one role in a row become one, a blank line between them; those of tools
    stay apart. Where Ollama loses the tool calls of a merged message, they are kept.
    """
    collated: list[dict[str, Any]] = []
    system: list[str] = []
    images = 0
    for wire in messages:
        item = _marked(wire, images)
        images += len(item["images"])
        if item["role"] == "system":
            system.append(item["content"])
        last = collated[-1] if collated else None
        if last is not None and last["role"] == item["role"] != "tool":
            last["content"] = f"{last['content']}\n\n{item['content']}"
            last["images"] = [*last["images"], *item["images"]]
            last["tool_calls"] = [*last["tool_calls"], *item["tool_calls"]]
        else:
            collated.append(item)
    return "\n\n".join(system), collated


def _marked(wire: Message, images: int) -> dict[str, Any]:
    """The message with `[img-N]` for each image: where `[img]` stands, else at the start."""
    content, start = wire.get("content") or "", ""
    given = list(wire.get("images") or ())
    for number in range(images, images + len(given)):
        mark = f"[img-{number}]"
        if "[img]" in content:
            content = content.replace("[img]", mark, 1)
        else:
            start += mark
    return {
        **wire,
        "role": wire.get("role") or "",
        "content": start + content,
        "images": given,
        "tool_calls": list(wire.get("tool_calls") or ()),
    }


def _thinking(think: Think) -> dict[str, Any]:
    """True counts as the level "medium"."""
    level = think if isinstance(think, str) else "medium" if think else ""
    return {"Think": bool(think), "ThinkLevel": level, "IsThinkSet": think is not None}


def _size(value: Any) -> int:
    """Characters of all text in `value`."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_size, value)) + sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list | tuple) else 0


def whole(text: str) -> str:
    """`text` without halves of characters, which slicing by bytes may leave."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(map(_valid, to_text(to_bytes(text))))
    return text


def _valid(character: str) -> str:
    return "\ufffd" if 0xD800 <= ord(character) < 0xE000 else character


def _block_names(block: Block) -> Iterator[str]:
    """Every name in a field or variable, as Ollama collects them."""
    for node in block.nodes:
        yield from _statement_names(node)


def _statement_names(node: Statement) -> Iterator[str]:
    if isinstance(node, Action | Branch | Invocation) and node.pipe is not None:
        yield from _operand_names(node.pipe)
    if isinstance(node, Branch):
        yield from _block_names(node.body)
        if node.otherwise is not None:
            yield from _block_names(node.otherwise)


def _operand_names(node: Operand) -> Iterator[str]:
    match node:
        case Field():
            yield from node.names
        case Variable():
            yield node.name
            yield from node.names
        case Pipe():
            for command in node.commands:
                for operand in command.operands:
                    yield from _operand_names(operand)

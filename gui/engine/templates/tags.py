"""What a template says about replies: the tags around thinking and tool calls.

Ollama infers them from the template's text, because nothing else states them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from gui.engine.templates.nodes import (
    Action,
    Block,
    Branch,
    Chain,
    Field,
    Invocation,
    Operand,
    Pipe,
    Text,
    Variable,
)

_KEY = re.compile(r'"([^"{}:]+)"\s*:\s*"?\s*$')


@dataclass(frozen=True, slots=True)
class ReplyTags:
    """How a reply is marked; an empty tag means there is none.

    `tool` begins a tool call, `tool_end` may follow one; the keys are those of the JSON
    that a call is written in.
    """

    thinking_start: str = ""
    thinking_end: str = ""
    tool: str = "{"
    tool_end: str = ""
    name_key: str = "name"
    arguments_key: str = "arguments"


def reply_tags(block: Block) -> ReplyTags:
    """The tags that a template's text shows."""
    start, end = _thinking_tags(block)
    branch = _tool_branch(block)
    if branch is None:
        return ReplyTags(start, end)
    written = list(_written(branch.body))
    name_key = _key_before("Name", written) or "name"
    arguments_key = _key_before("Arguments", written) or "arguments"
    tool = _tool_tag(branch.body)
    return ReplyTags(start, end, tool, _tool_end(written, tool), name_key, arguments_key)


# Thinking


def _thinking_tags(block: Block) -> tuple[str, str]:
    """The texts that begin and end the innermost block with `.Thinking` in it.

    It must stand in a range over `.Messages`; of several the last counts.
    """
    start = end = ""
    for place in _thinking_places(block, inside=False):
        first, last = place.nodes[0], place.nodes[-1]
        start = first.text.strip() if isinstance(first, Text) else start
        end = last.text.strip() if isinstance(last, Text) else end
    return start, end


def _thinking_places(block: Block, *, inside: bool) -> Iterator[Block]:
    for node in block.nodes:
        if not isinstance(node, Action | Branch | Invocation):
            continue
        names = list(_first_names(node.pipe)) if node.pipe else []
        within = inside
        if isinstance(node, Branch) and node.keyword == "range":
            within = "Messages" in names
        if within and "Thinking" in names:
            yield block
        if isinstance(node, Branch):
            yield from _thinking_places(node.body, inside=within)
            if node.otherwise is not None:
                yield from _thinking_places(node.otherwise, inside=within)


def _first_names(pipe: Pipe) -> Iterator[str]:
    for command in pipe.commands:
        for operand in command.operands:
            if isinstance(operand, Field):
                yield operand.names[0]
            elif isinstance(operand, Pipe):
                yield from _first_names(operand)


# Tool calls


def _tool_branch(block: Block) -> Branch | None:
    """The first `if` that asks for `.ToolCalls`."""
    for node in block.nodes:
        if not isinstance(node, Branch):
            continue
        if node.keyword == "if" and _mentions_calls(node.pipe):
            return node
        for inner in (node.body, node.otherwise):
            found = _tool_branch(inner) if inner is not None else None
            if found is not None:
                return found
    return None


def _mentions_calls(pipe: Pipe) -> bool:
    for command in pipe.commands:
        for operand in command.operands:
            if isinstance(operand, Field) and "ToolCalls" in operand.names:
                return True
            if isinstance(operand, Pipe) and _mentions_calls(operand):
                return True
    return False


def _tool_tag(body: Block) -> str:
    """The first text of the branch, up to a `{`; an opening bracket behind it is no tag."""
    tag = (_first_text(body) or "").split("{")[0].strip()
    return tag.rstrip("[ \t\r\n") or tag or "{"


def _first_text(block: Block | None) -> str | None:
    """Text that is not blank and stands before anything printed."""
    if block is None:
        return None
    for node in block.nodes:
        if isinstance(node, Text) and node.text.strip():
            return node.text
        if isinstance(node, Branch):
            return _first_text(node.body) or _first_text(node.otherwise)
        if isinstance(node, Action) and not node.pipe.declared:
            return None
    return None


def _written(block: Block) -> Iterator[Text | Pipe]:
    """Texts and printed pipes in the order of the template."""
    for node in block.nodes:
        if isinstance(node, Text):
            yield node
        elif isinstance(node, Action) and not node.pipe.declared:
            yield node.pipe
        elif isinstance(node, Branch):
            yield from _written(node.body)
            if node.otherwise is not None:
                yield from _written(node.otherwise)


def _key_before(name: str, written: list[Text | Pipe]) -> str:
    """The JSON key written before what prints the field `name`."""
    for before, node in pairwise(written):
        if isinstance(before, Text) and isinstance(node, Pipe) and name in _last_names(node):
            match = _KEY.search(before.text)
            return match[1].strip() if match else ""
    return ""


def _last_names(node: Operand) -> Iterator[str]:
    match node:
        case Field() | Variable() | Chain():
            yield from node.names[-1:]
        case Pipe():
            for command in node.commands:
                for operand in command.operands:
                    yield from _last_names(operand)


def _tool_end(written: list[Text | Pipe], tool: str) -> str:
    """A tag that closes the call: written behind the arguments, or the tag's counterpart."""
    for before, node in pairwise(written):
        if isinstance(before, Pipe) and isinstance(node, Text):
            if "Arguments" not in _last_names(before):
                continue
            tail = node.text.strip().lstrip("}").strip()
            if tail.startswith("</"):
                return tail.split(">")[0] + ">"
    if re.fullmatch(r"<\w+>", tool):
        return f"</{tool[1:]}"
    return ""

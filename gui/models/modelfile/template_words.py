"""The words a TEMPLATE can use: Go's, and what Ollama adds to them.

Source: Go's text/template; Ollama's template/template.go.
"""

from __future__ import annotations

from gui.language import tr

KEYWORDS = frozenset(
    {
        *("if", "else", "end", "range", "with", "break", "continue"),
        *("define", "template", "block"),
    }
)
OPENING = frozenset({"if", "range", "with", "define", "block"})
"""Keywords that need an `end`."""
NEED_OPERAND = frozenset({"if", "range", "with", "define", "block", "template"})
CONSTANTS = frozenset({"true", "false", "nil"})
OWN_FUNCTIONS = frozenset({"json", "currentDate", "yesterdayDate", "toTypeScriptType"})
"""Ollama's; a template without .Messages cannot call them."""
FUNCTIONS = OWN_FUNCTIONS | {
    *("and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice"),
    *("printf", "print", "println", "call", "html", "js", "urlquery"),
}
TOP_FIELDS = (
    *("System", "Prompt", "Response", "Messages", "Tools", "Suffix"),
    *("Think", "ThinkLevel", "IsThinkSet"),
)
INNER_FIELDS = (
    *("Role", "Content", "Thinking", "Images", "ToolCalls", "ToolName", "ToolCallID"),
    *("ID", "Function", "Index", "Name", "Arguments", "Description", "Parameters"),
    *("Type", "Items", "Defs", "Required", "Properties", "Enum", "AnyOf"),
)
"""Fields of messages, tools, calls and properties, inside a range."""


def about_word(word: str) -> str:
    """What a field, with its dot, or a function is, in a few words; "" for Go's own."""
    return {
        ".System": tr("the system prompt"),
        ".Prompt": tr("what the person wrote, in a template without .Messages"),
        ".Response": tr("where the reply stands"),
        ".Messages": tr("all messages, each with .Role and .Content"),
        ".Tools": tr("the tools that may be called"),
        ".Suffix": tr("the text after the gap, when code is filled in"),
        ".Think": tr("whether thinking is wanted"),
        ".ThinkLevel": tr("how much thinking is wanted"),
        ".IsThinkSet": tr("whether the person chose about thinking"),
        ".Role": tr("who a message is from"),
        ".Content": tr("the text of a message"),
        ".Thinking": tr("the thinking of a message"),
        ".ToolCalls": tr("the calls of a message"),
        ".ToolName": tr("the tool whose result a message is"),
        "json": tr("a value as JSON"),
        "currentDate": tr("today's date"),
        "yesterdayDate": tr("yesterday's date"),
    }.get(word, "")

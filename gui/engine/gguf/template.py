"""Chat templates that llama.cpp's reader of jinja would overflow its stack with (ENG-13).

It descends one call for each bracket, block, operator and attribute, and it does so while
the model is loaded. Measured with 8 MB of stack: 4,000 brackets or 8,000 operators within
one tag still go, twice as many end the process. Whether a template ever comes to an end
cannot be seen here.
"""

from __future__ import annotations

import re

from gui.engine.gguf.header import DamagedModel

_LONGEST = 512 * 1024
_DEEPEST = 200
_MOST_STEPS = 1500
_MOST_BRANCHES = 1000

_STRING = r"""'(?:\\.|[^'\\])*+'?|"(?:\\.|[^"\\])*+"?"""
_PARTS = re.compile(
    rf"\{{\#(?:(?!\#\}}).)*+(?:\#\}})?|\{{[{{%](?:{_STRING}|(?![%}}]\}}).)*+", re.DOTALL
)
_STEPS = re.compile(rf"{_STRING}|\w+|[^\w\s]", re.DOTALL)
_OPENED = re.compile(r"\{%[-+]?\s*(?:(?:if|for|macro|call|filter)\b|set\b[^=]*$)")
_CLOSED = re.compile(r"\{%[-+]?\s*end\w+")
_BRANCH = re.compile(r"\{%[-+]?\s*elif\b")


def check_template(text: str) -> None:
    """Raises DamagedModel for a template that is too long or too deep."""
    if len(text) > _LONGEST:
        raise DamagedModel("its chat template is too long")
    depth = branches = 0
    for part in _PARTS.finditer(text):
        tag = part[0]
        if tag.startswith("{#"):
            continue
        steps = _STEPS.findall(tag)
        if len(steps) > _MOST_STEPS or _brackets(steps) > _DEEPEST:
            raise DamagedModel("its chat template is too deep")
        if _OPENED.match(tag):
            depth += 1
        elif _CLOSED.match(tag):
            depth = max(depth - 1, 0)
        branches += _BRANCH.match(tag) is not None
        if depth > _DEEPEST or branches > _MOST_BRANCHES:
            raise DamagedModel("its chat template is too deep")


def _brackets(steps: list[str]) -> int:
    """How deep brackets stand within each other."""
    depth = deepest = 0
    for step in steps:
        if step in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif step in ")]}":
            depth -= 1
    return deepest

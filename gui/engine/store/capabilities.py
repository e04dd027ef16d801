"""What a model can do, seen from its header and its templates.

Source of the rules: Ollama 0.33, section A4 and C4 of its behaviour. Which words in a
jinja template give a capability away is our choice: llama.cpp looks for the same ones.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gui.engine.gguf.facts import HeaderFacts

_JINJA_TOOLS = re.compile(r"\btools\b")
_JINJA_THINKING = re.compile(r"enable_thinking|reasoning_content|</think>|<\|channel\|>")


def capabilities(header: HeaderFacts, template: str, *, has_projector: bool) -> tuple[str, ...]:
    """The capabilities in Ollama's words; `template` is in Go's language, or ""."""
    if header.of_architecture("pooling_type") is not None:
        return ("embedding",)
    found = ["completion"]
    ours = _of_template(template)
    theirs = _of_jinja(header.chat_template)
    found += [name for name in ("tools", "insert", "thinking") if name in ours | theirs]
    if has_projector or header.of_architecture("vision.block_count") is not None:
        found.append("vision")
    return tuple(found)


def renders_itself(header: HeaderFacts, template: str) -> bool:
    """Whether the Go template makes the prompts; jinja wins if it can do more."""
    if not template:
        return False
    return _of_jinja(header.chat_template) <= _of_template(template)


@lru_cache(maxsize=256)
def _of_template(text: str) -> frozenset[str]:
    if not text:
        return frozenset()
    from gui.engine.templates.errors import TemplateError
    from gui.engine.templates.rendering import Template

    try:
        return Template.parse(text).capabilities
    except TemplateError:
        return frozenset()


@lru_cache(maxsize=256)
def _of_jinja(text: str) -> frozenset[str]:
    found = {"tools"} if _JINJA_TOOLS.search(text) else set()
    return frozenset(found | ({"thinking"} if _JINJA_THINKING.search(text) else set()))

"""The templates that come with the engine, and which of them a model's jinja means."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from gui.engine.templates.jinja import OPEN, Pieces, pieces_of, pieces_of_text
from gui.engine.templates.rendering import Template

_FOLDER = resources.files("gui.engine.templates") / "named"


@dataclass(frozen=True, slots=True)
class NamedTemplate:
    """A template in Go's language, and the texts at which its turns end."""

    name: str
    source: str
    stop: tuple[str, ...]


@lru_cache(maxsize=1)
def named_templates() -> tuple[NamedTemplate, ...]:
    """All of them, by name."""
    stops = tomllib.loads((_FOLDER / "stops.toml").read_text("utf-8"))
    return tuple(
        NamedTemplate(name, (_FOLDER / f"{name}.gotmpl").read_text("utf-8"), tuple(stop))
        for name, stop in sorted(stops.items())
    )


@lru_cache(maxsize=64)
def detect(jinja: str) -> NamedTemplate | None:
    """The named template that writes just what `jinja` writes, if there is one.

    Every literal piece of the jinja must be one the named template emits, and the other
    way round, but for what only system messages need. A jinja that cannot be read with
    certainty, or says more (a system prompt of its own, tools, thinking), matches none.
    Ollama compares by edit distance instead.
    """
    found = pieces_of(jinja)
    if not found:
        return None
    for template in named_templates():
        core, full = _emitted(template)
        if core <= found <= full:
            return template
    return None


@lru_cache(maxsize=32)
def _emitted(template: NamedTemplate) -> tuple[Pieces, Pieces]:
    """What the template writes around contents: without and with a system message."""
    parsed = Template.parse(template.source)
    system = {"role": "system", "content": OPEN}
    turns = [{"role": role, "content": OPEN} for role in ("user", "assistant", "user", "assistant")]
    turns.append({"role": "user", "content": OPEN})
    core = pieces_of_text(parsed.render_chat(turns))
    return core, core | pieces_of_text(parsed.render_chat([system, *turns]))

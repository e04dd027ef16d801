"""Presets: what a person chooses beside the model."""

from __future__ import annotations

from dataclasses import dataclass, field

from gui.records.chains import Chain, Variable
from gui.records.options import Options


@dataclass(frozen=True, slots=True)
class Preset:
    """A system prompt, options and, if wanted, a model and a chain, under a name.

    `system` is a template as those of `gui.records.chains` are, without `{input}`. With a
    chain, the reply is what its steps make; `system` is then that of steps without their own.
    """

    id: str
    name: str
    system: str = ""
    options: Options = field(default_factory=Options)
    model: str = ""
    description: str = ""
    built_in: bool = False
    variables: tuple[Variable, ...] = ()
    chain: Chain = field(default_factory=Chain)

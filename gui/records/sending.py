"""What goes with a message: shown before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gui.records.presets import Preset


class OptionSource(StrEnum):
    """Who set an option, the strongest first."""

    STEP = "step"
    YOU = "you"
    PRESET = "preset"
    ONDOL = "ondol"
    MODEL = "model"
    """The model's own Modelfile."""
    SERVER = "server"
    """Nobody: what Ollama does then."""


@dataclass(frozen=True, slots=True)
class EffectiveOption:
    """An option as it will be, and by whom. `value` is what a person reads."""

    name: str
    value: str
    source: OptionSource


@dataclass(frozen=True, slots=True)
class SentStep:
    """A step of a chain as it will run. What earlier steps give stands in braces yet."""

    title: str
    model: str
    system: str
    prompt: str
    options: tuple[EffectiveOption, ...] = ()
    has_history: bool = False


@dataclass(frozen=True, slots=True)
class SendPreview:
    """What would be sent now.

    `num_ctx` is the context length, `trained` the longest the model knows, 0 if unknown.
    `used` estimates the tokens of system prompt, conversation and message; 0 for a chain,
    whose steps read other things. `fault` is why nothing can be sent yet.
    """

    model: str
    preset: str
    system: str = ""
    options: tuple[EffectiveOption, ...] = ()
    num_ctx: int = 0
    trained: int = 0
    used: int = 0
    is_calibrated: bool = False
    """Whether `used` was set right by what the server counted before."""
    history: int = 0
    """Earlier messages that are sent too."""
    left_out: int = 0
    """Earlier messages that no longer fit."""
    steps: tuple[SentStep, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """What a conversation sends with its next message.

    `preset` has the conversation's own temperature in it, if there is one.
    """

    preset: Preset
    variables: Mapping[str, str] = field(default_factory=dict)
    temperature: float | None = None

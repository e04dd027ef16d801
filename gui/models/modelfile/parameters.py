"""The options that PARAMETER knows: type, default, sensible range, and what each is for.

Source of names, types and defaults: Ollama 0.33 (api/types.go, parser/parser.go). The ranges
are ours: what is outside them is accepted, but seldom meant.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from gui.language import tr
from gui.models.modelfile.numbers import read_bool, read_float, read_int


class Kind(StrEnum):
    """The type of a value, in Ollama's words."""

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    TEXTS = "texts"
    """A text; the lines of the same name add up to a list."""


Value = int | float | bool | str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One option. `default` is None where the server or the model decides."""

    name: str
    kind: Kind
    default: Value | None = None
    low: float | None = None
    high: float | None = None

    @property
    def range_text(self) -> str:
        """The sensible values, as a person reads them."""
        if self.kind is Kind.BOOL:
            return "true, false"
        if self.low is None or self.high is None:
            return ""
        return f"{self.low:,g} – {self.high:,g}" if self.high < 1e6 else f"≥ {self.low:,g}"

    def is_sensible(self, value: Value) -> bool:
        """Whether `value` is in the range; a text always is."""
        if isinstance(value, str) or self.low is None or self.high is None:
            return True
        return self.low <= value <= self.high


_MANY = 2**31 - 1

PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter("temperature", Kind.FLOAT, 0.8, 0, 2),
        Parameter("num_ctx", Kind.INT, None, 256, _MANY),
        Parameter("num_predict", Kind.INT, -1, -2, _MANY),
        Parameter("stop", Kind.TEXTS),
        Parameter("seed", Kind.INT, -1, -1, _MANY),
        Parameter("top_k", Kind.INT, 40, 0, 1000),
        Parameter("top_p", Kind.FLOAT, 0.9, 0, 1),
        Parameter("min_p", Kind.FLOAT, 0.0, 0, 1),
        Parameter("typical_p", Kind.FLOAT, 1.0, 0, 1),
        Parameter("repeat_penalty", Kind.FLOAT, 1.0, 0.5, 2),
        Parameter("repeat_last_n", Kind.INT, 64, -1, _MANY),
        Parameter("presence_penalty", Kind.FLOAT, 0.0, -2, 2),
        Parameter("frequency_penalty", Kind.FLOAT, 0.0, -2, 2),
        Parameter("num_keep", Kind.INT, 4, -1, _MANY),
        Parameter("num_batch", Kind.INT, 512, 1, 65536),
        Parameter("num_gpu", Kind.INT, -1, -1, 1000),
        Parameter("main_gpu", Kind.INT, None, 0, 64),
        Parameter("num_thread", Kind.INT, 0, 0, 1024),
        Parameter("use_mmap", Kind.BOOL),
        Parameter("draft_num_predict", Kind.INT, 4, 0, 64),
    )
}
"""By name, the ones that people set most first."""

GONE = frozenset(
    {
        *("penalize_newline", "low_vram", "f16_kv", "logits_all", "vocab_only"),
        *("use_mlock", "mirostat", "mirostat_tau", "mirostat_eta"),
    }
)
"""Options of older Ollamas: ignored, with a warning."""


def read_parameter(name: str, text: str) -> Value:
    """The value of `PARAMETER name text`; raises ValueError with Ollama's sentence.

    Infinities and NaN are refused with the sentence that Ollama has for them a step later.
    """
    parameter = PARAMETERS.get(name)
    if parameter is None:
        raise ValueError(f"unknown parameter '{name}'")
    if parameter.kind is Kind.TEXTS:
        return text
    readers = {Kind.INT: read_int, Kind.FLOAT: read_float, Kind.BOOL: read_bool}
    try:
        value: Value = readers[parameter.kind](text)
    except ValueError:
        raise ValueError(f"invalid {parameter.kind} value [{text}]") from None
    if isinstance(value, float) and not math.isfinite(value):
        shown = "NaN" if math.isnan(value) else f"{'+' if value > 0 else '-'}Inf"
        raise ValueError(f"json: unsupported value: {shown}")
    return value


def about(name: str) -> str:
    """What an option is for, in one sentence; "" for one that is not known."""
    sentences = {**_about_words(), **_about_the_machine()}
    return sentences.get(name, "")


def _about_words() -> dict[str, str]:
    """Options for which words are chosen, and how many."""
    return {
        "temperature": tr("How freely words are chosen: 0 is strict, 1 is lively."),
        "num_ctx": tr("How many tokens the model can read at once."),
        "num_predict": tr("How many tokens a reply may have; -1 is no limit."),
        "stop": tr("A text that ends the reply where it appears; give one a line."),
        "seed": tr("The same number gives the same reply; -1 is chance."),
        "top_k": tr("Choose from this many likeliest words only; 0 is all."),
        "top_p": tr("Choose from the likeliest words that together reach this share."),
        "min_p": tr("Leave out words less likely than this share of the likeliest."),
        "typical_p": tr("Prefer words that are about as surprising as usual; 1 is off."),
        "repeat_penalty": tr("How much repeated words are held back; 1 is off."),
        "repeat_last_n": tr("How many of the last tokens count as repeated; -1 is all."),
        "presence_penalty": tr("Holds back words that came before at all; 0 is off."),
        "frequency_penalty": tr("Holds back words the more often they came before; 0 is off."),
    }


def _about_the_machine() -> dict[str, str]:
    """Options for how the work is done."""
    return {
        "num_keep": tr("How many of the first tokens stay when the context is full."),
        "num_batch": tr("How many tokens of the prompt are read in one step."),
        "num_gpu": tr("How many layers go onto the graphics card; -1 is automatic."),
        "main_gpu": tr("Which graphics card does the small parts of the work."),
        "num_thread": tr("How many processor threads work; 0 is automatic."),
        "use_mmap": tr("Whether the model's file is mapped into memory instead of read."),
        "draft_num_predict": tr("How many tokens the draft model guesses ahead."),
    }

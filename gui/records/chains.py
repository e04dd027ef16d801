"""Chains: the steps of a preset, and what each of them did in one run.

A chain is a tuple of stages, run one after another; the steps of one stage run side by side.
A prompt names in braces what it takes: `{input}` is what the person says, `{joke}` the output
of an earlier step of that name, any other plain name a variable of the preset. Braces that are
meant as such are doubled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gui.records.options import Options

INPUT = "input"
"""The name under which a prompt takes what the person says."""


class OutputKind(StrEnum):
    """What a step's reply is read as; a later prompt takes it as text again."""

    TEXT = "text"
    LIST = "list"
    """One text a line or after each comma; bullets and numbers before them are dropped."""
    JSON = "json"
    """An object or list that obeys `Step.schema`, if there is one."""
    BOOLEAN = "boolean"
    """Yes or no, in English or Korean."""


class VariableSource(StrEnum):
    """Where the value of a variable comes from when nobody gives one."""

    ASK = "ask"
    DATE = "date"
    TIME = "time"
    CLIPBOARD = "clipboard"
    SELECTION = "selection"
    LANGUAGE = "language"
    """The language of the window, as its own name: English, 한국어."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that prompts use, and how its value is found.

    `label` is what the form asks; "" shows the name. `choices` are offered, not enforced.
    """

    name: str
    source: VariableSource = VariableSource.ASK
    label: str = ""
    default: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One `prompt | llm | parser`. `name` is what later prompts call its output.

    With `when`, the name of an earlier boolean step, it runs only if that said yes ("not x":
    only if it said no); otherwise its output is empty.
    """

    name: str
    prompt: str
    system: str = ""
    title: str = ""
    """What a person reads, "" for the name."""
    model: str = ""
    """"" for the preset's, and if that has none the one chosen in the window."""
    options: Options = field(default_factory=Options)
    """Over those of the preset."""
    output: OutputKind = OutputKind.TEXT
    schema: str = ""
    """A JSON schema as JSON text, for OutputKind.JSON."""
    history: bool = False
    """Whether the conversation so far stands before the prompt."""
    when: str = ""


Stage = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Stages, and what of their outputs is the reply.

    `reply` is a template; "" is the last stage's output: of one step as it is, of several
    each under its title.
    """

    stages: tuple[Stage, ...] = ()
    reply: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order in which they are written."""
        return tuple(step for stage in self.stages for step in stage)

    def __bool__(self) -> bool:
        return bool(self.stages)


class StepStatus(StrEnum):
    """How a step ended."""

    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What one step did in one run: what it was asked, what it gave, what it cost.

    `output` is the reply's text; `seconds` the time from asking to the end. Counts are tokens.
    """

    name: str
    title: str = ""
    model: str = ""
    digest: str = ""
    system: str = ""
    prompt: str = ""
    output: str = ""
    thinking: str = ""
    status: StepStatus = StepStatus.RUNNING
    error: str = ""
    seconds: float = 0.0
    prompt_eval_count: int = 0
    eval_count: int = 0
    options: Options = field(default_factory=Options)
    stage: int = 0
    """Counted from 1; steps of one stage ran side by side. 0: not known."""

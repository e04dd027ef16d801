"""A Modelfile as a form shows it, and model files that a person brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gui.records.models import ModelInfo


@dataclass(frozen=True, slots=True)
class ParameterField:
    """An option that a form can set: what it may be, what it is for.

    `kind` is "int", "float", "bool" or "texts"; `default` is what holds without it, "" if the
    server or the model decides; `low` and `high` are None where there is no sensible range.
    """

    name: str
    kind: str
    default: str
    low: float | None
    high: float | None
    range_text: str
    about: str


@dataclass(frozen=True, slots=True)
class FormValues:
    """What a Modelfile says, field by field; "" where it says nothing.

    `bases` are all FROMs: more than one for a model in several files. `parameters` are as
    they are written. With a `fault` in `line` the rest is what could be read, and nothing
    can be changed by itself.
    """

    bases: tuple[str, ...] = ()
    adapter: str = ""
    system: str = ""
    template: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    stops: tuple[str, ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    licenses: tuple[str, ...] = ()
    line: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SampleModelfile:
    """A Modelfile that comes with Ondol; `about` is what its head says of it."""

    path: Path
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file, or a folder, that a person brings.

    `kind` is "model", "projector", "adapter" or "folder"; `parts` is 0 for a whole model.
    """

    path: Path
    kind: str
    title: str
    size: int
    architecture: str = ""
    parameters: str = ""
    quantization: str = ""
    context_length: int = 0
    has_template: bool = False
    parts: int = 0
    base: str = ""


@dataclass(frozen=True, slots=True)
class ImportProposal:
    """A Modelfile proposed for files, with a name for the model.

    `paths` are all files it needs; `needs_base` tells that a base model must be chosen.
    """

    name: str
    text: str
    files: tuple[ModelFile, ...]
    paths: tuple[Path, ...]
    needs_base: bool = False


@dataclass(frozen=True, slots=True)
class ModelfileDraft:
    """A Modelfile's text as it is now, and as it was last kept in its file.

    `path` is None before it is first saved; `name` is the model's, as far as it is typed.
    """

    text: str = ""
    kept: str = ""
    path: Path | None = None
    name: str = ""
    newline: str = "\n"

    @property
    def is_dirty(self) -> bool:
        """Whether something would be lost without the draft."""
        return self.text != self.kept


@dataclass(frozen=True, slots=True)
class CreationQuestion:
    """What a person must agree to before a model is made.

    `outside` are files that lie elsewhere than the Modelfile and would be read and given to
    the server `where`; `replaced` is the model that has the name now.
    """

    name: str
    outside: tuple[Path, ...]
    replaced: ModelInfo | None
    where: str

"""What an input of a served chain must look like: texts by name, as pydantic checks them."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from gui.records import INPUT, Variable, VariableSource

_ASKED = frozenset({VariableSource.ASK, VariableSource.CLIPBOARD, VariableSource.SELECTION})
_LONGEST_DEFAULT = 60
_count = itertools.count(1)


def asked(variables: Iterable[Variable]) -> tuple[Variable, ...]:
    """The variables a caller gives values for. The clipboard is nobody's who asks over HTTP."""
    return tuple(one for one in variables if one.source in _ASKED)


def input_model(variables: Iterable[Variable], *, needs_input: bool) -> type[BaseModel]:
    """A model with a field for `input` and for each variable; those with a default may be left out.

    The fields stand under aliases: a variable may be called as something of pydantic's. The
    name is new each time: LangServe renames the second model of one name and loses aliases.
    """
    said = Variable(INPUT, label="Input")
    fields: dict[str, Any] = {"v0": (str, _field(said, required=needs_input))}
    for number, variable in enumerate(asked(variables), 1):
        required = variable.source is VariableSource.ASK and not variable.default
        fields[f"v{number}"] = (str, _field(variable, required=required))
    return create_model(
        f"ChainInput{next(_count)}",
        __config__=ConfigDict(extra="forbid", strict=True, title="Input"),
        **fields,
    )


def by_name(schema: type[BaseModel], fields: Mapping[str, Any]) -> dict[str, str]:
    """The values of fields (v0, v1, ...) under the names that prompts use."""
    names = {field: info.alias or field for field, info in schema.model_fields.items()}
    return {names[field]: str(value) for field, value in fields.items()}


def required(schema: type[BaseModel]) -> tuple[str, ...]:
    """The names an input must have."""
    fields = schema.model_fields.values()
    return tuple(info.alias or "" for info in fields if info.is_required())


def _field(variable: Variable, *, required: bool) -> Any:
    about: dict[str, Any] = {
        "alias": variable.name,
        "title": _inert(variable.label or variable.name),
        "description": _described(variable, required=required),
    }
    if required:
        return Field(**about)
    # A factory, so that the default is not in the schema: see `_inert`.
    return Field(default_factory=lambda: variable.default, **about)


def _described(variable: Variable, *, required: bool) -> str | None:
    """What the title does not say: the playground shows them side by side."""
    said = []
    if variable.name == INPUT:
        said.append("What the person says.")
    if variable.choices:
        said.append(f"For example: {', '.join(variable.choices)}.")
    if variable.default and not required:
        said.append(f"If left out: {textwrap.shorten(variable.default, _LONGEST_DEFAULT)}")
    return _inert(" ".join(said)) or None


def _inert(text: str) -> str:
    """LangServe writes the schema into the playground's page as it is: no tags, then."""
    return text.translate({ord("<"): "‹", ord(">"): "›"})

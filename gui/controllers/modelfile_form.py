"""A Modelfile read into the fields of a form."""

from __future__ import annotations

from gui.language import tr
from gui.models.modelfile.commands import Instruction
from gui.models.modelfile.document import Document
from gui.models.modelfile.parameters import PARAMETERS, about
from gui.records.modelfile import FormValues, ParameterField


def values_of(document: Document) -> FormValues:
    """What a form shows of it; with a fault, what could be read."""
    said, fault = document.modelfile, document.fault
    return FormValues(
        bases=said.values(Instruction.FROM),
        adapter=said.last(Instruction.ADAPTER),
        system=said.last(Instruction.SYSTEM),
        template=said.last(Instruction.TEMPLATE),
        parameters={name: value for name, value in said.parameters if name != "stop"},
        stops=said.values(Instruction.PARAMETER, "stop"),
        messages=said.messages,
        licenses=said.values(Instruction.LICENSE),
        line=fault.line if fault is not None else 0,
        fault=tr("Line {line} is not understood.", line=fault.line) if fault is not None else "",
    )


def parameter_fields() -> tuple[ParameterField, ...]:
    """Every option there is, in the chosen language; those that people set most first."""
    return tuple(
        ParameterField(
            name=parameter.name,
            kind=parameter.kind,
            default="" if parameter.default is None else f"{parameter.default:g}",
            low=parameter.low,
            high=parameter.high,
            range_text=parameter.range_text,
            about=about(parameter.name),
        )
        for parameter in PARAMETERS.values()
    )

"""PARAMETER and REQUIRES: unknown names, values of the wrong type, unusual numbers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import lru_cache

from gui.language import tr
from gui.models.modelfile.commands import Instruction
from gui.models.modelfile.diagnostics import Checked
from gui.models.modelfile.grammar import Piece
from gui.models.modelfile.parameters import (
    GONE,
    PARAMETERS,
    Kind,
    Parameter,
    about,
    read_parameter,
)
from gui.records import Diagnostic, Severity

SEMVER = re.compile(
    r"v?(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)?)?",
    re.ASCII,
)
"""Source: the Go module golang.org/x/mod/semver, where minor and patch may be left out."""

# Names that people know from elsewhere, and Ollama's for the same.
_ALSO_KNOWN = {
    "max_tokens": "num_predict",
    "n_predict": "num_predict",
    "context_length": "num_ctx",
    "ctx_size": "num_ctx",
    "n_ctx": "num_ctx",
    "repetition_penalty": "repeat_penalty",
    "n_gpu_layers": "num_gpu",
    "threads": "num_thread",
    "num_threads": "num_thread",
    "top_n": "top_k",
}


def check_parameters(checked: Checked) -> Iterator[Diagnostic]:
    """The findings about every PARAMETER and REQUIRES."""
    for piece in checked.sound:
        if piece.instruction is Instruction.PARAMETER:
            yield from _check(checked, piece)
        elif piece.instruction is Instruction.REQUIRES and not SEMVER.fullmatch(piece.value):
            message = tr("“{value}” is not a version.", value=piece.value)
            yield checked.value(
                piece, Severity.ERROR, message, tr("Write it like {example}.", example="0.14.0")
            )


def _check(checked: Checked, piece: Piece) -> Iterator[Diagnostic]:
    parameter = PARAMETERS.get(piece.name)
    if parameter is None:
        yield _unknown(checked, piece)
        return
    try:
        value = read_parameter(piece.name, piece.value)
    except ValueError:
        yield checked.value(piece, Severity.ERROR, *_wrong(parameter, piece.value))
        return
    if not parameter.is_sensible(value):
        message = tr(
            "{value} is unusual for {name}; usual are {range}.",
            value=piece.value,
            name=piece.name,
            range=parameter.range_text,
        )
        yield checked.value(piece, Severity.WARNING, message, about(piece.name))
    elif value == "":
        message = tr("An empty stop text is not used.")
        yield checked.value(piece, Severity.WARNING, message, tr("Remove the line."))


def _unknown(checked: Checked, piece: Piece) -> Diagnostic:
    span = (piece.name_start, piece.name_end)
    if piece.name in GONE:
        message = tr("Ollama no longer knows {name}: the line has no effect.", name=piece.name)
        return checked.at(*span, Severity.WARNING, message, tr("Remove the line."))
    if not piece.name:
        message = tr("There are two blanks behind PARAMETER, so its name is missing.")
        end = piece.word_end + 2
        return checked.at(piece.start, end, Severity.ERROR, message, tr("Remove one blank."))
    meant = _meant(piece.name.lower()[:40])
    message = tr("There is no parameter “{name}”.", name=piece.name)
    mend = tr("Did you mean {name}?", name=meant) if meant else ""
    return checked.at(*span, Severity.ERROR, message, mend)


@lru_cache(maxsize=256)
def _meant(name: str) -> str:
    """The parameter that is probably meant, "" if none is near."""
    near = difflib.get_close_matches(name, PARAMETERS, 1)
    return _ALSO_KNOWN.get(name) or (near[0] if near else "")


def _wrong(parameter: Parameter, text: str) -> tuple[str, str]:
    """What is said of a value that is not of the parameter's type."""
    name = parameter.name
    if not text:
        return tr("{name} has no value.", name=name), tr(
            "Write one behind it, for example {example}.", example=_example(parameter)
        )
    message = {
        Kind.INT: tr("{name} takes a whole number, not “{value}”.", name=name, value=text),
        Kind.FLOAT: tr("{name} takes a number, not “{value}”.", name=name, value=text),
        Kind.BOOL: tr("{name} takes true or false, not “{value}”.", name=name, value=text),
    }[parameter.kind]
    return message, tr("Write it like {example}.", example=_example(parameter))


def _example(parameter: Parameter) -> str:
    if parameter.kind is Kind.BOOL:
        return f"{parameter.name} true"
    return f"{parameter.name} {4096 if parameter.default is None else parameter.default}"

"""FROM, ADAPTER and DRAFT: paths and names that lead nowhere, or elsewhere than they look."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from gui.errors import BadModelName
from gui.language import tr
from gui.models.modelfile.commands import Instruction
from gui.models.modelfile.diagnostics import Checked
from gui.models.modelfile.grammar import Piece
from gui.models.modelfile.sources import (
    NoHome,
    address_refused,
    expand,
    is_address,
    looks_like_path,
    model_name,
)
from gui.models.names import read_name
from gui.records import Diagnostic, Severity

_FILES = (Instruction.ADAPTER, Instruction.DRAFT)


def check_sources(checked: Checked) -> Iterator[Diagnostic]:
    """The findings about every FROM, ADAPTER and DRAFT."""
    bases = [piece for piece in checked.sound if piece.instruction is Instruction.FROM]
    names = []
    for piece in checked.sound:
        if piece.instruction is Instruction.FROM:
            finding, is_name = _check_base(checked, piece)
            names += [piece] if is_name else []
            yield from finding
        elif piece.instruction in _FILES:
            yield from _check_file(checked, piece)
    for piece in bases:
        is_last_name = bool(names) and piece is names[-1]
        if names and not is_last_name:
            message = tr(
                "This has no effect: line {line} names the model.",
                line=checked.lines.line(names[-1].start),
            )
            mend = tr("Remove one of the two.")
            yield checked.value(piece, Severity.WARNING, message, mend)


def _check_base(checked: Checked, piece: Piece) -> tuple[list[Diagnostic], bool]:
    """The findings about a FROM, and whether it is a name for the server."""
    value = piece.value
    if not value:
        message = tr("FROM is empty: all models in the Modelfile's own folder are meant.")
        mend = tr("Write a model's name or a path behind it.")
        return [checked.value(piece, Severity.WARNING, message, mend)], False
    if is_address(value):
        return [checked.value(piece, Severity.ERROR, *address_refused())], True
    path = _path(checked, value)
    if path is not None and checked.facts.exists(path):
        return list(_shadowed(checked, piece)), False
    if looks_like_path(value):
        return [_missing(checked, piece, path)], True
    return list(_check_name(checked, piece)), True


def _path(checked: Checked, value: str) -> Path | None:
    """The path that `value` would be, None if that is not known."""
    folder = checked.facts.folder
    if folder is None:
        is_whole = value.startswith(("/", "~", "\\"))
        if not is_whole:
            return None
    try:
        return expand(value, folder or Path())
    except NoHome:
        return None


def _missing(checked: Checked, piece: Piece, path: Path | None) -> Diagnostic:
    if path is None and not piece.value.startswith("~"):
        message = tr("This path cannot be found before the Modelfile is saved.")
        mend = tr("Save it beside the file, or write the whole path.")
        return checked.value(piece, Severity.NOTE, message, mend)
    message = tr("There is nothing at {path}.", path=path or piece.value)
    return checked.value(piece, Severity.ERROR, message, tr("Correct the path."))


def _shadowed(checked: Checked, piece: Piece) -> Iterator[Diagnostic]:
    """A file or folder beside the Modelfile that has the name of a model."""
    if looks_like_path(piece.value) or "/" in piece.value:
        return
    message = tr(
        "A file or folder “{name}” lies here: it is used, no model of that name.", name=piece.value
    )
    mend = tr("Write ./{name} if you mean it, or {name}:latest if not.", name=piece.value)
    is_model = _key(piece.value) in map(_key, checked.facts.installed or ())
    yield checked.value(piece, Severity.WARNING if is_model else Severity.NOTE, message, mend)


def _check_name(checked: Checked, piece: Piece) -> Iterator[Diagnostic]:
    try:
        name = model_name(piece.value)
    except BadModelName as error:
        yield checked.value(piece, Severity.ERROR, error.what, error.todo)
        return
    installed = checked.facts.installed
    if installed is None or name.key in map(_key, installed):
        return
    message = tr("{name} is not installed: it is downloaded first.", name=name.shortest)
    near = difflib.get_close_matches(name.shortest, installed, 1)
    mend = tr("Did you mean {name}?", name=near[0]) if near else ""
    yield checked.value(piece, Severity.NOTE, message, mend)


def _key(name: str) -> str:
    try:
        return read_name(name).key
    except BadModelName:
        return name


def _check_file(checked: Checked, piece: Piece) -> Iterator[Diagnostic]:
    """An ADAPTER or DRAFT: always a path, never a name."""
    if is_address(piece.value):
        yield checked.value(piece, Severity.ERROR, *address_refused())
        return
    path = _path(checked, piece.value)
    if path is None or not checked.facts.exists(path):
        yield _missing(checked, piece, path)

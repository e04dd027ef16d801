"""A Modelfile as the request that makes the model, and the files to upload before it.

Source of the rules: Ollama's command line (parser/parser.go, cmd/cmd.go). Files are looked
at, but not read, hashed or sent here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gui.errors import BadModelName
from gui.language import tr
from gui.models.modelfile.check_parameters import SEMVER
from gui.models.modelfile.commands import Command, Instruction, Modelfile
from gui.models.modelfile.errors import SourceError, ValueRefused
from gui.models.modelfile.folders import files_of, is_model_file
from gui.models.modelfile.parameters import GONE, read_parameter
from gui.models.modelfile.sources import (
    NoHome,
    address_refused,
    expand,
    is_address,
    is_outside,
    looks_like_path,
    model_name,
)

_BAD_VERSION = "requires must be a valid semver (e.g. 0.14.0)"
_FIELDS = {
    Instruction.FROM: "files",
    Instruction.ADAPTER: "adapters",
    Instruction.DRAFT: "draft_files",
}
_LAST = {
    Instruction.TEMPLATE: "template",
    Instruction.SYSTEM: "system",
    Instruction.RENDERER: "renderer",
    Instruction.PARSER: "parser",
}


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to upload: its key in the request, where it is, and the field it belongs to."""

    key: str
    path: Path
    field: str


@dataclass(frozen=True, slots=True)
class CreatePlan:
    """The body of a create without its name and digests, and the files it needs.

    `outside` are files that do not lie in the Modelfile's folder: ask the person about them
    when the Modelfile is not their own (MOD-03). `warnings` are sentences to show.
    """

    body: dict[str, Any]
    files: tuple[LocalFile, ...]
    outside: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()


def plan_create(modelfile: Modelfile, folder: Path) -> CreatePlan:
    """What makes the model of `modelfile`, whose relative paths start at `folder`.

    Looks at files, so not for the window's thread. Raises SourceError, ValueRefused and
    BadModelName.
    """
    body: dict[str, Any] = {}
    found: dict[str, list[Path]] = {}
    for command in modelfile.commands:
        if command.instruction is Instruction.FROM:
            _add_base(command, folder, body, found)
        elif command.instruction in _FIELDS:
            _add_files(command, folder, found)
    _refuse_draft_of_itself(modelfile, folder)
    if "from" in body:
        # A server that is told a name looks at no files, so none are uploaded for nothing.
        found.pop("files", None)
    body |= _texts(modelfile)
    parameters, warnings = _parameters(modelfile)
    if parameters:
        body["parameters"] = parameters
    files = tuple(file for field, paths in found.items() for file in _keyed(field, paths))
    outside = tuple(file.path for file in files if is_outside(file.path, folder))
    return CreatePlan(body, files, outside, warnings)


def _add_base(
    command: Command, folder: Path, body: dict[str, Any], found: dict[str, list[Path]]
) -> None:
    """A FROM: what exists as a path is files, all else is the name of a model."""
    _refuse_address(command)
    path = _expanded(command, folder)
    if _exists(path):
        found.setdefault("files", []).extend(_files(command, path))
        return
    if looks_like_path(command.value) and not _is_name(command.value):
        raise _missing(command, path)
    model_name(command.value)
    body["from"] = command.value


def _is_name(value: str) -> bool:
    try:
        model_name(value)
    except BadModelName:
        return False
    return True


def _add_files(command: Command, folder: Path, found: dict[str, list[Path]]) -> None:
    """An ADAPTER or DRAFT: always files. A later ADAPTER takes the place of an earlier one."""
    _refuse_address(command)
    path = _expanded(command, folder)
    if not _exists(path):
        raise _missing(command, path)
    field = _FIELDS[command.instruction]
    if command.instruction is Instruction.ADAPTER:
        found[field] = []
    found.setdefault(field, []).extend(_files(command, path))


def _files(command: Command, path: Path) -> tuple[Path, ...]:
    """The files at `path`: those of a folder, or the one it is."""
    try:
        if path.is_dir():
            return files_of(path, command.line)
        if is_model_file(path):
            return (path,)
    except OSError as error:
        reason = error.strerror or str(error)
        message = tr("{file} could not be read: {reason}", file=path, reason=reason)
        raise SourceError(command.line, message) from error
    raise SourceError(
        command.line,
        tr("{file} is no model: it is neither a GGUF nor a safetensors file.", file=path),
        tr("Nothing was sent. Name a model's file or folder."),
    )


def _refuse_address(command: Command) -> None:
    if is_address(command.value):
        raise SourceError(command.line, *address_refused())


def _expanded(command: Command, folder: Path) -> Path:
    try:
        return expand(command.value, folder)
    except NoHome:
        raise _missing(command, command.value) from None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _missing(command: Command, path: Path | str) -> SourceError:
    return SourceError(
        command.line, tr("There is nothing at {path}.", path=path), tr("Correct the path.")
    )


def _refuse_draft_of_itself(modelfile: Modelfile, folder: Path) -> None:
    """A draft model that is the model itself would gain nothing."""
    bases = {
        os.path.realpath(expand(value, folder)) for value in modelfile.values(Instruction.FROM)
    }
    for command in modelfile.commands:
        if command.instruction is Instruction.DRAFT:
            path = expand(command.value, folder)
            if os.path.realpath(path) in bases:
                message = tr("DRAFT and FROM name the same file: {path}.", path=path)
                raise SourceError(command.line, message, tr("Name a smaller model."))


def _keyed(field: str, paths: list[Path]) -> list[LocalFile]:
    """Each file with its key: its path from the folder that all have in common."""
    unique = list(dict.fromkeys(paths))
    if not unique:
        return []
    common = Path(os.path.commonpath([path.parent for path in unique]))
    return [LocalFile(path.relative_to(common).as_posix(), path, field) for path in unique]


def _texts(modelfile: Modelfile) -> dict[str, Any]:
    """The fields of the body that are texts and lists of them; none is empty."""
    body: dict[str, Any] = {
        field: modelfile.last(instruction) for instruction, field in _LAST.items()
    }
    body["license"] = list(modelfile.values(Instruction.LICENSE))
    body["messages"] = [{"role": role, "content": text} for role, text in modelfile.messages]
    for command in modelfile.commands:
        if command.instruction is Instruction.REQUIRES:
            if not SEMVER.fullmatch(command.value):
                raise ValueRefused(command.line, _BAD_VERSION)
            body["requires"] = command.value.removeprefix("v")
    return {key: value for key, value in body.items() if value}


def _parameters(modelfile: Modelfile) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The parameters typed, and a sentence for each that has no effect."""
    read: dict[str, Any] = {}
    warnings: list[str] = []
    for command in modelfile.commands:
        if command.instruction is not Instruction.PARAMETER:
            continue
        name = command.name
        if name in GONE:
            warnings.append(tr("Ollama no longer knows {name}: the line has no effect.", name=name))
            continue
        try:
            value = read_parameter(name, command.value)
        except ValueError as error:
            raise ValueRefused(command.line, str(error)) from None
        if isinstance(value, str):
            read.setdefault(name, []).append(value)
        else:
            read[name] = value
    return read, tuple(warnings)

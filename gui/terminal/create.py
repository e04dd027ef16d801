"""`ondol create`: a model made from a Modelfile, checked first as in the window."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gui.errors import ModelError
from gui.language import tr
from gui.models.hashing import Hashes
from gui.models.modelfile.check import check
from gui.models.modelfile.diagnostics import Facts
from gui.models.modelfile.errors import ModelfileError, SourceError, ValueRefused
from gui.models.modelfile.parser import LARGEST, decode, parse
from gui.models.modelfile.request import CreatePlan, plan_create
from gui.models.names import read_name, same_name
from gui.models.transfers import CreateJob
from gui.records import Diagnostic, Severity
from gui.terminal import FAILED, shared
from gui.terminal.findings import has_errors, tell
from gui.terminal.moving import move, ready_line
from gui.terminal.questions import confirm

if TYPE_CHECKING:
    from gui.models.client import ModelClient

_STDIN = "-"
_MOST_LISTED = 10


@dataclass(frozen=True, slots=True)
class _Source:
    """A Modelfile as it was read: what findings call it, and where its paths begin."""

    label: str
    text: str
    folder: Path


async def run(options: argparse.Namespace) -> int:
    """Create a model."""
    name = read_name(options.name).shortest
    try:
        source = _read(options.file)
        findings = check(source.text, Facts(folder=source.folder))
        if has_errors(findings):
            tell(source.label, findings)
            return FAILED
        plan = plan_create(parse(source.text), source.folder)
    except (ModelfileError, SourceError, ValueRefused) as error:
        tell(_label(options.file), [_finding(error)])
        return FAILED
    if plan.outside and not _may_be_sent(plan, yes=options.yes):
        return FAILED
    async with shared.client(options.server) as client:
        return await _create(client, name, source, plan, yes=options.yes)


async def _create(
    client: ModelClient, name: str, source: _Source, plan: CreatePlan, *, yes: bool
) -> int:
    installed = tuple(model.name for model in await client.list_models())
    findings = check(source.text, Facts(installed, source.folder))
    tell(source.label, findings)
    if has_errors(findings):
        return FAILED
    if any(same_name(name, other) for other in installed) and not _may_replace(name, yes=yes):
        return FAILED
    print(ready_line(await move(client, CreateJob(name, plan, Hashes()))))
    return 0


def _read(file: str) -> _Source:
    """The Modelfile; raises ModelError, ModelfileError."""
    try:
        with shared.interruptible():
            if file == _STDIN:
                data = sys.stdin.buffer.read(4 * LARGEST + 1)
            else:
                with Path(file).open("rb") as stream:
                    data = stream.read(4 * LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise ModelError(
            tr("The Modelfile {file} could not be read: {reason}.", file=file, reason=reason),
            tr("Give the path of the Modelfile with -f."),
        ) from error
    folder = Path.cwd() if file == _STDIN else Path(file).absolute().parent
    return _Source(_label(file), decode(data), folder)


def _label(file: str) -> str:
    return "<stdin>" if file == _STDIN else file


def _finding(error: ModelfileError | SourceError | ValueRefused) -> Diagnostic:
    """What is found only when the request is made, at its line."""
    message = error.what if isinstance(error, SourceError) else error.text
    return Diagnostic(max(error.line, 1), 0, 0, Severity.ERROR, message, error.todo)


def _may_be_sent(plan: CreatePlan, *, yes: bool) -> bool:
    """MOD-03: a Modelfile of somebody else's names no file of this machine unseen."""
    listed = [str(path) for path in plan.outside[:_MOST_LISTED]]
    if len(plan.outside) > _MOST_LISTED:
        listed.append(tr("and {count} more", count=len(plan.outside) - _MOST_LISTED))
    what = tr("The Modelfile names files outside its folder: {files}.", files=", ".join(listed))
    todo = tr("Nothing was sent. If you want them in the model, add --yes.")
    return confirm(f"{what} {tr('Put them into the model?')}", ModelError(what, todo), yes=yes)


def _may_replace(name: str, *, yes: bool) -> bool:
    what = tr("There is a model with the name {name} already.", name=name)
    todo = tr("Nothing was changed. Choose another name, or add --yes to replace it.")
    return confirm(f"{what} {tr('Replace it?')}", ModelError(what, todo), yes=yes)

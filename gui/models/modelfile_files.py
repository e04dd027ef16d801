"""Modelfiles on the disk, and the draft of the one being written; all of it blocks."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from gui import files
from gui.errors import ModelError
from gui.language import tr
from gui.models.lines import storable_text
from gui.models.modelfile.parser import LARGEST, decode
from gui.records.modelfile import ModelfileDraft

_MOST_BYTES = 40_000_000


class ModelfileUnusable(ModelError):
    """A file could not be read or written; what a person wrote is still there."""


def with_plain_newlines(text: str) -> str:
    """`text` with newlines as an editor has them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_modelfile(path: Path) -> tuple[str, str]:
    """The text with plain newlines, and the newline that most of its lines had.

    Raises ModelfileUnusable, and ModelfileError for what is no text of this kind (MOD-04).
    """
    try:
        if not path.is_file():
            raise ModelfileUnusable(
                tr("{file} is no file that can be opened.", file=path.name),
                tr("Choose another one."),
            )
        with path.open("rb") as file:
            data = file.read(4 * LARGEST + 1)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ModelfileUnusable(
            tr("{file} could not be read: {reason}", file=path.name, reason=reason),
            tr("Check that you may read it."),
        ) from error
    text = decode(data)
    is_crlf = 2 * text.count("\r\n") > text.count("\n")
    return with_plain_newlines(text), "\r\n" if is_crlf else "\n"


def write_modelfile(draft: ModelfileDraft, path: Path, *, is_new: bool) -> None:
    """Put the text where `path` leads, in the newlines it had; raises ModelfileUnusable.

    What another program has written meanwhile is not overwritten, unless `is_new`: then the
    person has just chosen the place.
    """
    target = path.resolve()
    try:
        if not is_new and target.is_file() and read_modelfile(target)[0] != draft.kept:
            raise ModelfileUnusable(
                tr("Another program has changed {file} meanwhile.", file=path.name),
                tr("Nothing was written. Save it under another name, or open it again."),
            )
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        text = storable_text(draft.text).replace("\n", draft.newline)
        files.write_whole(target, text, mode)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ModelfileUnusable(
            tr("{file} could not be saved: {reason}.", file=path.name, reason=reason),
            tr("Your text is kept as a draft. Save it in another folder."),
        ) from error


def write_draft(draft: ModelfileDraft, path: Path) -> None:
    """Keep the draft whole; raises OSError."""
    value = {
        "text": storable_text(draft.text),
        "kept": storable_text(draft.kept),
        "path": str(draft.path) if draft.path is not None else "",
        "name": storable_text(draft.name),
        "newline": draft.newline,
    }
    files.write_whole(path, json.dumps(value))


def read_draft(path: Path) -> tuple[ModelfileDraft | None, str]:
    """The draft of the last time, None if there is none; and what is to say of it."""
    try:
        if not path.exists() or path.stat().st_size > _MOST_BYTES:
            return None, ""
        value = json.loads(path.read_text("utf-8"))
        text, kept, where, name, newline = (
            value[key] for key in ("text", "kept", "path", "name", "newline")
        )
        if not all(isinstance(each, str) for each in (text, kept, where, name)):
            raise TypeError("not texts")
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        aside = path.with_suffix(".damaged.json")
        with contextlib.suppress(OSError):
            path.replace(aside)
        return None, tr(
            "The draft of your Modelfile could not be read. It is kept as {file}.", file=aside.name
        )
    ending = newline if newline in ("\n", "\r\n") else "\n"
    return ModelfileDraft(text, kept, Path(where) if where else None, name, ending), ""

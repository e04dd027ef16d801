"""What FROM, ADAPTER and DRAFT name: a path on this machine, or a model of the server.

Source of the rules: Ollama (parser/parser.go): what exists as a path is a path, all else
is a name.
"""

from __future__ import annotations

import ntpath
import os
from pathlib import Path

from gui.errors import BadModelName
from gui.language import tr
from gui.models.names import ModelName, read_name, tidied

_PATH_STARTS = ("./", "../", "/", "~", "\\", ".\\", "..\\")
_FILE_ENDS = (".gguf", ".safetensors", ".bin", ".pth")


class NoHome(ValueError):
    """`~name` names a person that this machine does not know."""


def expand(value: str, folder: Path) -> Path:
    """The path that `value` would be, absolute; relative ones start at `folder`.

    Raises NoHome.
    """
    if value.startswith("~"):
        expanded = os.path.expanduser(value)  # noqa: PTH111 - pathlib's raises RuntimeError
        if expanded.startswith("~"):
            raise NoHome(value)
        path = Path(expanded)
    elif value.startswith(("/", "\\")) or ntpath.isabs(value):
        path = Path(value)
    else:
        path = folder / value
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def looks_like_path(value: str) -> bool:
    """Whether a person who wrote `value` meant a file or folder."""
    if value in (".", "..") or value.startswith(_PATH_STARTS):
        return True
    has_drive = bool(ntpath.splitdrive(value)[0]) and value[1:3] in (":\\", ":/")
    return has_drive or value.lower().endswith(_FILE_ENDS)


def model_name(value: str) -> ModelName:
    """The model that a FROM names; raises BadModelName.

    Stricter than where a person types a name: a Modelfile is read by servers as it is.
    """
    name = read_name(value)
    if tidied(value) != value:
        raise BadModelName(tr("There is more here than the name of a model."))
    return name


def is_address(value: str) -> bool:
    """Whether `value` is an address of the web, which no model is made from (MOD-03)."""
    return "://" in value


def address_refused() -> tuple[str, str]:
    """What is said of an address, and what to do instead."""
    return (
        tr("A model cannot be made from an address of the web."),
        tr("Download the file and give its path, or name a model, like hf.co/user/model."),
    )


def is_outside(path: Path, folder: Path) -> bool:
    """Whether `path`, its links followed, lies outside `folder`."""
    try:
        return not path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return True

"""A small catalogue of models worth suggesting, with suggestions while a name is typed."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import replace
from typing import Any

from gui import language, paths
from gui.errors import BadModelName
from gui.models.names import read_name, tidied
from gui.records import CatalogueEntry, CatalogueSize

_NOT_AT_ALL = 99


def entries() -> tuple[CatalogueEntry, ...]:
    """The catalogue in the chosen language, in its own order."""
    return _read(language.chosen())


def suggest(text: str, limit: int = 8) -> tuple[CatalogueEntry, ...]:
    """The models that `text` may become, the likeliest first; all for no text.

    With a colon only the sizes whose tag goes on so are left, as in "qwen3:1".
    """
    wanted = tidied(text).lower()
    name, colon, tag = _parted(wanted)
    scored = [(_score(entry, name), place, entry) for place, entry in enumerate(entries())]
    found = [
        entry
        for score, _, entry in sorted(scored, key=lambda item: item[:2])
        if score < _NOT_AT_ALL
    ]
    if colon:
        narrowed = (_narrowed(entry, tag) for entry in found if entry.name.lower() == name)
        found = [entry for entry in narrowed if entry.sizes]
    return tuple(found[:limit])


def known_size(name: str) -> CatalogueSize | None:
    """What the catalogue knows of a whole name; without a tag the first size it has."""
    try:
        wanted = read_name(name)
    except BadModelName:
        return None
    for entry in entries():
        for size in entry.sizes:
            if read_name(f"{entry.name}:{size.tag}").key == wanted.key:
                return size
        if read_name(entry.name).key == wanted.key:
            return entry.sizes[0] if len(entry.sizes) == 1 else None
    return None


def problem_of(text: str) -> str:
    """Why `text` cannot be pulled by this name, in a plain sentence; "" if it can be tried."""
    try:
        read_name(text)
    except BadModelName as error:
        return str(error)
    return ""


def _parted(wanted: str) -> tuple[str, str, str]:
    """Name, colon and tag; the colon of a port is none of a tag."""
    slash, colon = wanted.rfind("/"), wanted.rfind(":")
    if colon <= slash:
        return wanted, "", ""
    return wanted[:colon], ":", wanted[colon + 1 :]


def _score(entry: CatalogueEntry, wanted: str) -> int:
    """How far it is from what was typed."""
    name, title = entry.name.lower(), entry.title.lower()
    last = name.rpartition("/")[2]
    likely = [name == wanted, name.startswith(wanted), last.startswith(wanted)]
    likely += [title.startswith(wanted), wanted in re.split(r"[-./:]", name)]
    likely += [wanted in name, wanted in title]
    likely += [wanted in entry.good_for, _is_word(wanted, entry.about.lower())]
    return likely.index(True) if any(likely) else _NOT_AT_ALL


def _is_word(wanted: str, about: str) -> bool:
    """Whether a word of the description begins so; two letters say too little."""
    return len(wanted) > 2 and any(word.startswith(wanted) for word in about.split())


def _narrowed(entry: CatalogueEntry, tag: str) -> CatalogueEntry:
    sizes = tuple(size for size in entry.sizes if size.tag.lower().startswith(tag))
    return replace(entry, sizes=sizes)


@functools.cache
def _read(code: str) -> tuple[CatalogueEntry, ...]:
    """The file is part of the app: a fault in it is a fault of ours and found by a test."""
    file = paths.resources() / "catalogue.toml"
    return tuple(_entry(item, code) for item in tomllib.loads(file.read_text("utf-8"))["model"])


def _entry(item: dict[str, Any], code: str) -> CatalogueEntry:
    return CatalogueEntry(
        name=item["name"],
        title=item["title"],
        about=item["about"].get(code, item["about"]["en"]),
        sizes=tuple(CatalogueSize(**size) for size in item["sizes"]),
        languages=tuple(item["languages"]),
        good_for=tuple(item["good_for"]),
        license=item["license"],
    )

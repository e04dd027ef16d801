"""One place makes paths of names and digests, and none of them leaves the folder."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.engine.store import names
from gui.engine.store.layout import InvalidDigest, Layout, parse_digest, usable_on_windows

ENGINE = Path(__file__).parents[3] / "gui" / "engine"
HEX = "0123456789abcdef" * 4
ROOT = Path("/models")

HOSTILE_DIGESTS = [
    *("", "sha256", "sha256:", f"sha256:{HEX[:63]}", f"sha256:{HEX}0", f"sha512:{HEX}", HEX),
    *("sha256:../../x", f"sha256-../{HEX[:61]}", f"sha256:{HEX[:62]}/.", f"sha256:{HEX[:63]}\0"),
    *(f"sha256:{HEX}\n", f" sha256:{HEX}", f"SHA256:{HEX}", f"sha256_{HEX}", f"sha256::{HEX[1:]}"),
    *(f"sha256:{HEX[:63]}\uff11", f"sha256:{HEX[:63]}\u0661", f"sha256:{HEX[:63]}g"),
]
HOSTILE_NAMES = [
    *("", "../../x", "a/../../b", "..", ".", "a/..", "../a:b", "C:\\x", "a\\b", "a:b:c", "a\nb"),
    *("a b", "a:", ":a", "/a", "a/", "%2e%2e", "a%2fb", "x" * 1000, "a:..", "a:.hidden", "~/x"),
    *("a\0", "\u0430", "-rf", "m\u2024m", "a/b/c/d", "http://", "file:///etc/passwd"),
]


@pytest.mark.parametrize("text", HOSTILE_DIGESTS)
def test_mod_01_hostile_digests_are_refused(text: str) -> None:
    with pytest.raises(InvalidDigest):
        Layout(ROOT).blob(text)
    with pytest.raises(InvalidDigest):
        Layout(ROOT).partial(text)
    with pytest.raises(InvalidDigest):
        Layout(ROOT).part(text, 0)


@pytest.mark.parametrize("text", HOSTILE_NAMES)
def test_mod_01_hostile_names_are_refused(text: str) -> None:
    with pytest.raises(names.InvalidName):
        names.parse(text)


@pytest.mark.parametrize("text", [f"sha256:{HEX}", f"sha256-{HEX}", f"sha256:{HEX.upper()}"])
def test_a_digest_has_one_file_however_it_is_written(text: str) -> None:
    assert parse_digest(text) == f"sha256:{HEX}"
    assert Layout(ROOT).blob(text) == ROOT / "blobs" / f"sha256-{HEX}"


@given(st.text() | st.from_regex(r"sha256[:-][0-9a-fA-F./\\]{60,68}"))
def test_mod_01_no_digest_leaves_the_blobs(text: str) -> None:
    layout = Layout(ROOT)
    try:
        path = layout.blob(text)
    except InvalidDigest:
        return
    assert path.parent == layout.blobs
    assert path.name == f"sha256-{text[7:].lower()}"


@given(st.text() | st.from_regex(r"[A-Za-z0-9_.:/\\~%\-]{1,40}"))
def test_mod_01_no_name_leaves_the_manifests(text: str) -> None:
    layout = Layout(ROOT)
    try:
        path = layout.manifest(names.parse(text))
    except names.InvalidName:
        return
    inside = path.relative_to(layout.manifests)
    assert len(inside.parts) == 4
    assert all(part[0] not in ".-~" and not set(part) & set("/\\\0") for part in inside.parts)


@pytest.mark.parametrize(
    ("part", "usable"),
    [
        *((name, False) for name in ("con", "NUL", "nul.", "com1", "LPT9.x", "aux.gguf", "m.")),
        *((name, True) for name in ("console", "m", "com", "v1.0", "null")),
    ],
)
def test_mod_01_names_of_devices(part: str, usable: bool) -> None:
    assert usable_on_windows(part) == usable


def _paths_made(path: Path) -> list[str]:
    """Where `path` joins a path with something that is not written there."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        joined = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        if joined and not isinstance(node.right, ast.Constant):
            found.append(ast.unparse(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            known = all(isinstance(argument, ast.Constant) for argument in node.args)
            if node.func.attr in {"joinpath", "with_name", "relative_to"} and not known:
                found.append(ast.unparse(node))
    return [text for text in found if any(word in text for word in ("name", "digest", "blob"))]


def test_mod_01_only_the_layout_makes_paths_of_names_and_digests() -> None:
    made = {path.relative_to(ENGINE).as_posix(): _paths_made(path) for path in ENGINE.rglob("*.py")}
    assert made.pop("store/layout.py"), "the scan sees nothing"
    # The templates that come with the engine, by names that are written in a file of ours.
    made.pop("templates/named.py", None)
    assert {place: found for place, found in made.items() if found} == {}

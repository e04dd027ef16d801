"""Presets survive being written, and a bad file hides nothing but itself."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui import language, paths
from gui.chat.preset_files import parse, preset_id, render
from gui.chat.presets import PresetStore
from gui.errors import PresetError
from gui.records import Options, Preset

_texts = st.text(st.characters(exclude_categories=["Cs"]))
_floats = st.none() | st.floats(allow_nan=False, allow_infinity=False)
_integers = st.none() | st.integers(-(2**63), 2**63 - 1)
_options = st.builds(
    Options,
    num_ctx=_integers,
    temperature=_floats,
    top_k=_integers,
    top_p=_floats,
    seed=_integers,
    stop=st.lists(_texts, max_size=4).map(tuple),
    repeat_penalty=_floats,
)
_presets = st.builds(
    Preset,
    id=st.just("some"),
    name=_texts.filter(bool),
    system=_texts,
    options=_options,
    model=_texts,
    description=_texts,
)


@pytest.fixture
def store(tmp_path: Path) -> PresetStore:
    for name in ("built-in", "own"):
        (tmp_path / name).mkdir()
    return PresetStore(tmp_path / "built-in", tmp_path / "own")


@given(_presets)
def test_what_is_written_is_read(preset: Preset) -> None:
    assert parse(render(preset), "some", "en", built_in=False) == preset


@given(_texts)
def test_an_id_is_a_safe_file_name(name: str) -> None:
    identity = preset_id(name)
    assert preset_id(identity) == identity
    assert 0 < len(identity.encode()) <= 80
    assert not set(identity) & set('/\\:*?"<>|. \0')


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("My Preset!", "my-preset"),
        ("권봇", "권봇"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con-preset"),
        ("", "preset"),
        ("...", "preset"),
    ],
)
def test_ids(name: str, identity: str) -> None:
    assert preset_id(name) == identity


def test_multi_line_prompts_are_written_as_people_write_them() -> None:
    text = render(Preset("a", "A", system='First "line"\nSecond\n', options=Options(top_p=0.5)))
    assert text == (
        'name = "A"\nsystem = """\nFirst \\"line\\"\nSecond\n"""\n\n[options]\ntop_p = 0.5\n'
    )


def test_save_gives_an_id_and_never_takes_anothers(store: PresetStore) -> None:
    first = store.save(Preset("", "Mine", system="one"))
    second = store.save(Preset("", "Mine", system="two"))
    assert (first.id, second.id) == ("mine", "mine-2")
    assert {preset.system for preset in store.available()} == {"one", "two"}


def test_ones_own_hides_the_built_in_one_until_deleted(store: PresetStore, tmp_path: Path) -> None:
    (tmp_path / "built-in" / "plain.toml").write_text('name = "Plain"')
    [preset] = store.available()
    assert preset.built_in
    store.save(Preset("plain", "My plain"))
    assert [(p.name, p.built_in) for p in store.available()] == [("My plain", False)]
    store.delete("plain")
    store.delete("plain")
    assert [p.name for p in store.available()] == ["Plain"]


@pytest.mark.parametrize(
    "text",
    [
        "name = ",
        "name = 5",
        'name = "x"\noptions = 3',
        'name = "x"\n[options]\ntemperature = "hot"',
        'name = "x"\n[options]\ntemperature = nan',
        'name = "x"\n[options]\ntop_k = true',
        'name = "x"\n[options]\ntop_k = 1.5',
        'name = "x"\n[options]\nstop = "x"',
        'name = "x"\n[options]\nmirostat = 1',
        "x = " + "[" * 100_000,
    ],
)
def test_a_bad_file_is_named_and_hides_nothing(
    store: PresetStore, tmp_path: Path, text: str
) -> None:
    (tmp_path / "own" / "bad.toml").write_text(text)
    (tmp_path / "own" / "good.toml").write_text('name = "Good"')
    assert [preset.name for preset in store.available()] == ["Good"]
    [problem] = store.problems
    assert "bad.toml" in problem.what


def test_files_that_are_not_text_are_named(store: PresetStore, tmp_path: Path) -> None:
    (tmp_path / "own" / "latin.toml").write_bytes(b'name = "\xff"')
    (tmp_path / "own" / "folder.toml").mkdir()
    (tmp_path / "own" / "huge.toml").write_bytes(b"#" * 1_000_001)
    assert store.available() == ()
    assert len(store.problems) == 3


@pytest.mark.parametrize("identity", ["../x", "a/b", "con", ".hidden", "UPPER", "a.b", "x\0"])
def test_no_id_leaves_the_folder(store: PresetStore, identity: str) -> None:
    with pytest.raises(PresetError):
        store.save(Preset(identity, "X"))
    with pytest.raises(PresetError):
        store.delete(identity)


def test_a_failed_save_leaves_the_old_one_whole(store: PresetStore, tmp_path: Path) -> None:
    store.save(Preset("mine", "Mine", system="old"))
    with pytest.raises(PresetError):
        store.save(Preset("mine", "Mine", system="new \ud800"))
    assert [preset.system for preset in store.available()] == ["old"]
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["mine.toml"]


def test_the_built_in_ones_are_whole_in_both_languages(tmp_path: Path) -> None:
    store = PresetStore(paths.resources() / "presets", tmp_path)
    english = store.available()
    assert store.problems == ()
    assert len(english) >= 6
    assert english[0].id == "assistant"
    language.choose("ko")
    try:
        korean = {preset.id: preset for preset in store.available()}
    finally:
        language.choose("en")
    for preset in english:
        other = korean[preset.id]
        assert all((preset.name, preset.description, preset.system))
        assert other.name != preset.name
        assert any("가" <= character <= "힣" for character in other.description)
        assert not set(preset.description) - set(string.printable) - set("↔")
        assert preset.options.temperature is not None

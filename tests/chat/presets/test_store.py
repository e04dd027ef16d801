"""Presets survive being written, and a bad file hides nothing but itself."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui import language, paths
from gui.chat.presets import PresetStore, shape
from gui.chat.presets.check import Facts, check
from gui.chat.presets.ids import preset_id
from gui.chat.presets.reading import parse
from gui.chat.presets.values import missing
from gui.chat.presets.writing import render
from gui.errors import PresetError
from gui.records import Options, OutputKind, Preset, VariableSource

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
        'format = 2\nname = "A"\nsystem = """\nFirst \\"line\\"\nSecond\n"""\n'
        "\n[options]\ntop_p = 0.5\n"
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


@pytest.mark.parametrize(
    "text",
    [
        'format = 3\nname = "x"',
        'format = 2\nname = "x"\nnam = "y"',
        'format = 2\nname = "x"\n[[steps]]\nname = "a"\noutput = "xml"',
        'format = 2\nname = "x"\n[[steps]]\nname = "a"\ntogether = [{name = "b"}]',
        'format = 2\nname = "x"\n[[steps]]\nnam = "a"',
        'name = "x"\n[[steps]]\nname = "a"',
    ],
)
def test_what_is_no_preset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text, "x", "en")


def test_a_first_format_has_braces_that_are_braces() -> None:
    assert parse('system = "JSON {x}"\nextra = 1', "x", "en").system == "JSON {{x}}"
    assert parse('format = 2\nsystem = "JSON {x}"', "x", "en").system == "JSON {x}"


def test_saving_keeps_comments_and_other_languages(store: PresetStore, tmp_path: Path) -> None:
    text = '# mine\nformat = 2\nname = "Plain"\nname_ko = "그냥" # ko\n'
    (tmp_path / "built-in" / "plain.toml").write_text(text, "utf-8")
    store.save(Preset("plain", "Plain", system="x"))
    assert store.source("plain") == text + 'system = "x"\n'
    assert store.is_changed("plain")
    store.delete("plain")
    assert not store.is_changed("plain")
    assert store.source("plain") == text


def test_a_source_is_saved_as_it_was_written(store: PresetStore) -> None:
    text = "name='Mine' # so\nformat=2\nsystem='{unfinished'"
    saved = store.save_source("", text)
    assert saved.id == "mine"
    assert store.source("mine") == text
    with pytest.raises(PresetError) as caught:
        store.save_source("mine", "name = ")
    assert caught.value.todo
    assert store.source("mine") == text
    with pytest.raises(PresetError):
        store.source("nothing")


def test_duplicates(store: PresetStore, tmp_path: Path) -> None:
    (tmp_path / "built-in" / "plain.toml").write_text('# why\nname = "Plain"\nsystem = "{x}"')
    copy = store.duplicate("plain", "Plain 2")
    assert (copy.id, copy.built_in) == ("plain-2", False)
    assert store.get("plain-2") == copy
    assert copy.system == "{{x}}"
    assert store.source("plain-2").startswith("# why")
    with pytest.raises(LookupError):
        store.duplicate("nothing", "x")


def test_ones_own_have_an_order(store: PresetStore, tmp_path: Path) -> None:
    (tmp_path / "built-in" / "z.toml").write_text('name = "Z"')
    for name in ("a", "b", "c"):
        store.save(Preset(name, name.upper()))
    store.reorder(["c", "a", "gone"])
    assert [preset.id for preset in store.available()] == ["z", "c", "a", "b"]
    (tmp_path / "own" / "order.json").write_text("[" * 100_000)
    assert [preset.id for preset in store.available()] == ["z", "a", "b", "c"]


def test_importing_never_overwrites(store: PresetStore, tmp_path: Path) -> None:
    store.save(Preset("shared", "Shared", system="mine"))
    file = tmp_path / "Shared.toml"
    file.write_text('\ufeffformat = 2\nname = "Shared" # yours\nsystem = "{tone}"', "utf-8")
    taken = store.import_file(file)
    assert taken.id == "shared-2"
    assert "# yours" in store.source("shared-2")
    assert {preset.system for preset in store.available()} == {"mine", "{tone}"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("broken.toml", b"name = "),
        ("loop.toml", b'format = 2\nname = "x"\n[[steps]]\nname = "a"\nprompt = "{a}"'),
        ("huge.toml", b"#" * 1_000_001),
        ("latin.toml", b'name = "\xff"'),
        ("deep.toml", b"x = " + b"[" * 100_000),
    ],
)
def test_tpl_07_a_bad_file_is_not_taken_over(
    store: PresetStore, tmp_path: Path, name: str, data: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(PresetError) as caught:
        store.import_file(file)
    assert name in caught.value.what
    assert list((tmp_path / "own").iterdir()) == []
    with pytest.raises(PresetError):
        store.import_file(tmp_path / "nothing.toml")


def test_exporting_writes_what_can_be_imported(store: PresetStore, tmp_path: Path) -> None:
    preset = store.save(Preset("", "Mine", system="{x}", options=Options(seed=1)))
    file = tmp_path / "mine.toml"
    store.export(preset, file)
    assert store.import_file(file).system == "{x}"
    with pytest.raises(PresetError):
        store.export(preset, tmp_path / "no folder" / "mine.toml")


def test_the_built_in_ones_are_whole_in_both_languages(tmp_path: Path) -> None:
    store = PresetStore(paths.resources() / "presets", tmp_path)
    english = store.available()
    assert store.problems == ()
    assert len(english) >= 18
    assert english[0].id == "assistant"
    assert sum(bool(preset.chain) for preset in english) >= 4
    language.choose("ko")
    try:
        korean = {preset.id: preset for preset in store.available()}
        found = [check(store.source(preset.id), Facts(())) for preset in english]
    finally:
        language.choose("en")
    assert not any(found)
    for preset in english:
        other = korean[preset.id]
        assert all((preset.name, preset.description, preset.system or preset.chain))
        assert other.name != preset.name
        words = [other.description, *(step.title for step in other.chain.steps)]
        words += [variable.label for variable in missing(other)]
        assert all(any("가" <= character <= "힣" for character in word) for word in words)
        titles = "".join(step.title for step in preset.chain.steps)
        assert not set(preset.description + titles) - set(string.printable) - set("↔")
        assert preset.options.temperature is not None
        assert all(variable.default for variable in missing(preset))


def test_the_page_about_presets_names_every_key() -> None:
    page = (paths.resources() / "presets" / "README.md").read_text("utf-8")
    keys = {*shape.TOP, *shape.VARIABLE, *shape.STEP, *shape.TOGETHER}
    words = {*OutputKind, *VariableSource, *keys}
    english, korean = page.split("\n# 프리셋")
    for half in (english, korean):
        assert not {word for word in words if f"`{word}`" not in half}
    for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL):
        assert check(block) == ()

"""The form and the source are one text: what differs changes, all else stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from preset_samples import presets, stages

from gui.chat.presets.reading import parse
from gui.chat.presets.writing import changed, render
from gui.errors import PresetError
from gui.records import Chain, Options, Preset, Step, Variable

SOURCE = '''# My chain, 2026
format = 2
name = "Joke and poem"   # short
name_ko = "농담과 시"
system = """
Be brief.
"""

# Cool and collected.
[options]
temperature = 1  # not 1.0
stop = ["a",
  "b"]

# What it is about.
[[variables]]
name = "topic"
label = "About what?"
label_ko = "무엇에 대해?"

# Apart from the rest.

# First step.
[[steps]]
name = "joke"
prompt = 'A joke about {topic}'

# Second step.
[[steps]]
# Both at once:
[[steps.together]]
name = "poem"
title_ko = "시"
prompt = "A poem about {topic}"
output = "text"
[[steps.together]]
name = "song"
prompt = "A song about {topic}"
[steps.together.options]
seed = 5 # lucky

# The end.
'''


def source(language: str = "en") -> Preset:
    return parse(SOURCE, "some", language)


def differing(preset: Preset, language: str = "en") -> tuple[list[str], list[str]]:
    """The lines that went, and those that came."""
    after = changed(SOURCE, preset, language)
    assert parse(after, "some", language) == preset
    before = SOURCE.splitlines()
    lines = after.splitlines()
    gone = [line for line in before if line not in lines]
    come = [line for line in lines if line not in before]
    return gone, come


def with_stages(preset: Preset, *stages: tuple[Step, ...]) -> Preset:
    return replace(preset, chain=replace(preset.chain, stages=stages))


@given(presets)
def test_what_is_written_is_read(preset: Preset) -> None:
    assert parse(render(preset), "some", "en") == preset


@given(presets, presets, st.sampled_from(["\n", "\r\n"]))
def test_any_text_becomes_any_preset(first: Preset, second: Preset, newline: str) -> None:
    text = render(first).replace("\n", newline)
    assert parse(changed(text, second, "en"), "some", "en") == second
    assert changed(text, first, "en") == text


@given(presets)
def test_a_text_with_comments_becomes_any_preset(preset: Preset) -> None:
    for language in ("en", "ko"):
        after = changed(SOURCE, preset, language)
        assert parse(after, "some", language) == preset
        assert "# My chain, 2026" in after


@given(presets, stages)
def test_only_lines_of_the_changed_step_change(preset: Preset, stage: tuple[Step, ...]) -> None:
    """A stage put at the end leaves every line before it as it was."""
    text = render(preset)
    more = with_stages(preset, *preset.chain.stages, stage)
    assert changed(text, more, "en").startswith(text)


def test_nothing_differs() -> None:
    assert changed(SOURCE, source(), "en") == SOURCE
    assert changed(SOURCE, source("ko"), "ko") == SOURCE


def test_one_value() -> None:
    preset = replace(source(), options=replace(source().options, temperature=0.2))
    assert differing(preset) == (
        ["temperature = 1  # not 1.0"],
        ["temperature = 0.2  # not 1.0"],
    )


def test_a_new_key_stands_where_it_usually_does() -> None:
    after = changed(SOURCE, replace(source(), model="m", description="d"), "en")
    expected = SOURCE.replace('"농담과 시"\n', '"농담과 시"\ndescription = "d"\n')
    assert after == expected.replace('Be brief.\n"""\n', 'Be brief.\n"""\nmodel = "m"\n')


def test_a_key_goes() -> None:
    preset = replace(source(), system="", options=Options(stop=("a", "b")))
    gone, come = differing(preset)
    assert come == []
    assert gone == ['system = """', "Be brief.", '"""', "temperature = 1  # not 1.0"]


def test_words_change_in_the_language_they_are_read_in() -> None:
    preset = replace(source("ko"), name="새 이름")
    assert differing(preset, "ko") == (['name_ko = "농담과 시"'], ['name_ko = "새 이름"'])
    assert parse(changed(SOURCE, preset, "ko"), "some", "en").name == "Joke and poem"


def test_a_renamed_step_keeps_its_comments() -> None:
    (joke,), rest = source().chain.stages
    preset = with_stages(source(), (replace(joke, name="pun"),), rest)
    assert differing(preset) == (['name = "joke"'], ['name = "pun"'])


def test_steps_change_places_with_their_comments() -> None:
    joke, rest = source().chain.stages
    after = changed(SOURCE, with_stages(source(), rest, joke), "en")
    assert sorted(after.splitlines()) == sorted(SOURCE.splitlines())
    assert after.index("# Second step.") < after.index('"poem"') < after.index("# First step.")
    assert after.index("# First step.") < after.index('"joke"')


def test_a_step_goes_with_its_comment_and_no_other() -> None:
    after = changed(SOURCE, with_stages(source(), source().chain.stages[1]), "en")
    assert "# First step." not in after
    assert all(line in after for line in ("# Apart from the rest.", "# Second step.", "# The end."))


def test_inner_steps() -> None:
    joke, (poem, song) = source().chain.stages
    ode = Step("ode", "An ode about {topic}", options=Options(seed=1))
    after = changed(SOURCE, with_stages(source(), joke, (song, ode)), "en")
    assert 'name = "poem"' not in after
    assert "seed = 5 # lucky" in after
    assert parse(after, "some", "en").chain.stages[1] == (song, ode)
    assert poem.prompt not in after


def test_all_of_a_kind_go_and_come() -> None:
    bare = replace(source(), variables=(), chain=Chain(), options=Options())
    text = changed(SOURCE, bare, "en")
    assert parse(text, "some", "en") == bare
    assert "[[" not in text
    assert "[options]" not in text
    again = replace(bare, variables=(Variable("x"),), options=Options(seed=1))
    assert changed(text, again, "en").count("[") == 3


@pytest.mark.parametrize(
    "text",
    [
        'name = "x"\noptions = {seed = 1}\nformat = 2\nsteps = [{name = "a", prompt = "p"}]',
        'format = 2\nname = "x"\noptions.seed = 1\n"model" = "m"\n',
        'format = 2\nname = "x"\n[[steps]]\nname="a"\n[options]\n[steps.options]\nseed=2',
        'name = "first format {x}"\nsystem = "braces {x}"\n',
        "\ufeffformat = 2\r\nname = 'x'\r\nsystem = '''\r\na\r\nb'''\r\n",
        "",
    ],
)
@given(preset=presets)
def test_unusual_layouts(text: str, preset: Preset) -> None:
    assert parse(changed(text, preset, "en"), "some", "en") == preset


def test_a_first_format_becomes_the_second() -> None:
    text = '# mine\nname = "x"\nsystem = "say {x}" # braces\n'
    preset = replace(parse(text, "x", "en"), model="m")
    after = changed(text, preset, "en")
    assert after == ('# mine\nformat = 2\nname = "x"\nsystem = "say {{x}}" # braces\nmodel = "m"\n')


@pytest.mark.parametrize("text", ["name = ", 'format = 2\nnam = "x"', "x = " + "[" * 100_000])
def test_a_source_with_a_mistake_is_not_touched(text: str) -> None:
    with pytest.raises(PresetError) as caught:
        changed(text, source(), "en")
    assert caught.value.todo

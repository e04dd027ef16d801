"""What is done to a chain: nothing gets lost, references follow a new name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from preset_samples import chains, presets

from gui.records import Chain, Preset, Step, Variable
from gui.widgets.chain import edits

A, B, C = Step("a", "{input}"), Step("b", "{a}"), Step("c", "{a} {{b}} {b}")
CHAIN = Chain(((A,), (B, C)), "{c}")


def test_a_step_beside_others_leaves_them() -> None:
    assert edits.moved(CHAIN, (1, 1), -1) == (Chain(((A,), (C,), (B,)), "{c}"), (1, 0))
    assert edits.moved(CHAIN, (1, 0), 1) == (Chain(((A,), (C,), (B,)), "{c}"), (2, 0))


def test_a_step_alone_changes_places_with_the_stage() -> None:
    assert edits.moved(CHAIN, (0, 0), 1) == (Chain(((B, C), (A,)), "{c}"), (1, 0))
    assert edits.moved(CHAIN, (0, 0), -1) is None


def test_steps_join_and_change_sides() -> None:
    assert edits.joined_above(CHAIN, (0, 0)) is None
    assert edits.joined_above(CHAIN, (1, 0)) == (Chain(((A, B), (C,)), "{c}"), (0, 1))
    assert edits.joined_above(Chain(((A,), (B,))), (1, 0)) == (Chain(((A, B),)), (0, 1))
    assert edits.moved_aside(CHAIN, (1, 0), 1) == (Chain(((A,), (C, B)), "{c}"), (1, 1))
    assert edits.moved_aside(CHAIN, (1, 1), 1) is None


def test_a_new_step_takes_what_stands_before_it() -> None:
    chain, place = edits.added_after(CHAIN, 1)
    assert place == (2, 0)
    assert edits.step_at(chain, place) == Step("step", "{b}\n\n{c}")
    chain, place = edits.added_beside(CHAIN, 1, ["step"])
    assert edits.step_at(chain, place) == Step("step_2", "{a}")
    assert edits.added_after(Chain(), -1)[0].steps == (Step("step", "{input}"),)


def test_the_last_step_takes_its_stage_along() -> None:
    assert edits.without(CHAIN, (0, 0)) == Chain(((B, C),), "{c}")


def test_references_follow_a_new_name_but_literal_braces_stay() -> None:
    preset = Preset("", "x", chain=Chain(((A,), (B, Step("d", "", when="not a"))), "{a}{{a}}"))
    renamed = edits.with_step_renamed(preset, (0, 0), "영어")
    assert renamed.chain.steps[0].name == "영어"
    assert renamed.chain.steps[1].prompt == "{영어}"
    assert renamed.chain.steps[2].when == "not 영어"
    assert renamed.chain.reply == "{영어}{{a}}"


def test_of_two_steps_of_one_name_references_stay() -> None:
    preset = Preset("", "x", chain=Chain(((A,), (A,), (B,))))
    assert edits.with_step_renamed(preset, (1, 0), "z").chain.steps[2] == B


def test_prompts_follow_a_renamed_variable() -> None:
    preset = Preset("", "x", "Be {mood}.", variables=(Variable("mood"),))
    renamed = edits.with_variable(preset, 0, Variable("tone", label="How?"))
    assert renamed.system == "Be {tone}."
    assert renamed.variables == (Variable("tone", label="How?"),)


def test_what_a_prompt_can_name() -> None:
    preset = Preset("", "x", variables=(Variable("mood"),), chain=CHAIN)
    assert edits.names_before(preset, 1) == ("input", "mood", "a")
    assert edits.names_before(preset, 2) == ("input", "mood", "a", "b", "c")


@given(chains, st.data())
def test_moving_loses_and_adds_nothing(chain: Chain, data: st.DataObject) -> None:
    places = edits.places(chain)
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    step = edits.step_at(chain, place)
    for result in (
        edits.moved(chain, place, -1),
        edits.moved(chain, place, 1),
        edits.moved_aside(chain, place, 1),
        edits.joined_above(chain, place),
    ):
        if result is not None:
            changed, where = result
            assert edits.step_at(changed, where) == step
            assert sorted(map(repr, changed.steps)) == sorted(map(repr, chain.steps))
            assert all(changed.stages)


@given(presets, st.data())
def test_a_name_that_is_taken_back_changes_nothing(preset: Preset, data: st.DataObject) -> None:
    places = edits.places(preset.chain)
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    old = edits.step_at(preset.chain, place).name
    there = edits.with_step_renamed(preset, place, "nothing_has_this")
    assert edits.with_step_renamed(there, place, old) == preset

"""What will be sent: rendered, measured, and each option with the hand that set it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import httpx
from engine_process import STARTER, EngineUnderTest
from served_chains import endpoint_of
from served_chains import engine as engine

from gui.chat.preview import preview
from gui.models.client import ModelClient
from gui.records import (
    Chain,
    Message,
    ModelInfo,
    Options,
    Preset,
    Role,
    Step,
    Variable,
)
from gui.records.sending import EffectiveOption, OptionSource, SendPreview

MODEL = ModelInfo("tiny", context_length=2048)
PRESET = Preset(
    "p", "P", system="About {topic}.", options=Options(top_p=0.5), variables=(Variable("topic"),)
)


def look(
    preset: Preset = PRESET,
    own: Options | None = None,
    variables: Mapping[str, str] | None = None,
    text: str = "Hello",
    branch: Sequence[Message] = (),
) -> SendPreview:
    values = {"topic": "tea"} if variables is None else variables
    work = preview(None, branch, MODEL, preset, own or Options(), values, text)
    return asyncio.run(work)


def by_name(options: Sequence[EffectiveOption]) -> dict[str, tuple[str, OptionSource]]:
    return {option.name: (option.value, option.source) for option in options}


def test_each_option_says_who_set_it() -> None:
    options = by_name(look(own=Options(temperature=0.2)).options)
    assert options["temperature"] == ("0.2", OptionSource.YOU)
    assert options["top_p"] == ("0.5", OptionSource.PRESET)
    assert options["num_ctx"] == ("2048", OptionSource.ONDOL)
    assert options["seed"] == ("a new one for each reply", OptionSource.ONDOL)
    assert options["top_k"] == ("40", OptionSource.SERVER)
    assert by_name(look().options)["temperature"] == ("0.8", OptionSource.SERVER)


def test_a_context_that_the_model_cannot_hold_is_said_to_be_ours() -> None:
    fits = Preset("p", "P", options=Options(num_ctx=1024, seed=7))
    options = by_name(look(fits).options)
    assert options["num_ctx"] == ("1024", OptionSource.PRESET)
    assert options["seed"] == ("7", OptionSource.PRESET)
    too_long = Preset("p", "P", options=Options(num_ctx=99_999))
    assert by_name(look(too_long).options)["num_ctx"] == ("2048", OptionSource.ONDOL)


def test_the_system_prompt_is_filled_in_and_what_is_missing_stands_in_braces() -> None:
    assert look().system == "About tea."
    assert look(variables={}).system == "About {topic}."
    assert look(variables={"topic": "{topic} {{x}}"}).system == "About {topic} {{x}}."
    assert not look().fault


def test_a_broken_prompt_is_told() -> None:
    assert look(Preset("p", "P", system="{broken")).fault


def test_what_is_said_and_what_came_before_is_counted() -> None:
    short, long = look(text="Hi"), look(text="word " * 400)
    assert 0 < short.used < 30
    assert long.used > short.used + 300
    assert (long.num_ctx, long.trained) == (2048, 2048)
    branch = [
        Message(1, 1, None, Role.USER, "old " * 4000),
        Message(2, 1, 1, Role.ASSISTANT, "older " * 200),
        Message(3, 1, 2, Role.USER, "new"),
        Message(4, 1, 3, Role.ASSISTANT, "newer"),
    ]
    shown = look(branch=branch)
    assert (shown.history, shown.left_out) == (2, 2)


def test_a_chain_shows_each_step_with_what_it_will_be_given() -> None:
    steps = (
        Step("english", "Translate: {input}", options=Options(temperature=0.0)),
        Step("answer", "Answer {english} about {topic}", model="other", history=True),
    )
    chain = Chain(tuple((step,) for step in steps))
    preset = Preset("p", "P", options=Options(temperature=0.5), chain=chain)
    shown = look(preset, own=Options(temperature=1.1), text="뭐야?")
    first, second = shown.steps
    assert (first.prompt, first.model) == ("Translate: 뭐야?", "tiny")
    assert (second.prompt, second.model) == ("Answer {english} about tea", "other")
    assert by_name(first.options)["temperature"] == ("0", OptionSource.STEP)
    assert by_name(second.options)["temperature"] == ("1.1", OptionSource.YOU)
    assert (first.has_history, second.has_history) == (False, True)
    assert shown.used == 0
    assert look(preset, text="").steps[0].prompt == "Translate: {input}"


def test_what_the_model_itself_sets_is_asked_of_the_server(engine: EngineUnderTest) -> None:
    made = {
        "model": "warm",
        "from": STARTER,
        "parameters": {"temperature": 0.33, "top_k": 7, "stop": ["END", "a b"]},
        "stream": False,
    }
    with httpx.Client(base_url=engine.url, headers=engine.headers, trust_env=False) as http:
        http.post("/api/create", json=made, timeout=60).raise_for_status()

    async def work() -> SendPreview:
        client = ModelClient(endpoint_of(engine))
        try:
            model = ModelInfo("warm:latest", context_length=2048)
            preset = Preset("p", "P", options=Options(top_k=9))
            return await preview(client, (), model, preset, Options(), {}, "Hi")
        finally:
            await client.aclose()

    options = by_name(asyncio.run(work()).options)
    assert options["temperature"] == ("0.33", OptionSource.MODEL)
    assert options["top_k"] == ("9", OptionSource.PRESET)
    assert "“END”, “a b”" in options["stop"][0]
    assert options["stop"][1] is OptionSource.MODEL

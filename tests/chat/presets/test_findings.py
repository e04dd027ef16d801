"""What must not run is named: names, braces, references, circles, schemas, too many steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from preset_samples import presets

from gui.chat.presets.findings import findings, problems
from gui.chat.presets.reading import parse
from gui.records import Chain, Options, OutputKind, Preset, Severity, Step, Variable


def chain(*stages: Step | tuple[Step, ...], **more: object) -> Preset:
    made = tuple(stage if isinstance(stage, tuple) else (stage,) for stage in stages)
    return Preset("x", "X", chain=Chain(made, **more))  # type: ignore[arg-type]


def only(preset: Preset) -> str:
    [problem] = problems(preset)
    return problem


def test_the_chains_of_the_notes_are_sound() -> None:
    assert not [
        *findings(chain(Step("english", "{input}"), Step("answer", "{input} {english}"))),
        *findings(chain((Step("joke", "{input}"), Step("poem", "{input}")), reply="{joke}{poem}")),
    ]


@pytest.mark.parametrize(
    ("preset", "words"),
    [
        (chain(Step("joke", "{joke}")), ["joke", "own"]),
        (chain(Step("a", "{b}"), Step("b", "x")), ["b", "later"]),
        (chain((Step("a", "x"), Step("b", "{a}"))), ["a", "beside"]),
        (chain(Step("a", "x"), Step("a", "y")), ["a", "twice"]),
        (chain((Step("a", "x"), Step("a", "y"))), ["a", "twice"]),
        (chain(Step("input", "x")), ["input"]),
        (chain(Step("a b", "x")), ["a b"]),
        (chain(Step("class", "x")), ["class"]),
        (chain(Step("", "x")), ["missing"]),
        (chain(Step("a", " ")), ["a", "prompt"]),
        (chain(Step("a", "{x.y}")), ["x.y"]),
        (chain(Step("a", "x", system="{0}")), ["0"]),
        (chain(Step("a", "x"), reply="{"), ["brace"]),
        (chain(Step("a", "x", when="b")), ["when", "b"]),
        (chain(Step("a", "x"), Step("b", "x", when="not a")), ["a", "yes or no"]),
        (
            chain((Step("a", "x", output=OutputKind.BOOLEAN), Step("b", "x", when="a"))),
            ["a", "beside"],
        ),
        (chain(Step("a", "x", output=OutputKind.JSON, schema="{")), ["JSON"]),
        (chain(Step("a", "x", output=OutputKind.JSON, schema="[]")), ["object"]),
        (chain(Step("a", "x", output=OutputKind.JSON, schema='{"type": "text"}')), ["text"]),
        (chain(Step("a", "x", output=OutputKind.JSON, schema="[" * 100_000)), ["JSON"]),
        (Preset("x", "X", system="{input}"), ["system", "input"]),
        (Preset("x", "X", variables=(Variable("a-b"),)), ["a-b"]),
        (Preset("x", "X", system="{a}", variables=(Variable("a"), Variable("a"))), ["twice"]),
        (Preset("x", "X", variables=(Variable("input"),)), ["input"]),
    ],
)
def test_tpl_07_what_must_not_run_is_named(preset: Preset, words: list[str]) -> None:
    assert all(word in only(preset) for word in words), only(preset)


def test_tpl_07_a_step_that_shadows_a_variable() -> None:
    step = Step("a", "{v}")
    preset = Preset("x", "X", variables=(Variable("a"), Variable("v")), chain=Chain(((step,),)))
    assert "a" in only(preset)


def test_tpl_07_circles_are_told_as_circles() -> None:
    two = chain(Step("joke", "{poem}"), Step("poem", "{joke}"))
    assert "joke uses poem, and poem uses joke" in only(two)
    three = chain(Step("a", "{b}"), Step("b", "{c}"), Step("c", "{a}"))
    assert any("a uses b, b uses c, and c uses a" in problem for problem in problems(three))
    beside = chain((Step("a", "{b}"), Step("b", "{a}")))
    assert any("a uses b, and b uses a" in problem for problem in problems(beside))


def test_tpl_07_ten_thousand_steps_are_too_many() -> None:
    many = chain(*(Step(f"s{n}", f"{{s{9999 - n}}}") for n in range(10_000)))
    assert "10000" in only(many)
    assert problems(chain(*(Step(f"s{n}", "x") for n in range(50)))) == ()


def test_tpl_06_a_path_is_text() -> None:
    text = 'format = 2\nname = "x"\nsystem = "../../etc/passwd"\nmodel = "file:///etc/passwd"\n'
    preset = parse(text, "x", "en")
    assert preset.system == "../../etc/passwd"
    assert problems(preset) == ()


def said(preset: Preset, severity: Severity, installed: tuple[str, ...] | None = None) -> str:
    return "\n".join(
        f"{finding.message} {finding.mend}"
        for finding in findings(preset, installed)
        if finding.severity is severity
    )


def test_warnings_and_notes() -> None:
    slip = Preset("x", "X", system="{topik} {new}", variables=(Variable("topic"),))
    assert "{topik}" in said(slip, Severity.WARNING)
    assert "{topic}?" in said(slip, Severity.WARNING)
    notes = said(slip, Severity.NOTE)
    assert "{new}" in notes
    assert "{topic}" in notes
    assert "temperature" in said(Preset("x", "X", options=Options(temperature=7)), Severity.WARNING)
    assert "schema" in said(chain(Step("a", "x", schema="{}")), Severity.WARNING)
    assert "reply" in said(Preset("x", "X", chain=Chain(reply="{a}")), Severity.WARNING)


def test_models_that_are_not_installed() -> None:
    preset = Preset("x", "X", model="llama", chain=Chain(((Step("a", "x", model="qwen:1"),),)))
    assert said(preset, Severity.WARNING) == ""
    assert said(preset, Severity.WARNING, ("llama:latest", "qwen:1")) == ""
    assert said(preset, Severity.WARNING, ()).count("not installed") == 2


@given(presets)
def test_any_preset_can_be_looked_at(preset: Preset) -> None:
    for finding in findings(preset, ()):
        assert finding.message
        assert finding.path

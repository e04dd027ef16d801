"""Presets as Python: scripts that compile, are clean, hold nothing foreign, and run."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engine_process import STARTER, EngineUnderTest
from hypothesis import given, settings
from hypothesis import strategies as st
from preset_samples import texts

from gui import paths
from gui.chat import PresetStore
from gui.chat.presets import template
from gui.chat.presets.python import as_python
from gui.errors import PresetError
from gui.records import Chain, Options, OutputKind, Preset, Step, Variable

URL = "http://127.0.0.1:11434"
BUILT_IN = PresetStore(paths.resources() / "presets", Path("nowhere")).available()
CHAINS = [preset for preset in BUILT_IN if preset.chain]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUnderTest]:
    with EngineUnderTest(tmp_path_factory.mktemp("engine")) as running:
        yield running


def strings(script: str) -> set[str]:
    """Every text in a script, joined ones as one."""
    found = (node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Constant))
    return {node.value for node in found if isinstance(node.value, str)}


def ruff(folder: Path) -> str:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "100"),
            *("--no-cache", "--select", "E,F,I,B,UP,W", "--output-format", "concise", folder),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode else ""


def test_every_built_in_preset_is_clean_python(tmp_path: Path) -> None:
    for number, preset in enumerate(BUILT_IN):
        script = as_python(preset, STARTER, URL)
        (tmp_path / f"preset_{number}.py").write_text(script, "utf-8")
        for step in preset.chain.steps:
            assert {step.prompt, step.system or preset.system} - {""} <= strings(script)
    assert ruff(tmp_path) == ""


def short(preset: Preset) -> Preset:
    """The same with a few tokens a step, and the same answer each time."""
    few = Options(num_predict=12, temperature=0.0, seed=1)
    chain = Chain(
        tuple(
            tuple(replace(step, options=few.over(step.options)) for step in stage)
            for stage in preset.chain.stages
        ),
        preset.chain.reply,
    )
    return replace(preset, chain=chain, options=few.over(preset.options))


def run(script: str, engine: EngineUnderTest, *arguments: str) -> str:
    done = subprocess.run(
        [
            *(sys.executable, "-c", script, *arguments, "--url", engine.url),
            *("--header", f"Authorization:{engine.headers['Authorization']}"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("preset", CHAINS, ids=lambda preset: preset.id)
def test_every_built_in_chain_runs(preset: Preset, engine: EngineUnderTest) -> None:
    said = run(as_python(short(preset), STARTER, URL), engine, "A cat sleeps on a warm floor.")
    assert said
    if preset.id == "joke-and-poem":
        assert said.index("Joke") < said.index("Poem")


def test_variables_are_arguments(engine: EngineUnderTest) -> None:
    preset = Preset(
        "x",
        "Say it",
        system="You say {단어} and {model}.",
        options=Options(num_predict=8, min_p=0.1),
        variables=(Variable("단어", default="고양이"),),
    )
    script = as_python(preset, "other", URL)
    assert run(script, engine, "Hi", "--var-model", "x", "--model", STARTER, "--단어", "개")
    assert '"min_p": 0.1' in script


def kinds_of(first: OutputKind, second: OutputKind) -> Preset:
    steps = (
        (Step("one", "{input}", output=first), Step("두", "{input}", output=second)),
        (Step("both", "{one} {두}", output=first, when=""),),
    )
    return Preset("x", "X", chain=Chain(steps))


@pytest.mark.parametrize("first", OutputKind)
@pytest.mark.parametrize("second", OutputKind)
@pytest.mark.parametrize("reply", ["", "{one}\n\n{두}"])
def test_every_kind_of_output(
    first: OutputKind, second: OutputKind, reply: str, tmp_path: Path
) -> None:
    preset = kinds_of(first, second)
    stages = preset.chain.stages
    for number, chain in enumerate((Chain(stages, reply), Chain(stages[:1], reply))):
        script = as_python(replace(preset, chain=chain), STARTER, URL)
        names: dict[str, object] = {"__name__": "script"}
        exec(compile(script, "script", "exec"), names)
        names["build"](STARTER, URL, {})  # type: ignore[operator]
        (tmp_path / f"script_{number}.py").write_text(script, "utf-8")
    assert ruff(tmp_path) == ""


@given(texts, texts, texts, texts)
@settings(deadline=None)
def test_tpl_01_foreign_text_stays_text(name: str, system: str, title: str, label: str) -> None:
    prompt = template.escaped(system) or "x"
    step = Step("a", prompt + "!", system=prompt, title=title, model=title)
    preset = Preset(
        "x",
        name,
        description=label,
        variables=(Variable("v", label=label, default=label),),
        chain=Chain(((step,),), reply="{a}{v}" + prompt),
    )
    script = as_python(preset, name, system)
    tree = ast.parse(script)
    assert {prompt, prompt + "!", "{a}{v}" + prompt} <= strings(script)
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert functions == ["build", "main"]
    assert len(tree.body) - len(functions) <= 10  # the docstring, imports, and the last line


@pytest.mark.parametrize("hostile", ['"""\nimport os\n"""', "x\\", "\u202eevil", "\r\nimport os#"])
@given(rest=st.text(max_size=5))
def test_tpl_01_names_end_no_docstring(hostile: str, rest: str) -> None:
    script = as_python(Preset("x", hostile + rest, description=rest + hostile), "m", URL)
    assert "os" not in {
        alias.name
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert "\u202e" not in script


def test_what_must_not_run_is_not_written() -> None:
    preset = Preset("x", "X", chain=Chain(((Step("a b", "x"),),)))
    with pytest.raises(PresetError) as caught:
        as_python(preset, "m", URL)
    assert "a b" in caught.value.what

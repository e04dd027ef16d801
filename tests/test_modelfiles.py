"""The sample Modelfiles: sound, understood by Ollama's grammar, and useful on a real engine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from engine_process import STARTER, EngineUnderTest

from gui import paths
from gui.models.modelfile.check import check
from gui.models.modelfile.commands import Instruction, Modelfile
from gui.models.modelfile.diagnostics import Facts
from gui.models.modelfile.document import Document
from gui.models.modelfile.parser import decode, parse
from gui.models.modelfile.printer import print_modelfile
from gui.models.modelfile.request import plan_create

SAMPLES = sorted(paths.modelfiles().glob("*.Modelfile"))
GGUF = b"GGUF\x03\x00\x00\x00" + bytes(600)
each_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)


def read(path: Path) -> Modelfile:
    return parse(decode(path.read_bytes()))


STARTERS = [path for path in SAMPLES if read(path).last(Instruction.FROM) == STARTER]


def test_there_are_samples_of_every_kind() -> None:
    assert {path.stem for path in SAMPLES} >= {
        *("llama-3-open-ko-8b", "warm-floor", "translator-ko-en", "code-reviewer"),
        *("json-extractor", "korean-writing-tutor", "long-summariser", "rubber-duck"),
        *("mood-classifier", "lora-adapter"),
    }
    assert len(STARTERS) >= 4


@each_sample
def test_a_sample_says_at_its_head_what_it_is_for_in_both_languages(path: Path) -> None:
    english, korean = path.read_text("utf-8").splitlines()[:2]
    assert english.startswith("# ")
    assert english.isascii()
    assert re.search("[가-힣]", korean.removeprefix("# ko: "))
    for line in (english, korean):
        first = line.removeprefix("# ").removeprefix("ko: ").partition(". ")[0]
        assert 10 < len(first) <= 60  # what the menu of samples shows of it


@each_sample
def test_a_sample_names_the_model_that_a_person_may_not_have(path: Path) -> None:
    base = read(path).last(Instruction.FROM)
    comments = [line for line in path.read_text("utf-8").splitlines() if line.startswith("#")]
    told = "\n".join(comments).lower()
    is_file = base.startswith("./")
    adapters = [value.removeprefix("./") for value in read(path).values(Instruction.ADAPTER)]
    assert base == STARTER or base.removeprefix("./").lower() in told or adapters
    assert all(name in told for name in adapters)
    assert not is_file or base.removeprefix("./").lower() in told


@each_sample
def test_a_sample_has_no_findings(path: Path, tmp_path: Path) -> None:
    text = decode(path.read_bytes())
    modelfile = parse(text)
    for instruction in (Instruction.FROM, Instruction.ADAPTER):
        for value in modelfile.values(instruction):
            if value.startswith("./"):
                (tmp_path / value).touch()
    installed = (modelfile.last(Instruction.FROM),)
    assert check(text, Facts(installed, tmp_path)) == ()


@each_sample
def test_a_sample_is_printed_and_read_as_the_same(path: Path) -> None:
    modelfile = read(path)
    assert parse(print_modelfile(modelfile)) == modelfile
    assert Document(decode(path.read_bytes())).fault is None


@each_sample
def test_a_sample_becomes_a_request(path: Path, tmp_path: Path) -> None:
    modelfile = read(path)
    local = [
        value.removeprefix("./")
        for instruction in (Instruction.FROM, Instruction.ADAPTER)
        for value in modelfile.values(instruction)
        if value.startswith("./")
    ]
    for name in local:
        (tmp_path / name).write_bytes(GGUF)
    plan = plan_create(modelfile, tmp_path)
    assert [file.key for file in plan.files] == local
    assert plan.body["system"]
    assert plan.warnings == plan.outside == ()
    json.dumps(plan.body, allow_nan=False)


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a real engine with the starter model."""
    with EngineUnderTest(tmp_path_factory.mktemp("samples")) as engine, engine.client() as client:
        yield client


@pytest.mark.parametrize("path", STARTERS, ids=lambda path: path.stem)
def test_a_sample_on_the_starter_model_is_made_and_answers(http: httpx.Client, path: Path) -> None:
    plan = plan_create(read(path), path.parent)
    name = path.stem
    made = http.post("/api/create", json={**plan.body, "model": name, "stream": False})
    assert (made.status_code, made.json()) == (200, {"status": "success"})
    told = http.post("/api/show", json={"model": name}).json()
    assert told["system"] == plan.body["system"]
    again = parse(told["modelfile"])
    assert again.last(Instruction.SYSTEM) == plan.body["system"]
    assert again.messages == read(path).messages
    question = {"role": "user", "content": "The parcel came broken and nobody answers me."}
    chat = {"model": name, "messages": [question], "stream": False, "options": {"num_predict": 24}}
    reply = http.post("/api/chat", json=chat)
    assert reply.status_code == 200
    assert reply.json()["message"]["content"].strip()


def test_the_same_numbers_give_the_same_answer(http: httpx.Client) -> None:
    """`temperature 0` and `seed` of a sample reach the model."""
    path = paths.modelfiles() / "mood-classifier.Modelfile"
    plan = plan_create(read(path), path.parent)
    http.post("/api/create", json={**plan.body, "model": "mood", "stream": False})
    chat = {
        "model": "mood",
        "messages": [{"role": "user", "content": "It never works."}],
        "stream": False,
    }
    replies = {http.post("/api/chat", json=chat).json()["message"]["content"] for _ in range(2)}
    assert len(replies) == 1
    counts = http.post("/api/chat", json=chat).json()["eval_count"]
    assert counts <= 4

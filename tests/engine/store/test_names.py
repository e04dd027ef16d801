"""Names as Ollama reads them."""

from __future__ import annotations

import pytest

from gui.engine.store import names


@pytest.mark.parametrize(
    ("text", "shortest"),
    [
        ("m", "m:latest"),
        ("_m", "_m:latest"),
        ("m.", "m.:latest"),
        ("User/m:V1.0", "User/m:V1.0"),
        ("hf.co/u/R-GGUF:Q4_K_M", "hf.co/u/R-GGUF:Q4_K_M"),
        ("localhost:5000/n/m", "localhost:5000/n/m:latest"),
        ("http://h:5000/n/m:t", "h:5000/n/m:t"),
        ("registry.ollama.ai/library/m:t", "m:t"),
        ("m" * 80, "m" * 80 + ":latest"),
    ],
)
def test_valid_names(text: str, shortest: str) -> None:
    assert names.parse(text).shortest == shortest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "m:",
        ":t",
        "/m",
        "m/",
        "a b",
        "-m",
        "m:.x",
        "m:a:b",
        "a/b/c/d",
        "my.ns/m",
        "hf.co/u.v/r",
        "u/r@main",
        "모델",
        "m" * 81,
        "../m",
        "m\n",
        "a/../b",
    ],
)
def test_invalid_names(text: str) -> None:
    with pytest.raises(names.InvalidName):
        names.parse(text)


def test_case_does_not_distinguish() -> None:
    assert names.parse("SmolLM2:135M").key == names.parse("smollm2:135m").key
    assert names.parse("m").full == "registry.ollama.ai/library/m:latest"


@pytest.mark.parametrize(
    "stem", ["Qwen3-0.6B-Q8_0", "한글 모델", "..", "a b", "x" * 300, "%s", "a/b"]
)
def test_any_file_name_becomes_a_valid_name(stem: str) -> None:
    name = names.from_file_name(stem)
    assert names.parse(name.full) == name


def test_similar_file_names_stay_apart() -> None:
    assert names.from_file_name("Qwen3-0.6B").model == "Qwen3-0.6B"
    assert names.from_file_name("a b") != names.from_file_name("a-b")
    assert names.from_file_name("한글") != names.from_file_name("모델")
    plain = names.from_file_name("m")
    assert names.distinguished(plain, "m").key != plain.key

"""The catalogue, suggestions while typing, and names checked as Ollama checks them."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui import language, paths
from gui.engine.store import names as engine_names
from gui.errors import BadModelName
from gui.models.catalogue import entries, known_size, problem_of, suggest
from gui.models.fit import parameter_count
from gui.models.names import read_name, same_name
from gui.records import PURPOSES


@pytest.fixture
def korean() -> Iterator[None]:
    language.choose("ko")
    yield
    language.choose("en")


def test_every_entry_is_sound() -> None:
    found = entries()
    assert 25 <= len(found) <= 40
    assert len({entry.name for entry in found}) == len(found)
    for entry in found:
        assert entry.title
        assert entry.license
        assert entry.about.endswith(".")
        assert set(entry.good_for) <= set(PURPOSES)
        assert entry.good_for
        assert all(len(code) == 2 for code in entry.languages)
        for size in entry.sizes:
            read_name(f"{entry.name}:{size.tag}")
            assert 10**8 < size.bytes < 10**11
            assert 2048 <= size.context <= 2**20
            bits = 8 * size.bytes / parameter_count(size.parameters)
            assert 3.5 < bits < 20, f"{entry.name}:{size.tag}: {bits} bits a parameter"
        assert [size.bytes for size in entry.sizes] == sorted(size.bytes for size in entry.sizes)


def test_every_purpose_has_models_and_korean_ones_speak_it() -> None:
    for purpose in PURPOSES:
        assert sum(purpose in entry.good_for for entry in entries()) >= 2
    for entry in entries():
        if "korean" in entry.good_for:
            assert "ko" in entry.languages


def test_both_languages_are_written(korean: None) -> None:
    for entry in entries():
        assert any("HANGUL" in unicodedata.name(sign, "") for sign in entry.about), entry.name
    raw = tomllib.loads((paths.resources() / "catalogue.toml").read_text("utf-8"))["model"]
    assert all(set(item["about"]) == {"en", "ko"} for item in raw)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("qwen3", "qwen3"),
        ("QWEN", "qwen3"),
        ("exa", "exaone3.5"),
        ("gpt", "gpt-oss"),
        ("bge", "bge-m3"),
        ("oss", "gpt-oss"),
        ("ollama run gemma3", "gemma3"),
        ("hf.co/LG", "hf.co/LGAI-EXAONE/EXAONE-4.0-1.2B-GGUF"),
        ("embedding", "bge-m3"),
        ("mathematics", "exaone-deep"),
    ],
)
def test_suggestions(typed: str, first: str) -> None:
    assert suggest(typed, 3)[0].name == first


def test_suggestions_of_sizes() -> None:
    (entry,) = suggest("qwen3:1")
    assert [size.tag for size in entry.sizes] == ["1.7b", "14b"]
    assert len(suggest("qwen3:")[0].sizes) > 5
    assert suggest("qwen3:x") == suggest("zzz") == suggest("registry:5000/a/b") == ()
    assert len(suggest("", 5)) == 5


@given(st.text(max_size=50))
def test_any_text_can_be_typed(typed: str) -> None:
    assert len(suggest(typed, 4)) <= 4
    assert isinstance(problem_of(typed), str)


def test_known_sizes() -> None:
    size = known_size("Qwen3:8B")
    assert size is not None
    assert size.bytes == 5_200_000_000
    assert known_size("gpt-oss") is None
    only = known_size("llama3.3")
    assert only is not None
    assert only.tag == "70b"
    assert known_size("a b") is known_size("nobody/nothing:1b") is None


VALID = (
    *("m", "_m", "m.", "User/m:V1.0", "hf.co/u/R-GGUF:Q4_K_M", "localhost:5000/n/m"),
    *("http://h:5000/n/m:t", "registry:5000/a/b", "x" * 80),
)
INVALID = (
    *("", "m:", ":t", "/m", "m/", "a b", "-m", "m:.x", "m:a:b", "a/b/c/d", "my.ns/m"),
    *("hf.co/u.v/r", "u/r@main", "모델", "x" * 81, "../../x", "a/../../b", "C:\\x", "m\nn"),
    *("%2e%2e", "lІama3", "<b>x</b>", "a\u200bb", "x" * 5000, "m\0", "//", "http://"),
)


@pytest.mark.parametrize("name", VALID)
def test_valid_names_are_those_of_ollama(name: str) -> None:
    assert problem_of(name) == ""
    assert read_name(name).shortest == engine_names.parse(name).shortest


@pytest.mark.parametrize("name", INVALID)
def test_mod_01_invalid_names_are_told_why(name: str) -> None:
    assert problem_of(name).count(".") >= 2
    with pytest.raises(engine_names.InvalidName):
        engine_names.parse(name)


@given(st.text(st.sampled_from("aZ0_-.:/ é"), max_size=12))
def test_both_rooms_read_names_alike(text: str) -> None:
    try:
        expected = engine_names.parse(text)
    except engine_names.InvalidName:
        expected = None
    if text != text.strip():
        return  # what is pasted with blanks around it is trimmed here
    try:
        found = read_name(text)
    except BadModelName:
        assert expected is None
    else:
        assert expected is not None
        assert (found.shortest, found.key) == (expected.shortest, expected.key)


def test_mod_10_a_sign_that_only_looks_like_a_letter_is_named() -> None:
    assert "cyrillic capital letter byelorussian-ukrainian i" in problem_of("lІama3")
    assert read_name("evil.example/library/llama3").source == "evil.example"
    assert read_name("llama3").source == "registry.ollama.ai"


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("  llama3.2 ", "llama3.2:latest"),
        ("ollama pull qwen3:8b", "qwen3:8b"),
        ('ollama run "qwen3:8b"', "qwen3:8b"),
        ("https://ollama.com/library/qwen3:8b", "qwen3:8b"),
        ("https://ollama.com/someone/model", "someone/model:latest"),
        ("https://huggingface.co/u/r-GGUF/tree/main", "hf.co/u/r-GGUF:latest"),
        ("https://hf.co/u/r-GGUF?library=true", "hf.co/u/r-GGUF:latest"),
    ],
)
def test_what_people_paste(pasted: str, name: str) -> None:
    assert read_name(pasted).shortest == name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("M", "m:latest", True),
        ("library/m", "registry.ollama.ai/library/M:LATEST", True),
        ("m:1", "m:2", False),
        ("a b", "a b", True),
        ("a b", "A b", False),
    ],
)
def test_same_names(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same

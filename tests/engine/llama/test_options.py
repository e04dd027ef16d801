"""Options: Ollama's defaults, types and the ranges llama.cpp can bear (ENG-10)."""

from __future__ import annotations

import math

import pytest

from gui.engine.llama.cores import usable_cores
from gui.engine.llama.options import load_settings, read_options, sampling_arguments, token_limit
from gui.engine.wire import ApiError


def test_defaults_are_ollamas() -> None:
    options = read_options(None)
    assert {name: options[name] for name in ("temperature", "top_k", "top_p", "min_p")} == {
        "temperature": 0.8,
        "top_k": 40,
        "top_p": 0.9,
        "min_p": 0.0,
    }
    assert (options["repeat_penalty"], options["repeat_last_n"]) == (1.0, 64)
    assert (options["num_ctx"], options["num_predict"], options["seed"]) == (4096, -1, -1)


def test_unknown_and_null_are_passed_over() -> None:
    given = {"mirostat": 2, "n_discard": -5, "temperature": None, "num_ctx": 100.9}
    assert read_options(given) == {**read_options(None), "num_ctx": 100}


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("num_ctx", "x", "integer"),
        ("num_ctx", True, "integer"),
        ("seed", [1], "integer"),
        ("temperature", "hot", "float32"),
        ("use_mmap", 1, "boolean"),
        ("stop", "END", "array"),
    ],
)
def test_wrong_types(name: str, value: object, kind: str) -> None:
    with pytest.raises(ApiError) as refused:
        read_options({name: value})
    assert (refused.value.status, refused.value.text) == (
        500,
        f'option "{name}" must be of type {kind}',
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("num_ctx", value) for value in (-1, 0, 1, 3, 2**31, 1e9, math.nan, math.inf)],
        *[("temperature", value) for value in (math.inf, -math.inf, math.nan, -1, 1e999)],
        *[("seed", value) for value in (2**70, -(2**70))],
        *[("num_predict", value) for value in (-3, 2**31)],
        *[("repeat_penalty", value) for value in (0, -1, math.inf)],
        *[("top_p", value) for value in (-0.1, 1.1)],
        ("num_keep", -5),
        ("num_batch", 0),
        ("num_thread", -1),
        ("stop", ["x"] * 10_000),
        ("stop", ["x" * 100_000]),
    ],
)
def test_out_of_range_names_the_field(name: str, value: object) -> None:
    with pytest.raises(ApiError) as refused:
        read_options({name: value})
    assert refused.value.status == 400
    assert f'option "{name}"' in refused.value.text


def test_loading_is_bounded_by_the_model_and_the_machine() -> None:
    settings = load_settings(read_options({"num_ctx": 100_000, "num_thread": 4096}), 8192)
    assert settings.num_ctx == 8192
    assert settings.num_thread == usable_cores()
    assert 1 <= load_settings(read_options({}), 0).num_thread <= max(1, usable_cores() - 1)
    assert load_settings(read_options({"num_ctx": 5000}), 0).num_ctx == 5000


@pytest.mark.parametrize(
    ("num_predict", "shift", "limit"),
    [(-1, True, 1000), (-1, False, 60), (-2, True, 60), (5, False, 5), (500, True, 500)],
)
def test_token_limit(num_predict: int, shift: bool, limit: int) -> None:
    options = read_options({"num_predict": num_predict})
    assert token_limit(options, 100, 40, shift=shift) == limit


def test_sampling_arguments_are_what_llama_cpp_takes() -> None:
    options = read_options(
        {"seed": 2**33 + 5, "repeat_last_n": -1, "num_keep": 9000, "stop": ["a"]}
    )
    arguments = sampling_arguments(options, 512)
    assert (arguments["seed"], arguments["repeat_last_n"], arguments["n_keep"]) == (5, 512, 512)
    assert arguments["stop"] == ["a"]

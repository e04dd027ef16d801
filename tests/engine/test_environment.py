"""Ollama's environment variables, with Ollama's notations and defaults."""

from __future__ import annotations

import logging
import math
from typing import Any

import pytest

from gui.engine.environment import EngineEnvironment, read_environment


def test_nothing_set_is_every_default() -> None:
    assert read_environment({"PATH": "/bin"}) == EngineEnvironment()


@pytest.mark.parametrize(
    ("value", "host", "port"),
    [
        ("", "127.0.0.1", 11434),
        ("  ", "127.0.0.1", 11434),
        ("0.0.0.0", "0.0.0.0", 11434),
        ("127.0.0.1:5000", "127.0.0.1", 5000),
        ("127.0.0.1:0", "127.0.0.1", 0),
        ("localhost:5000/", "localhost", 5000),
        ("box.local", "box.local", 11434),
        ("http://localhost:80/path", "localhost", 80),
        ("http://127.0.0.1", "127.0.0.1", 80),
        ("https://127.0.0.1", "127.0.0.1", 443),
        ("https://127.0.0.1:8443/a/b", "127.0.0.1", 8443),
        ("other://127.0.0.1", "127.0.0.1", 11434),
        ("ollama.com", "ollama.com", 443),
        ("'[::1]:99'", "::1", 99),
        ('"127.0.0.1:99"', "127.0.0.1", 99),
        ("[::1]", "::1", 11434),
        ("::1", "::1", 11434),
        ("::1:99", "::1:99", 11434),
        ("http://[::1]", "::1", 80),
        ("127.0.0.1:99999", "127.0.0.1", 11434),
        ("http://127.0.0.1:99999", "127.0.0.1", 80),
        ("127.0.0.1:-1", "127.0.0.1", 11434),
        ("127.0.0.1:", "127.0.0.1", 11434),
        ("127.0.0.1:http", "127.0.0.1", 11434),
        ("127.0.0.1:٥", "127.0.0.1", 11434),
        (":5000", "127.0.0.1", 5000),
    ],
)
def test_host(value: str, host: str, port: int) -> None:
    environment = read_environment({"OLLAMA_HOST": value})
    assert (environment.host, environment.port) == (host, port)


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("OLLAMA_KEEP_ALIVE", "10", "keep_alive", 10.0),
        ("OLLAMA_KEEP_ALIVE", '"1h30m"', "keep_alive", 5400.0),
        ("OLLAMA_KEEP_ALIVE", "0", "keep_alive", 0.0),
        ("OLLAMA_KEEP_ALIVE", "-1", "keep_alive", -1.0),
        ("OLLAMA_KEEP_ALIVE", "-5m", "keep_alive", -1.0),
        ("OLLAMA_KEEP_ALIVE", "999999999999999999", "keep_alive", -1.0),
        ("OLLAMA_LOAD_TIMEOUT", "90s", "load_timeout", 90.0),
        ("OLLAMA_LOAD_TIMEOUT", "0", "load_timeout", math.inf),
        ("OLLAMA_LOAD_TIMEOUT", "-1", "load_timeout", math.inf),
        ("OLLAMA_CONTEXT_LENGTH", " 8192 ", "context_length", 8192),
        ("OLLAMA_NUM_PARALLEL", "4", "num_parallel", 4),
        ("OLLAMA_NUM_PARALLEL", "0", "num_parallel", 1),
        ("OLLAMA_MAX_LOADED_MODELS", "2", "max_loaded_models", 2),
        ("OLLAMA_MAX_QUEUE", "3", "max_queue", 3),
        ("OLLAMA_NOPRUNE", "1", "noprune", True),
        ("OLLAMA_NOPRUNE", "false", "noprune", False),
        ("OLLAMA_NOPRUNE", "please", "noprune", True),
        ("OLLAMA_DEBUG", "1", "debug", 1),
        ("OLLAMA_DEBUG", "true", "debug", 1),
        ("OLLAMA_DEBUG", "2", "debug", 2),
        ("OLLAMA_DEBUG", "0", "debug", 0),
        ("OLLAMA_DEBUG", "loud", "debug", 0),
        ("OLLAMA_FLASH_ATTENTION", "1", "flash_attention", True),
        ("OLLAMA_FLASH_ATTENTION", "0", "flash_attention", False),
        ("OLLAMA_FLASH_ATTENTION", "", "flash_attention", None),
        ("OLLAMA_KV_CACHE_TYPE", "Q8_0", "kv_cache_type", "q8_0"),
        ("OLLAMA_GO_TEMPLATE", "0", "go_template", False),
        ("OLLAMA_GO_TEMPLATE", "1", "go_template", True),
        ("OLLAMA_ORIGINS", "https://a.example, *,,app://b*", "origins",
         ("https://a.example", "*", "app://b*")),
    ],
)  # fmt: skip
def test_each_variable(
    caplog: pytest.LogCaptureFixture, name: str, value: str, field: str, expected: Any
) -> None:
    assert getattr(read_environment({name: value}), field) == expected
    assert not caplog.records


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OLLAMA_HOST", "127.0.0.1:99999"),
        ("OLLAMA_KEEP_ALIVE", "soon"),
        ("OLLAMA_KEEP_ALIVE", "5 m"),
        ("OLLAMA_LOAD_TIMEOUT", "1.5"),
        ("OLLAMA_CONTEXT_LENGTH", "-1"),
        ("OLLAMA_CONTEXT_LENGTH", "4k"),
        ("OLLAMA_NUM_PARALLEL", "many"),
        ("OLLAMA_MAX_LOADED_MODELS", "1.0"),
        ("OLLAMA_MAX_QUEUE", "9" * 5000),
        ("OLLAMA_KV_CACHE_TYPE", "tiny"),
        ("OLLAMA_ORIGINS", "https://*.a.*"),
    ],
)
def test_what_is_not_understood_is_the_default_and_a_warning(
    caplog: pytest.LogCaptureFixture, name: str, value: str
) -> None:
    environment = read_environment({name: value})
    assert environment.given == ((name, value),)
    assert environment == EngineEnvironment(given=environment.given)
    assert [(record.levelno, name in record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, True)
    ]


def test_proxies_are_known_but_not_shown() -> None:
    environment = read_environment(
        {
            "HTTPS_PROXY": "http://me:word@proxy:1",
            "https_proxy": "http://other",
            "http_proxy": "http://small",
            "NO_PROXY": "localhost",
            "OLLAMA_API_KEY": "sk-1",
            "OLLAMA_DEBUG": "1",
        }
    )
    assert environment.proxies == {
        "https": "http://me:word@proxy:1",
        "http": "http://small",
        "no": "localhost",
    }
    assert "word" not in repr(environment)
    assert environment.given == (("OLLAMA_DEBUG", "1"),)

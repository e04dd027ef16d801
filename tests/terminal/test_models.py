"""`ondol models`, `show`, `ps`, `cp` and `rm` against a real server."""

from __future__ import annotations

import json

import httpx
import pytest
from engine_process import STARTER
from terminal.running import Alone, OnTerminal, ondol


def names(server: Alone) -> set[str]:
    return {line.split()[0] for line in ondol("models", OLLAMA_HOST=server.url).stdout.splitlines()}


def test_models_of_the_built_in_engine() -> None:
    done = ondol("models")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["smollm2:135m", "98", "MB", "134.52M", "Q4_1"]


def test_models_as_json(server: Alone) -> None:
    models = json.loads(ondol("models", "--json", OLLAMA_HOST=server.url).stdout)
    assert next(model["size"] for model in models if model["name"] == STARTER) > 90_000_000


def test_show(server: Alone) -> None:
    shown = ondol("show", STARTER, OLLAMA_HOST=server.url)
    assert shown.returncode == 0, shown.stderr
    for fact in ("llama", "134.52M", "Q4_1", "8,192 tokens", "SmolLM2-135M-Instruct by Hugging"):
        assert fact in shown.stdout
    modelfile = ondol("show", STARTER, "--modelfile", OLLAMA_HOST=server.url).stdout
    assert modelfile.startswith("# Modelfile")
    assert "\nFROM " in modelfile
    answer = json.loads(ondol("show", STARTER, "--json", OLLAMA_HOST=server.url).stdout)
    assert (answer["name"], answer["context_length"]) == (STARTER, 8192)
    assert answer["metadata"]["general.architecture"] == "llama"


def test_ps(server: Alone) -> None:
    body = {"model": STARTER, "keep_alive": "5m", "stream": False}
    httpx.post(f"{server.url}/api/generate", json=body, trust_env=False, timeout=60)
    listed = ondol("ps", OLLAMA_HOST=server.url)
    assert listed.stdout.startswith(f"{STARTER}  ")
    assert "In memory, " in listed.stdout
    assert "until " in listed.stdout
    loaded = json.loads(ondol("ps", "--json", OLLAMA_HOST=server.url).stdout)
    assert loaded[0]["size"] > 1_000_000
    httpx.post(f"{server.url}/api/generate", json={"model": STARTER, "keep_alive": 0})
    empty = ondol("ps", OLLAMA_HOST=server.url)
    assert (empty.returncode, empty.stdout) == (0, "")
    assert empty.stderr == "No model is in memory.\n"


def test_cp_and_rm(server: Alone) -> None:
    copied = ondol("cp", STARTER, "one", OLLAMA_HOST=server.url)
    assert copied.stdout == f"one:latest is a copy of {STARTER}.\n"
    taken = ondol("cp", STARTER, "ONE", OLLAMA_HOST=server.url)
    assert taken.returncode == 1
    assert "There is a model with the name ONE:latest already." in taken.stderr
    unasked = ondol("rm", "one", OLLAMA_HOST=server.url)
    assert unasked.returncode == 1
    assert "add --yes" in unasked.stderr
    assert "one:latest" in names(server)
    with OnTerminal("rm", "one", OLLAMA_HOST=server.url) as terminal:
        terminal.wait_for("[y/N]")
        assert "Delete one? This frees " in terminal.screen
        terminal.type("\n")
        assert terminal.end() == 1
        assert "Nothing was changed." in terminal.screen
    assert "one:latest" in names(server)
    with OnTerminal("rm", "one", OLLAMA_HOST=server.url) as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("y\n")
        assert terminal.end() == 0
        assert "one was deleted." in terminal.screen
    assert "one:latest" not in names(server)


def test_ctrl_c_at_a_question_changes_nothing(server: Alone) -> None:
    ondol("cp", STARTER, "two", OLLAMA_HOST=server.url)
    with OnTerminal("rm", "two", OLLAMA_HOST=server.url) as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("\x03")
        assert terminal.end() == 130
        assert "Traceback" not in terminal.screen
    assert "two:latest" in names(server)
    assert ondol("rm", "two", "--yes", OLLAMA_HOST=server.url).returncode == 0


@pytest.mark.parametrize("command", [("show",), ("rm",), ("rm", "--yes")])
def test_a_model_that_is_not_there(server: Alone, command: tuple[str, ...]) -> None:
    done = ondol(*command, "no-such", OLLAMA_HOST=server.url)
    assert done.returncode == 1
    assert done.stderr.startswith("ondol: The server does not have the model no-such")


def test_the_starter_stays(server: Alone) -> None:
    done = ondol("rm", STARTER, "--yes", OLLAMA_HOST=server.url)
    assert done.returncode == 1
    assert "comes with Ondol and cannot be deleted" in done.stderr

"""`ondol ask` and `ondol models` as a shell user meets them: real program, real engine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from faults import answers
from faults.server import FaultServer

from gui import cli

ROOT = Path(__file__).parent.parent


def ondol(
    *arguments: str, stdin: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gui", *arguments],
        cwd=ROOT,
        env=os.environ | {"OLLAMA_HOST": "127.0.0.1:1"} | variables,
        stdin=subprocess.DEVNULL if stdin is None else None,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_ask_streams_a_reply() -> None:
    done = ondol("ask", "-p", "quick", "What is the capital of France?")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) > 3
    assert done.stdout.endswith("\n")
    assert done.stderr == ""


def test_ask_reads_a_pipe_and_answers_in_json() -> None:
    done = ondol("ask", "--json", "-p", "quick", "-s", "Be brief.", stdin="Say hello.\n")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["model"] == "smollm2:135m"
    assert answer["status"] == "complete"
    assert answer["content"]
    assert answer["statistics"]["eval_count"] > 0
    assert answer["run"]["options"]["temperature"] == 0
    assert answer["run"]["system"] == "Be brief."


def test_models_lists_them() -> None:
    done = ondol("models")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("smollm2:135m")
    models = json.loads(ondol("models", "--json").stdout)
    assert models[0]["size"] > 90_000_000


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("ask",), 2, "Say something"),
        (("ask", "-t", "9", "hi"), 2, "between 0 and 2"),
        (("ask", "-m", "no-such", "hi"), 1, "does not have the model no-such"),
        (("ask", "-p", "no-such", "hi"), 1, "There is no preset no-such"),
        (("ask", "--server", "ollama", "hi"), 1, "Nothing answers at 127.0.0.1:1"),
        (("nonsense",), 2, "invalid choice"),
    ],
)
def test_mistakes_are_told_on_stderr(arguments: tuple[str, ...], code: int, sentence: str) -> None:
    done = ondol(*arguments)
    assert done.returncode == code
    assert sentence in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_ctrl_c_stops_the_reply_and_keeps_what_came() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "gui", "ask", "Write a very long story, two thousand words."],
        cwd=ROOT,
        env=os.environ | {"OLLAMA_HOST": "127.0.0.1:1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    first = process.stdout.read(20)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=20)
    assert time.monotonic() - started < 10
    assert process.returncode == 130
    assert first
    assert rest.endswith(b"\n")
    assert errors == b""


def test_a_cut_reply_is_an_error_after_the_text() -> None:
    cut = [answers.chunked_head(), answers.chunk(answers.chat_line("half a"))]
    with FaultServer({"/api/chat": cut}) as server:
        done = ondol("ask", "hi", OLLAMA_HOST=server.url)
    assert done.returncode == 1
    assert done.stdout == "half a\n"
    assert "closed the connection" in done.stderr


def test_no_display_is_one_line() -> None:
    bare = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    bare.pop("QT_QPA_PLATFORM", None)
    done = subprocess.run(
        [sys.executable, "-m", "gui"], cwd=ROOT, env=bare, capture_output=True, text=True,
        check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1
    assert "ondol ask" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_X11_LIBRARIES", {"libno-such.so.9": "libno-such9"})
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("QT_QPA_PLATFORM")
    assert "apt install libno-such9" in cli._missing_display()


def test_the_version() -> None:
    assert ondol("--version").stdout.startswith("ondol 0.")

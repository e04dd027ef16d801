"""`ondol ask` as a shell user meets it: real program, real engine."""

from __future__ import annotations

import json
import signal
import time

import pytest
from faults import answers
from faults.server import FaultServer
from terminal.running import ondol, started


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
    process = started("ask", "Write a very long story, two thousand words.")
    assert process.stdout is not None
    first = process.stdout.read(20)
    stopped = time.monotonic()
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=20)
    assert time.monotonic() - stopped < 10
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

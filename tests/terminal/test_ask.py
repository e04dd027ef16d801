"""`ondol ask` as a shell user meets it: real program, real engine."""

from __future__ import annotations

import json
import signal
import time
from datetime import datetime
from pathlib import Path

import pytest
from faults import answers
from faults.server import FaultServer
from terminal.running import Alone, OnTerminal, ondol, started


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


def test_a_system_prompt_that_is_typed_is_no_template() -> None:
    done = ondol("ask", "--json", "-p", "quick", "-s", "Answer {as JSON}: {}", "Say hello.")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["run"]["system"] == "Answer {as JSON}: {}"


VARIABLES = """
format = 2
name = "Guide"
system = "You know {place}. Today is {day}. It is copied: {copied}"
[options]
num_predict = 4
[[variables]]
name = "place"
[[variables]]
name = "day"
source = "date"
[[variables]]
name = "copied"
source = "clipboard"
default = "nothing"
"""


@pytest.fixture
def guide(home: Path) -> None:
    (home / "config" / "presets" / "guide.toml").write_text(VARIABLES, "utf-8")


@pytest.mark.usefixtures("guide")
def test_variables_are_typed_found_or_their_defaults() -> None:
    done = ondol("ask", "--json", "-p", "guide", "--var", "place=Seoul {x}", "Where?")
    assert done.returncode == 0, done.stderr
    system = json.loads(done.stdout)["run"]["system"]
    assert system.startswith("You know Seoul {x}. Today is ")
    assert str(datetime.now().astimezone().year) in system
    assert system.endswith("It is copied: nothing")
    other = ("--var", "place=x", "--var", "day=Doomsday", "--var", "copied=a=b")
    done = ondol("ask", "--json", "-p", "guide", *other, "Where?")
    system = json.loads(done.stdout)["run"]["system"]
    assert system == "You know x. Today is Doomsday. It is copied: a=b"


@pytest.mark.usefixtures("guide")
def test_a_variable_without_a_value_is_asked_for_or_refused(server: Alone) -> None:
    done = ondol("ask", "-p", "guide", "Where?", OLLAMA_HOST=server.url)
    assert done.returncode == 1
    assert "Guide needs values for: place." in done.stderr
    with OnTerminal("ask", "-p", "guide", "Where?", OLLAMA_HOST=server.url) as terminal:
        terminal.wait_for("place: ")
        terminal.type("Seoul\n")
        terminal.wait_for("copied [nothing]: ")
        terminal.type("\n")
        assert terminal.end() == 0


def test_words_stand_before_between_and_behind_options() -> None:
    with FaultServer({"/api/chat": [answers.head(), answers.done_line()]}) as server:
        words = ("say", "-t", "0", "--json", "this:", "--", "-x", "--json")
        done = ondol("ask", *words, OLLAMA_HOST=server.url)
        asked = next(each.json for each in server.requests if each.path == "/api/chat")
    assert done.returncode == 0, done.stderr
    assert asked["messages"][-1]["content"] == "say this: -x --json"


def test_a_preset_with_a_chain_gives_its_reply_alone(server: Alone, home: Path) -> None:
    steps = '[[steps]]\nname = "a"\nprompt = "{input}"\n[[steps]]\nname = "b"\nprompt = "{a}"\n'
    text = f'format = 2\nname = "two"\n[options]\nnum_predict = 8\n{steps}'
    (home / "config" / "presets" / "two.toml").write_text(text, "utf-8")
    done = ondol("ask", "-p", "two", "Say hello.", OLLAMA_HOST=server.url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stderr == ""

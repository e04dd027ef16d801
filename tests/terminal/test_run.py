"""`ondol run` as a shell user meets it: real program, real engine, the notes' own chains."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest
from faults import answers
from faults.server import HANG, FaultServer, Request, Script
from terminal.running import Alone, OnTerminal, ondol, started

KWONBOT = """
format = 2
name = "권봇"
[options]
temperature = 0.0
seed = 1
num_predict = {tokens}
[[steps]]
name = "english"
title = "In English"
title_ko = "영어로"
prompt = "Translate into English: {{input}}"
[[steps]]
name = "answer"
system = "당신은 한국어로 답하는 도우미 '권봇'입니다."
prompt = "{{input}} ({{english}})"
"""
TOGETHER = """
format = 2
name = "Two at once"
[options]
temperature = 0.0
seed = 1
num_predict = 16
[[variables]]
name = "topic"
label = "The topic"
[[variables]]
name = "tone"
default = "warm"
choices = ["warm", "dry"]
[[steps]]
[[steps.together]]
name = "joke"
title = "Joke"
prompt = "Tell a {tone} joke about {topic}"
[[steps.together]]
name = "poem"
title = "Poem"
prompt = "Write a {tone} poem about {topic}"
"""
BRANCHING = """
format = 2
name = "Branching"
[options]
temperature = 0.0
num_predict = 12
[[steps]]
name = "is_code"
prompt = "Is this program code? Answer yes or no: {input}"
output = "boolean"
[[steps]]
[[steps.together]]
name = "review"
when = "is_code"
prompt = "Review: {input}"
[[steps.together]]
name = "reply"
when = "not is_code"
prompt = "{input}"
"""


def whole(text: str) -> list[bytes]:
    """A reply that comes in one piece."""
    return [answers.head(), answers.chat_line(text), answers.done_line()]


@pytest.fixture
def kwonbot(tmp_path: Path) -> Path:
    path = tmp_path / "kwonbot.toml"
    path.write_text(KWONBOT.format(tokens=16), "utf-8")
    return path


@pytest.fixture
def together(tmp_path: Path) -> Path:
    path = tmp_path / "together.toml"
    path.write_text(TOGETHER, "utf-8")
    return path


def test_the_chain_of_the_notes(server: Alone, kwonbot: Path) -> None:
    """Translate the Korean question to English, then answer in Korean as 권봇."""
    done = ondol("run", str(kwonbot), "온돌이 뭔가요?", OLLAMA_HOST=server.url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stdout.endswith("\n")
    begun, ended, last_begun, last_ended = done.stderr.splitlines()
    assert (begun, last_begun) == ("[1/2] In English", "[2/2] answer")
    for line in (ended, last_ended):
        assert " s, " in line
        assert line.endswith(" tokens")
    assert "In English" not in done.stdout


def test_a_built_in_chain_by_its_name(server: Alone) -> None:
    name = "kwonbot, BY WAY of english"
    arguments = ("--json", "-m", "smollm2", "--", "온돌이 뭔가요?")
    done = ondol("run", name, *arguments, OLLAMA_HOST=server.url)
    assert done.returncode == 1
    assert "does not have the model smollm2" in done.stderr
    assert done.stdout == ""


def test_json_has_the_reply_and_the_steps(server: Alone, kwonbot: Path) -> None:
    done = ondol("run", str(kwonbot), "--json", stdin="온돌이 뭔가요?", OLLAMA_HOST=server.url)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["status"] == "complete"
    first, last = answer["steps"]
    assert first["prompt"] == "Translate into English: 온돌이 뭔가요?"
    assert last["prompt"] == f"온돌이 뭔가요? ({first['output']})"
    assert last["system"].startswith("당신은")
    assert answer["reply"] == last["output"]
    assert {first["status"], last["status"]} == {"done"}
    assert last["eval_count"] > 0
    assert last["options"]["num_predict"] == 16


def test_steps_show_what_they_gave_beside_the_reply(server: Alone, kwonbot: Path) -> None:
    """The words may come between options, too; the file's titles are in the person's language."""
    done = ondol(
        *("run", "--steps", str(kwonbot), "온돌이", "-m", "smollm2:135m", "뭔가요?"),
        OLLAMA_HOST=server.url,
        LANG="ko_KR.UTF-8",
    )
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert lines[0] == "[1/2] 영어로"
    assert lines[1].startswith("[1/2] 영어로: ")
    assert lines[1].endswith("토큰")
    assert lines[2].startswith("    ")
    assert lines[-1].startswith("[2/2] answer: ")
    assert lines[-2] == "[2/2] answer", "the reply is on stdout alone"


def test_a_joke_and_a_poem_come_as_they_end(server: Alone, together: Path) -> None:
    done = ondol("run", str(together), "--var", "topic=a warm floor", OLLAMA_HOST=server.url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("**Joke**\n\n") == 1
    assert done.stdout.count("**Poem**\n\n") == 1
    assert "\n\n**" in done.stdout[2:], done.stdout
    assert done.stderr.count("[1/2] Joke") == done.stderr.count("[2/2] Poem") == 2


def test_a_part_is_there_while_the_other_still_runs(together: Path) -> None:
    """Ctrl+C then stops the other, and says so."""

    def script(request: Request) -> Script:
        is_joke = "joke" in request.json["messages"][-1]["content"]
        return whole("Knock!") if is_joke else [HANG]

    with FaultServer({"/api/chat": script}) as fault:
        process = started("run", str(together), "--var", "topic=cats", OLLAMA_HOST=fault.url)
        assert process.stdout is not None
        first = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=20)
    assert first == [b"**Joke**\n", b"\n", b"Knock!\n"]
    assert rest == b""
    assert b"[2/2] Poem: stopped after" in errors
    assert process.returncode == 130


def test_only_the_branch_that_ran_is_the_reply(server: Alone, tmp_path: Path) -> None:
    """The starter model is held to yes or no, so the step is always readable."""
    path = tmp_path / "branching.toml"
    path.write_text(BRANCHING, "utf-8")
    done = ondol("run", str(path), "Good morning!", OLLAMA_HOST=server.url)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(": skipped") == 1
    assert done.stdout.strip()
    assert "**" not in done.stdout


def test_a_person_is_asked_for_what_is_missing(server: Alone, together: Path) -> None:
    with OnTerminal("run", str(together), OLLAMA_HOST=server.url) as terminal:
        terminal.wait_for("The topic: ")
        terminal.type("\n")
        terminal.wait_for("The topic: \r\nThe topic: ")
        terminal.type("고양이\n")
        terminal.wait_for("tone (warm, dry) [warm]: ")
        terminal.type("\n")
        terminal.wait_for("**Poem**")
        assert terminal.end() == 0
        assert "[1/2] Joke: " in terminal.screen


def test_ctrl_c_while_it_asks(server: Alone, together: Path) -> None:
    with OnTerminal("run", str(together), OLLAMA_HOST=server.url) as terminal:
        terminal.wait_for("The topic: ")
        terminal.type("\x03")
        assert terminal.end() == 130
        assert "Traceback" not in terminal.screen


def test_a_line_is_completed_in_place(server: Alone, kwonbot: Path) -> None:
    with OnTerminal("run", str(kwonbot), "온돌이 뭔가요?", OLLAMA_HOST=server.url) as terminal:
        assert terminal.end() == 0
    assert "[1/2] In English\r[1/2] In English: " in terminal.screen
    assert "[2/2] answer\r\n" in terminal.screen, "the reply has lines of its own"


def test_without_a_terminal_what_is_missing_is_named(server: Alone, together: Path) -> None:
    done = ondol("run", str(together), OLLAMA_HOST=server.url)
    assert done.returncode == 1
    assert "needs values for: topic." in done.stderr
    assert "--var topic=…" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("run",), 2, "required"),
        (("run", "no-such"), 1, "There is no preset no-such"),
        (("run", "no-such.toml"), 1, "no-such.toml could not be read"),
        (("run", "translate-then-answer"), 2, "Say what it is about"),
        (("run", "quick", "hi", "--var", "topic"), 2, "name=value"),
        (("run", "quick", "hi", "--var", "topic=x"), 1, "no variable topic in quick"),
        (("run", "quick", "hi", "--server", "ollama"), 1, "Nothing answers at 127.0.0.1:1"),
    ],
)
def test_mistakes_are_told_on_stderr(arguments: tuple[str, ...], code: int, sentence: str) -> None:
    done = ondol(*arguments)
    assert done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("{english}", "{engish.x}"), "kwonbot.toml:16:20: error: "),
        (("[[steps]]", "[[steps"), "kwonbot.toml:8:"),
        (('prompt = "Translate', 'promt = "Translate'), "kwonbot.toml:12:1: error: "),
    ],
)
def test_a_file_with_mistakes_is_refused_as_compilers_do(
    kwonbot: Path, change: tuple[str, str], place: str
) -> None:
    """TPL-01, TPL-07: foreign files run only when every name in braces is plain and known."""
    kwonbot.write_text(kwonbot.read_text("utf-8").replace(*change), "utf-8")
    done = ondol("run", "kwonbot.toml", "hi", cwd=kwonbot.parent)
    assert done.returncode == 1
    assert done.stderr.startswith(place), done.stderr
    assert done.stdout == ""


def test_a_failed_step_says_which_and_why(kwonbot: Path) -> None:
    """STR-01: the first step is whole, the second is cut; what came is kept."""
    cut = [answers.chunked_head(), answers.chunk(answers.chat_line("half a"))]
    scripts = iter((whole("fine"), cut))
    with FaultServer({"/api/chat": lambda _: next(scripts)}) as fault:
        done = ondol("run", str(kwonbot), "hi", OLLAMA_HOST=fault.url)
    assert done.returncode == 1
    assert done.stdout == "half a\n"
    assert "[1/2] In English: " in done.stderr
    assert "[2/2] answer: failed after" in done.stderr
    assert "closed the connection" in done.stderr.splitlines()[-1]


def test_ctrl_c_stops_all_steps(server: Alone, tmp_path: Path) -> None:
    """The first step is under way: the second never begins, and the engine is free."""
    path = tmp_path / "long.toml"
    path.write_text(KWONBOT.format(tokens=4000), "utf-8")
    process = started("run", str(path), "Tell a long story.", OLLAMA_HOST=server.url)
    assert process.stderr is not None
    assert process.stderr.readline() == b"[1/2] In English\n"
    time.sleep(0.5)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    assert time.monotonic() - began < 10
    assert process.returncode == 130
    assert output == b""
    assert b"[1/2] In English: stopped after" in errors
    assert b"answer" not in errors


def test_a_terminal_takes_no_commands_from_a_chain(tmp_path: Path) -> None:
    """A title and a reply with escape sequences are text; in a pipe a reply stays as it is."""
    path = tmp_path / "evil.toml"
    path.write_text(
        'format = 2\nname = "x"\n[[steps]]\nname = "a"\n'
        'title = "\\u001b]0;owned\\u0007t"\nprompt = "{input}"\n',
        "utf-8",
    )
    with FaultServer({"/api/chat": whole("\x1b[2Jgone")}) as fault:
        with OnTerminal("run", str(path), "hi", OLLAMA_HOST=fault.url) as terminal:
            assert terminal.end() == 0
        piped = ondol("run", str(path), "hi", OLLAMA_HOST=fault.url)
    assert "\x1b" not in terminal.screen
    assert "\\x1b[2Jgone" in terminal.screen
    assert piped.stdout == "\x1b[2Jgone\n"

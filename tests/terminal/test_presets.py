"""`ondol presets`: the list, one as TOML, one as a script that runs."""

from __future__ import annotations

import ast
import json
import tomllib
from pathlib import Path

from terminal.running import ondol


def test_the_list_says_which_are_chains() -> None:
    done = ondol("presets")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert lines["assistant"].split("  ")[-1].strip().startswith("Balanced")
    assert "2 steps" in lines["joke-and-poem"]
    assert "1 step " in lines["tasks-from-text"]
    assert "step" not in lines["precise"]
    assert "quick" in lines


def test_the_list_in_json_and_korean() -> None:
    done = ondol("presets", "--json", LANG="ko_KR.UTF-8")
    found = {preset["id"]: preset for preset in json.loads(done.stdout)}
    assert found["joke-and-poem"]["name"] == "농담과 시"
    assert found["joke-and-poem"]["is_chain"] is True
    assert [step["name"] for step in found["joke-and-poem"]["chain"]["stages"][0]] == [
        "joke",
        "poem",
    ]
    assert found["quick"]["is_chain"] is False
    assert found["quick"]["options"] == {"num_predict": 24, "temperature": 0.0}


def test_one_is_its_own_toml_which_runs_again(tmp_path: Path) -> None:
    done = ondol("presets", "A JOKE and a poem")
    assert tomllib.loads(done.stdout)["name_ko"] == "농담과 시"
    copy = tmp_path / "copy.toml"
    copy.write_text(done.stdout, "utf-8")
    again = ondol("presets", str(copy), "--json")
    assert json.loads(again.stdout)["is_chain"] is True


def test_a_script_that_does_the_same() -> None:
    done = ondol("presets", "translate-then-answer", "--python", OLLAMA_HOST="http://u:pw@box:1")
    assert done.returncode == 0, done.stderr
    ast.parse(done.stdout)
    assert "RunnablePassthrough.assign(english=english_step) | answer_step" in done.stdout
    assert 'default="smollm2:135m"' in done.stdout
    assert 'default="http://box:1"' in done.stdout
    assert "pw@" not in done.stdout


def test_a_step_of_yes_or_no_is_held_to_it_in_the_script() -> None:
    done = ondol("presets", "code-or-question", "--python")
    assert '"enum": ["yes", "no", "예", "아니요"]' in done.stdout


def test_a_file_that_cannot_be_used_is_told_beside_the_list(home: Path) -> None:
    (home / "config" / "presets" / "broken.toml").write_text("name = ", "utf-8")
    done = ondol("presets")
    assert done.returncode == 0
    assert "joke-and-poem" in done.stdout
    assert "broken.toml cannot be used" in done.stderr


def test_mistakes() -> None:
    assert ondol("presets", "--python").returncode == 2
    done = ondol("presets", "no-such")
    assert done.returncode == 1
    assert "There is no preset no-such" in done.stderr
    assert done.stdout == ""

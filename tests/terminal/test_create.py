"""`ondol create`: a sample made and talked to, findings at their line, questions first."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_process import STARTER
from terminal.running import Alone, OnTerminal, ondol

from gui import paths

SAMPLE = paths.modelfiles() / "warm-floor.Modelfile"
OTHER = f"FROM {STARTER}\nSYSTEM You are brief.\nPARAMETER num_predict 5\n"


def system_of(name: str, server: Alone) -> str:
    return ondol("show", name, "--modelfile", OLLAMA_HOST=server.url).stdout


def test_a_sample_is_created_and_answers(server: Alone) -> None:
    done = ondol("create", "warm", "-f", str(SAMPLE), OLLAMA_HOST=server.url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("warm:latest is ready: 98 MB, ")
    assert done.stdout.count("\n") == 1
    assert "warm:latest: Saving the model\n" in done.stderr
    assert "\r" not in done.stderr
    answer = ondol("ask", "-m", "warm", "-p", "quick", "Hello", OLLAMA_HOST=server.url)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip()


def test_the_modelfile_of_the_folder_is_the_default(server: Alone, tmp_path: Path) -> None:
    (tmp_path / "Modelfile").write_text(OTHER, "utf-8")
    done = ondol("create", "brief", cwd=tmp_path, OLLAMA_HOST=server.url)
    assert done.returncode == 0, done.stderr
    assert "SYSTEM You are brief." in system_of("brief", server)


def test_findings_are_lines_that_editors_understand(tmp_path: Path) -> None:
    """No server is asked: nothing answers here."""
    (tmp_path / "Modelfile").write_text("FROM llama3.2\nSYTEM x\nPARAMETER temperature hot\n")
    done = ondol("create", "x", "--server", "ollama", cwd=tmp_path)
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first == "Modelfile:2:1: error: “SYTEM” is not an instruction. (Did you mean SYSTEM?)"
    assert second.startswith("Modelfile:3:23: error: temperature takes a number, not “hot”. (")
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("GGUF\x03", "<stdin>:1:1: error: This is a model, not a Modelfile."),
        ("", "<stdin>:1:1: error: A Modelfile needs a FROM"),
        ("FROM ./no.gguf", "<stdin>:1:6: error: There is nothing at "),
        ("FROM ./README.md", "<stdin>:1:1: error: "),
    ],
)
def test_stdin_is_checked_too(text: str, line: str) -> None:
    done = ondol("create", "x", "-f", "-", "--yes", stdin=text)
    assert done.returncode == 1
    assert done.stderr.startswith(line)
    assert "Traceback" not in done.stderr


def test_stdin_is_created(server: Alone) -> None:
    done = ondol("create", "piped", "-f", "-", stdin=OTHER, OLLAMA_HOST=server.url)
    assert done.returncode == 0, done.stderr
    assert "SYSTEM You are brief." in system_of("piped", server)


def test_a_model_of_that_name_is_asked_about(server: Alone, tmp_path: Path) -> None:
    (tmp_path / "Modelfile").write_text(OTHER, "utf-8")
    variables = {"OLLAMA_HOST": server.url}
    assert ondol("create", "again", cwd=tmp_path, **variables).returncode == 0
    (tmp_path / "Modelfile").write_text(OTHER.replace("brief", "kind"), "utf-8")
    refused = ondol("create", "AGAIN", cwd=tmp_path, **variables)
    assert refused.returncode == 1
    assert "There is a model with the name AGAIN:latest already." in refused.stderr
    with OnTerminal("create", "again", cwd=tmp_path, **variables) as terminal:
        terminal.wait_for("Replace it? [y/N]")
        terminal.type("n\n")
        assert terminal.end() == 1
    assert "You are brief." in system_of("again", server)
    with OnTerminal("create", "again", cwd=tmp_path, LANG="ko_KR.UTF-8", **variables) as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("네\n")
        assert terminal.end() == 0
        assert "\r" in terminal.screen
        assert terminal.screen.count("again:latest 모델이 준비되었습니다") == 1
    assert "You are kind." in system_of("again", server)


def test_mod_03_files_outside_the_folder_are_asked_about(server: Alone, tmp_path: Path) -> None:
    secret, folder = tmp_path / "model.gguf", tmp_path / "folder"
    secret.write_bytes(b"GGUF" + bytes(100))
    folder.mkdir()
    (folder / "Modelfile").write_text("FROM ../model.gguf\n", "utf-8")
    refused = ondol("create", "out", cwd=folder, OLLAMA_HOST=server.url)
    assert refused.returncode == 1
    assert f"names files outside its folder: {secret}" in refused.stderr
    assert "Nothing was sent." in refused.stderr
    with OnTerminal("create", "out", cwd=folder, OLLAMA_HOST=server.url) as terminal:
        terminal.wait_for("Put them into the model? [y/N]")
        terminal.type("n\n")
        assert terminal.end() == 1
    agreed = ondol("create", "out", "--yes", cwd=folder, OLLAMA_HOST=server.url)
    assert agreed.returncode == 1
    assert "Reading model.gguf" in agreed.stderr  # sent now, and found to be no model
    assert "out:latest could not be created" in agreed.stderr


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = ondol("create", "x", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "ondol: The Modelfile Modelfile could not be read: No such file or directory. "
        "Give the path of the Modelfile with -f.\n"
    )

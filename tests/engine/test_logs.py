"""The engine's log: two forms, two levels, and which modules are quiet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = """
import logging, sys
from gui.engine import logs
from gui.engine.environment import read_environment
logs.to_stderr(timed=sys.argv[1] == "timed")
environment = read_environment({"OLLAMA_DEBUG": sys.argv[2], "HTTPS_PROXY": "hidden"})
logs.set_level(environment.debug)
for name in ("gui.engine.x", "httpx", "other"):
    for level in (logging.DEBUG, logging.INFO, logging.WARNING):
        logging.getLogger(name).log(level, "%d of %s", level, name)
logs.summarize(environment, "http://[::1]:1", version="9", models="/models", cores=3, threads=2)
"""


def _log(form: str, debug: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", CODE, form, debug],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    assert "hidden" not in done.stderr
    return done.stderr.splitlines()


def test_for_the_app() -> None:
    lines = _log("plain", "0")
    assert lines[:5] == [
        *("gui.engine.x: 20 of gui.engine.x", "gui.engine.x: 30 of gui.engine.x"),
        *("httpx: 30 of httpx", "other: 20 of other", "other: 30 of other"),
    ]
    assert lines[5].startswith("gui.engine.logs: Ondol's engine 9, process ")
    assert lines[5].endswith(", at http://[::1]:1")
    assert lines[6] == "gui.engine.logs: models: /models"
    assert lines[7].startswith("gui.engine.logs: threads: 2 of 3 cores; memory: ")
    assert lines[8:] == ["gui.engine.logs: OLLAMA_DEBUG=0"]


@pytest.mark.parametrize(("debug", "number"), [("0", 0), ("1", 1), ("2", 1)])
def test_on_a_terminal(debug: str, number: int) -> None:
    lines = _log("timed", debug)
    assert sum(" DEBUG   10 of gui.engine.x" in line for line in lines) == number
    assert any(" WARNING 30 of httpx" in line for line in lines)
    assert not any("20 of httpx" in line or "10 of other" in line for line in lines)

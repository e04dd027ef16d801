"""`ondol serve`: where it is, its key, a line a request, and how it ends."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import httpx
from terminal.running import Alone, OnTerminal, ondol

KEY = "the-key-of-this-test"


def test_it_serves_until_ctrl_c(server: Alone) -> None:
    with OnTerminal("serve", "quick", OLLAMA_HOST=server.url) as terminal:
        terminal.wait_for("Ctrl+C ends it")
        found = re.search(r"served at (http://127\.0\.0\.1:\d+/chain)", terminal.screen)
        key = re.search(r"Key, shown only now: (\S+)", terminal.screen)
        assert found
        assert key
        assert "curl -N" in terminal.screen
        assert "RemoteRunnable(" in terminal.screen
        assert terminal.screen.count(key[1]) == 1
        headers = {"Authorization": f"Bearer {key[1]}"}
        with httpx.Client(headers=headers, trust_env=False, timeout=60) as http:
            answer = http.post(f"{found[1]}/invoke", json={"input": "private words"})
            assert answer.json()["output"]
            assert http.get(f"{found[1]}/x", headers={"Authorization": ""}).status_code == 401
        # A line is written when all about its request is known: in either order.
        terminal.wait_for("GET /chain/x 401")
        terminal.wait_for("POST /chain/invoke 200")
        terminal.wait_for(" tokens")
        assert re.search(
            r"\d\d:\d\d:\d\d POST /chain/invoke 200 [\d.]+s .* tokens", terminal.screen
        )
        terminal.type("\x03")
        assert terminal.end() == 0
        assert "private words" not in terminal.screen
        assert "Traceback" not in terminal.screen


def test_a_key_of_ones_own_is_not_shown_and_texts_are_if_wanted(
    server: Alone, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text(KEY + "\n", "utf-8")
    arguments = ("serve", "Quick", "--key-file", str(file), "--log-text", "-m", "smollm2:135m")
    with OnTerminal(*arguments, OLLAMA_HOST=server.url) as terminal:
        terminal.wait_for("Ctrl+C ends it")
        assert KEY not in terminal.screen
        found = re.search(r"served at (\S+)", terminal.screen)
        assert found
        headers = {"Authorization": f"Bearer {KEY}"}
        body = {"input": "not private"}
        answer = httpx.post(
            f"{found[1]}/invoke", json=body, headers=headers, trust_env=False, timeout=60
        )
        assert answer.status_code == 200
        terminal.wait_for("not private")
        terminal._process.send_signal(signal.SIGTERM)
        assert terminal.end() == 0


def test_other_machines_only_when_it_was_said(server: Alone) -> None:
    done = ondol("serve", "quick", "--host", "0.0.0.0", OLLAMA_HOST=server.url)
    assert done.returncode == 2
    assert "--yes-everyone" in done.stderr
    assert done.stdout == ""


def test_what_is_wrong_is_one_line(server: Alone, tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.write_text("x", "utf-8")
    for arguments, said in (
        (("no-such-preset",), "There is no preset no-such-preset."),
        (("quick", "-m", "nothing"), "nothing"),
        (("quick", "--key-file", str(tmp_path / "none")), "The key file cannot be read"),
        (("quick", "--key-file", str(short)), "at least 16"),
    ):
        done = ondol("serve", *arguments, OLLAMA_HOST=server.url)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""

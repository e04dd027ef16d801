"""The life of the process: announced, ended with its parent, alone on a terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest
from engine_process import STARTER, EngineUnderTest, engine_environment

from gui.engine import parent

ROOT = Path(__file__).resolve().parents[2]
ENDLESS = {
    "model": STARTER,
    "messages": [{"role": "user", "content": "Count to one million."}],
    "options": {"num_predict": 1_000_000},
}


def _gone(pid: int, seconds: float = 10.0) -> bool:
    """Whether the process ends within that time; a zombie nobody reaps has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_the_end_of_stdin_ends_it(tmp_path: Path) -> None:
    engine = EngineUnderTest(tmp_path / "engine")
    assert engine.url.startswith("http://127.0.0.1:")
    assert engine.close() == 0


def test_the_end_of_stdin_ends_it_while_it_generates(tmp_path: Path) -> None:
    with (
        EngineUnderTest(tmp_path / "engine") as engine,
        engine.client() as client,
        client.stream("POST", "/api/chat", json=ENDLESS) as answer,
    ):
        next(answer.iter_raw())
        assert engine.close() == 0


def test_nothing_but_the_announcement_goes_to_stdout(tmp_path: Path) -> None:
    with EngineUnderTest(tmp_path / "engine") as engine, engine.client() as client:
        client.post("/api/chat", json={**ENDLESS, "options": {"num_predict": 1}})
        engine.process.send_signal(signal.SIGTERM)
        assert engine.process.wait(timeout=10) == 0
        assert engine.process.stdout is not None
        assert engine.process.stdout.read() == b""


def test_sigterm_ends_it_while_it_generates(tmp_path: Path) -> None:
    with (
        EngineUnderTest(tmp_path / "engine") as engine,
        engine.client() as client,
        client.stream("POST", "/api/chat", json=ENDLESS) as answer,
    ):
        next(answer.iter_raw())
        engine.process.send_signal(signal.SIGTERM)
        assert engine.process.wait(timeout=10) == 0


PARENT = """
import sys, time
from pathlib import Path
from engine_process import EngineUnderTest
engine = EngineUnderTest(Path(sys.argv[1]))
client = engine.client()
if sys.argv[2] == "generating":
    stream = client.stream("POST", "/api/chat", json={body})
    next(stream.__enter__().iter_raw())
print(engine.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("state", ["idle", "generating"])
def test_kill_9_of_the_parent_ends_it(tmp_path: Path, state: str) -> None:
    """ENG-12: no orphan after the app was killed."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT.replace("{body}", repr(ENDLESS)), tmp_path / "e", state],
        stdout=subprocess.PIPE,
        cwd=ROOT / "tests",
        env={**engine_environment(tmp_path), "PYTHONPATH": str(ROOT / "tests")},
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    assert _gone(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for SIGIO")
def test_the_end_of_stdin_ends_it_while_llama_cpp_holds_the_interpreter() -> None:
    code = (
        "import ctypes\n"
        "from gui.engine.parent import ended_by_kernel, end_with_parent\n"
        "end_with_parent()\n"
        "with ended_by_kernel(60):\n"
        "    print('held', flush=True)\n"
        "    ctypes.PyDLL(None).sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as held:
        assert held.stdin is not None
        assert held.stdout is not None
        assert held.stdout.readline() == b"held\n"
        held.stdin.close()
        assert held.wait(timeout=10) == -signal.SIGIO


@pytest.mark.parametrize(
    ("seconds", "alarm"), [(300.0, 300), (0.2, 1), (float("inf"), 0), (9e9, 2**31 - 1)]
)
def test_the_longest_load_as_an_alarm(seconds: float, alarm: int) -> None:
    assert parent._alarm(seconds) == alarm


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the parent's death")
def test_another_parent_ends_it_even_if_stdin_stays_open(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    code = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'gui.engine', '--child'],"
        " stdin=int(sys.argv[1]), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "sys.stdin.readline()\n"
    )
    os.write(writer, b'{"token":"t"}\n')
    with subprocess.Popen(
        [sys.executable, "-c", code, str(reader)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        pass_fds=[reader],
        env=engine_environment(tmp_path),
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    os.close(reader)
    assert _gone(pid)
    os.close(writer)


@pytest.mark.parametrize("greeting", [b"", b"\n", b"{}\n", b"x\n", b'{"token":""}\n'])
def test_no_token_no_engine(tmp_path: Path, greeting: bytes) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "gui.engine", "--child"],
        input=greeting,
        capture_output=True,
        cwd=ROOT,
        env=engine_environment(tmp_path),
        timeout=30,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, b"")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _announced(process: subprocess.Popen[bytes]) -> str:
    """The address an engine alone says it listens at."""
    assert process.stdout is not None
    sentence = process.stdout.readline().decode()
    return sentence[sentence.index("http://") :].strip()


def _ended(process: subprocess.Popen[bytes]) -> str:
    """End it; what it wrote in its log."""
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=10)
    assert process.returncode == 0
    return log.decode()


def _alone(home: Path, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "gui.engine", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**engine_environment(home), **environment},
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_alone_it_listens_at_ollama_host_and_ends_orderly(tmp_path: Path, number: int) -> None:
    host = f"127.0.0.1:{_free_port()}"
    with _alone(tmp_path, OLLAMA_HOST=host) as process:
        assert process.stdout is not None
        assert f"http://{host}" in process.stdout.readline().decode()
        process.send_signal(number)
        assert process.wait(timeout=10) == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1"])
def test_alone_it_refuses_other_machines_without_a_token(tmp_path: Path, host: str) -> None:
    """SRV-03: loopback unless there is a token."""
    with _alone(tmp_path, "--host", host, "--port", "0") as process:
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert b"--token-file" in errors


def test_a_busy_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with _alone(tmp_path, "--port", port) as process:
            _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert b"cannot listen" in errors
    assert b"Traceback" not in errors


SECRETS = {
    "HF_TOKEN": "hidden-1",
    "OPENAI_API_KEY": "hidden-2",
    "HTTPS_PROXY": "http://me:hidden-3@proxy",
    "ONDOL_ENGINE_TOKEN": "hidden-4",
    "SOMETHING_ELSE": "hidden-5",
}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_alone_it_keeps_no_secret_of_the_person(tmp_path: Path) -> None:
    """ENG-15, SRV-02: the token of the environment counts, and is gone from there."""
    with _alone(tmp_path, "--port", "0", **SECRETS, OLLAMA_MAX_QUEUE="7") as process:
        url = _announced(process)
        shown = Path(f"/proc/{process.pid}/environ").read_bytes()
        with httpx.Client(base_url=url, trust_env=False) as client:
            assert client.get("/api/version").status_code == 401
            client.headers["Authorization"] = "Bearer hidden-4"
            assert client.get("/api/version").status_code == 200
        log = _ended(process)
    assert b"OLLAMA_MAX_QUEUE=7" in shown
    assert b"hidden" not in shown
    assert "OLLAMA_MAX_QUEUE=7" in log
    assert "hidden" not in log


def test_alone_it_writes_a_log_that_can_be_read(tmp_path: Path) -> None:
    with _alone(tmp_path, "--port", "0", OLLAMA_KEEP_ALIVE="soon") as process:
        url = _announced(process)
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            client.get("/api/version", params={"key": "hidden"})
            messages = [{"role": "user", "content": "hidden words"}]
            body = {"model": STARTER, "messages": messages, "options": {"num_predict": 2}}
            assert client.post("/api/chat", json=body).status_code == 200
            assert client.get("/no/such").status_code == 404
            assert client.head("/").status_code == 200
        log = _ended(process)
    lines = log.splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ +\S", one) for one in lines)
    assert any("OLLAMA_KEEP_ALIVE='soon' is not understood" in one for one in lines)
    assert any(f"at {url}" in one for one in lines)
    assert any(f"models: {tmp_path / 'data' / 'models'}" in one for one in lines)
    requests = [one.partition("INFO    ")[2] for one in lines if " 127.0.0.1 " in one]
    said = [re.sub(r"[\d.]+s 127.0.0.1 [\d.]+ k?B", "...", one) for one in requests]
    assert said == [
        "GET /api/version 200 ...",
        "POST /api/chat 200 ...",
        "GET /no/such 404 ...",
        "HEAD / 200 ...",
    ]
    assert "hidden" not in log


def test_alone_it_lets_the_pages_in_that_ollama_lets_in(tmp_path: Path) -> None:
    """SRV-04 with a stream: the origin is told before the first token."""
    with _alone(tmp_path, "--port", "0", OLLAMA_ORIGINS="https://a.example") as process:
        url = _announced(process)
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            for origin in ("https://a.example", "http://localhost:3000"):
                headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
                answer = client.options("/api/chat", headers=headers)
                assert (answer.status_code, answer.content) == (204, b"")
                assert answer.headers["access-control-allow-origin"] == origin
            body = {**ENDLESS, "options": {"num_predict": 1}}
            headers = {"Origin": "https://a.example"}
            answer = client.post("/api/chat", json=body, headers=headers)
            assert answer.headers["access-control-allow-origin"] == "https://a.example"
            assert b'"done":true' in answer.content
            headers = {"Origin": "https://evil.example"}
            assert client.get("/api/tags", headers=headers).status_code == 403
        _ended(process)


@pytest.mark.parametrize("content", ["", " \n", "two words\n", None])
def test_a_token_file_without_a_token_is_no_permission(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content, "utf-8")
    with _alone(tmp_path, "--port", "0", "--token-file", str(file)) as process:
        out, errors = process.communicate(timeout=30)
    assert (process.returncode, out) == (1, b"")
    assert b"cannot listen" in errors
    assert b"Traceback" not in errors


def test_with_a_token_other_machines_may_come(tmp_path: Path) -> None:
    """SRV-03: it says so."""
    file = tmp_path / "token"
    file.write_text("hidden\n", "utf-8")
    arguments = ("--host", "0.0.0.0", "--port", "0", "--token-file", str(file))
    with _alone(tmp_path, *arguments) as process:
        port = _announced(process).rpartition(":")[2]
        headers = {"Host": "anything.example", "Authorization": "Bearer hidden"}
        answer = httpx.get(f"http://127.0.0.1:{port}/", headers=headers, trust_env=False)
        assert answer.text == "Ollama is running"
        log = _ended(process)
    assert "WARNING other machines can reach 0.0.0.0" in log
    assert "hidden" not in log


@pytest.mark.parametrize("port", ["99999", "-1", "x"])
def test_a_port_that_is_none_is_a_sentence(tmp_path: Path, port: str) -> None:
    with _alone(tmp_path, "--port", port) as process:
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert b"Traceback" not in errors


def test_help_says_how_it_is_set_up(tmp_path: Path) -> None:
    with _alone(tmp_path, "--help") as process:
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert all(word in out for word in (b"--host", b"--port", b"--token-file", b"OLLAMA_ORIGINS"))
    assert b"--child" not in out


def test_importing_the_room_loads_nothing_heavy() -> None:
    code = "import gui.engine, sys; print(sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert not {"starlette", "uvicorn", "xllamacpp", "asyncio"} & set(
        json.loads(loaded.replace("'", '"'))
    )

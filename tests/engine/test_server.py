"""The life of the process: announced, ended with its parent, alone on a terminal."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from engine_process import STARTER, EngineUnderTest, engine_environment

from gui.engine import server

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
        "with ended_by_kernel():\n"
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


@pytest.mark.parametrize(
    ("value", "host", "port"),
    [
        ("", "127.0.0.1", 11434),
        ("0.0.0.0", "0.0.0.0", 11434),
        ("127.0.0.1:5000", "127.0.0.1", 5000),
        ("http://localhost:80/path", "localhost", 80),
        ("'[::1]:99'", "::1", 99),
        ("[::1]", "::1", 11434),
        ("127.0.0.1:99999", "127.0.0.1", 11434),
        (":5000", "127.0.0.1", 5000),
    ],
)
def test_ollama_host(monkeypatch: pytest.MonkeyPatch, value: str, host: str, port: int) -> None:
    monkeypatch.setenv("OLLAMA_HOST", value)
    address = server._address("", None)
    assert (address.host, address.port) == (host, port)


def test_importing_the_room_loads_nothing_heavy() -> None:
    code = "import gui.engine, sys; print(sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert not {"starlette", "uvicorn", "xllamacpp", "asyncio"} & set(
        json.loads(loaded.replace("'", '"'))
    )

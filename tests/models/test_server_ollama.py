"""The Ollama of this machine: found, started by us, and stopped only then."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from faults.server import FaultServer

from gui.errors import OllamaFailedToStart, OllamaNotRunning, ServerUnreachable
from gui.models import local_ollama
from gui.models.engine_process import EngineProcess
from gui.models.local_ollama import find_program
from gui.models.server import Servers
from gui.records import ServerKind, ServerState

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script")

SCRIPT = """#!{python}
import http.server, json, os, sys
assert sys.argv[1:] == ["serve"]
{before}
host, port = os.environ["OLLAMA_HOST"].split(":")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({{"version": "0.33.0"}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
print("listening", flush=True)
http.server.HTTPServer((host, int(port)), Handler).serve_forever()
"""


@pytest.fixture
def _nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """An Ollama of the machine that runs the tests is not found."""
    monkeypatch.setattr(local_ollama, "_usual_places", lambda _: ())


def program(folder: Path, before: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "ollama"
    path.write_text(SCRIPT.format(python=sys.executable, before=before))
    path.chmod(0o755)
    return path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def run(work: Callable[[Servers], Awaitable[None]], host: str, folder: Path) -> None:
    environ = {"OLLAMA_HOST": host, "PATH": str(folder), "HOME": str(folder)}

    async def ran() -> None:
        servers = Servers(environ, EngineProcess())
        try:
            await work(servers)
        finally:
            await servers.close()

    asyncio.run(ran())


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.usefixtures("_nowhere_else")
def test_it_is_found_on_the_path_or_where_installers_put_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_program({"PATH": str(tmp_path)}) == ""
    path = program(tmp_path / "bin")
    assert find_program({"PATH": str(path.parent)}) == str(path)
    monkeypatch.undo()
    home = tmp_path / "home"
    (home / ".local").mkdir(parents=True)
    usual = program(home / ".local" / "bin")
    found = find_program({"PATH": "", "HOME": str(home)})
    assert found == str(usual) or Path(found).is_file()
    usual.chmod(0o644)
    assert find_program({"PATH": "", "HOME": str(home)}) != str(usual)


@pytest.mark.usefixtures("_nowhere_else")
def test_it_is_offered_started_at_its_address_and_ended_with_us(tmp_path: Path) -> None:
    path = program(tmp_path / "bin")
    host = f"127.0.0.1:{free_port()}"
    pids: list[int] = []

    async def work(servers: Servers) -> None:
        with pytest.raises(OllamaNotRunning, match="installed"):
            await servers.connect(ServerKind.OLLAMA)
        before = (await servers.overview()).ollama
        assert (before.program, before.is_here, before.is_ours) == (str(path), True, False)
        await servers.start_ollama()
        overview = await servers.overview()
        assert overview.ollama.is_ours
        ollama = next(s for s in overview.servers if s.kind is ServerKind.OLLAMA)
        assert (ollama.state, ollama.url) == (ServerState.READY, f"http://{host}")
        assert (await servers.connect(ServerKind.OLLAMA)).endpoint.url == f"http://{host}"
        assert servers._ollama.pid is not None
        pids.append(servers._ollama.pid)

    run(work, host, path.parent)
    assert not is_alive(pids[0])
    log = Path(os.environ["ONDOL_HOME"]) / "logs" / "ollama.log"
    assert "listening" in log.read_text()


@pytest.mark.usefixtures("_nowhere_else")
def test_it_can_be_stopped_before_we_end(tmp_path: Path) -> None:
    path = program(tmp_path / "bin")

    async def work(servers: Servers) -> None:
        await servers.start_ollama()
        pid = servers._ollama.pid
        assert pid is not None
        await servers.stop_ollama()
        assert not is_alive(pid)
        assert not (await servers.overview()).ollama.is_ours

    run(work, f"127.0.0.1:{free_port()}", path.parent)


@pytest.mark.usefixtures("_nowhere_else")
def test_one_that_runs_already_is_not_ours_and_goes_on(tmp_path: Path) -> None:
    path = program(tmp_path / "bin")

    async def work(servers: Servers) -> None:
        await servers.start_ollama()
        assert not (await servers.overview()).ollama.is_ours
        await servers.stop_ollama()

    with FaultServer() as server:
        run(work, server.name, path.parent)
        assert server.requests


@pytest.mark.usefixtures("_nowhere_else")
@pytest.mark.parametrize("before", ["sys.exit('no GPU, no luck')", "import time; time.sleep(60)"])
def test_one_that_does_not_come_up(
    before: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_ollama, "START_SECONDS", 3.0)
    path = program(tmp_path / "bin", before)
    failed: list[OllamaFailedToStart] = []

    async def work(servers: Servers) -> None:
        with pytest.raises(OllamaFailedToStart) as raised:
            await servers.start_ollama()
        failed.append(raised.value)
        assert not (await servers.overview()).ollama.is_ours or "exit" in before
        assert servers._ollama.pid is None

    run(work, f"127.0.0.1:{free_port()}", path.parent)
    assert failed[0].detail


@pytest.mark.usefixtures("_nowhere_else")
def test_nothing_is_started_for_another_machine_or_without_a_program(tmp_path: Path) -> None:
    async def not_installed(servers: Servers) -> None:
        with pytest.raises(OllamaFailedToStart):
            await servers.start_ollama()
        with pytest.raises(ServerUnreachable) as raised:
            await servers.connect(ServerKind.OLLAMA)
        assert type(raised.value) is ServerUnreachable

    async def elsewhere(servers: Servers) -> None:
        assert not (await servers.overview()).ollama.is_here
        with pytest.raises(OllamaFailedToStart):
            await servers.start_ollama()

    run(not_installed, f"127.0.0.1:{free_port()}", tmp_path)
    path = program(tmp_path / "bin")
    run(elsewhere, "[::ffff:127.0.0.1]:1", path.parent)

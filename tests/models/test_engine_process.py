"""The child process: its start, its ends, and what it is told."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from gui import paths
from gui.errors import EngineError, EngineFailedToStart, EngineStopped
from gui.models import engine_process
from gui.models.engine_process import EngineProcess
from gui.models.rotating_log import RotatingLog

CHILD = Path(__file__).parent / "child.py"
URL = "http://127.0.0.1:1"


@pytest.fixture
def url_file(tmp_path: Path) -> Path:
    file = tmp_path / "url"
    file.write_text(URL)
    return file


def _engine(url_file: Path, mode: str = "good") -> EngineProcess:
    return EngineProcess((sys.executable, str(CHILD), mode, str(url_file)))


def _run(engine: EngineProcess, work: Callable[[], Awaitable[None]]) -> None:
    async def ran() -> None:
        try:
            await work()
        finally:
            await engine.stop()

    asyncio.run(ran())


def _gone(pid: int, seconds: float = 3.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


async def _pid(engine: EngineProcess) -> int:
    await engine.start()
    assert engine.pid is not None
    return engine.pid


def test_start_gives_the_address_and_a_token(url_file: Path) -> None:
    engine = _engine(url_file)

    async def work() -> None:
        first, second = await asyncio.gather(engine.start(), engine.start())
        assert first == second
        assert first.url == URL
        ((name, value),) = first.headers
        assert name == "Authorization"
        assert len(value) > len("Bearer ") + 40
        child = psutil.Process(engine.pid)
        assert value.split()[1] not in " ".join([*child.cmdline(), *child.environ().values()])
        assert value not in repr(first)

    _run(engine, work)
    assert engine.pid is None


def test_eng_15_environment_has_no_secrets(url_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ("HF_TOKEN", "OLLAMA_API_KEY", "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY")
    for name in (*keys, "HTTP_PROXY", "https_proxy", "ALL_PROXY", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "http://secret.example")
    monkeypatch.setenv("LC_TIME", "ko_KR.UTF-8")
    engine = _engine(url_file)

    async def work() -> None:
        environ = psutil.Process(await _pid(engine)).environ()
        assert "secret" not in str(environ)
        assert environ["LC_TIME"] == "ko_KR.UTF-8"
        assert environ["ONDOL_HOME"] == os.environ["ONDOL_HOME"]

    _run(engine, work)


def test_stop_twice_and_start_again(url_file: Path) -> None:
    engine = _engine(url_file)

    async def work() -> None:
        first = await _pid(engine)
        await engine.stop()
        await engine.stop()
        assert _gone(first)
        with pytest.raises(EngineStopped):
            await engine.endpoint()
        second = await _pid(engine)
        assert second != first
        await engine.stop()
        assert _gone(second)

    _run(engine, work)


def test_child_that_will_not_end_is_killed(url_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_process, "_STOP_SECONDS", 0.2)
    engine = _engine(url_file, "stubborn")

    async def work() -> None:
        pid = await _pid(engine)
        await engine.stop()
        assert _gone(pid)

    _run(engine, work)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_eng_12_started_again_after_a_crash(url_file: Path, number: signal.Signals) -> None:
    engine = _engine(url_file)
    told: list[EngineError] = []
    engine.on_exit(told.append)

    async def work() -> None:
        first = await engine.start()
        pid = engine.pid
        assert pid is not None
        os.kill(pid, number)
        while not told:
            await asyncio.sleep(0.01)
        second = await engine.endpoint()
        assert engine.pid != pid
        assert second.headers != first.headers
        assert type(told[0]) is EngineStopped

    _run(engine, work)


def test_eng_12_gives_up_after_five_crashes_and_can_be_asked_again(url_file: Path) -> None:
    engine = _engine(url_file, "crash")
    told: list[type[EngineError]] = []
    engine.on_exit(lambda error: told.append(type(error)))

    async def work() -> None:
        await engine.start()
        while EngineFailedToStart not in told:
            await asyncio.sleep(0.01)
        assert told == [EngineStopped] * 4 + [EngineFailedToStart]
        with pytest.raises(EngineFailedToStart):
            await engine.endpoint()
        await engine.start()

    _run(engine, work)


@pytest.mark.parametrize("mode", ["exit", "garbage", "silent"])
def test_child_without_an_address(
    url_file: Path, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_process, "START_SECONDS", 1.0)
    engine = _engine(url_file, mode)

    async def work() -> None:
        with pytest.raises(EngineFailedToStart) as raised:
            await engine.start()
        assert f"child says {mode}" in raised.value.detail
        assert engine.pid is None

    _run(engine, work)


def test_program_that_is_not_there(url_file: Path) -> None:
    engine = EngineProcess((str(url_file.parent / "no-such-program"),))

    async def work() -> None:
        with pytest.raises(EngineFailedToStart, match="could not be started"):
            await engine.start()

    _run(engine, work)


def test_cancelled_start_leaves_no_child(url_file: Path) -> None:
    engine = _engine(url_file, "silent")

    async def work() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await engine.start()
        pid = engine.pid
        assert pid is not None
        await engine.stop()
        assert _gone(pid)

    _run(engine, work)


APP = """
import asyncio, sys
from gui.models.engine_process import EngineProcess

async def main():
    engine = EngineProcess({command})
    await engine.start()
    print(engine.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("command", ["stand-in", "real"])
def test_eng_12_no_orphan_when_the_app_is_killed(url_file: Path, command: str) -> None:
    stand_in = repr((sys.executable, str(CHILD), "good", str(url_file)))
    code = APP.format(command=stand_in if command == "stand-in" else "")
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as app:
        assert app.stdout is not None
        pid = int(app.stdout.readline())
        assert psutil.pid_exists(pid)
        app.kill()
    assert _gone(pid)


def test_words_of_the_child_go_to_the_log(url_file: Path) -> None:
    engine = _engine(url_file)

    async def work() -> None:
        await engine.start()

    _run(engine, work)
    assert "child says good" in (paths.logs() / "engine.log").read_text()


def test_log_is_kept_small(tmp_path: Path) -> None:
    log = RotatingLog(tmp_path / "logs" / "x.log", max_bytes=100, kept=3)
    (tmp_path / "logs").mkdir()
    for n in range(50):
        log.write(b"%03d " % n * 10)
    files = sorted((tmp_path / "logs").iterdir())
    assert [file.name for file in files] == ["x.log", "x.log.1", "x.log.2"]
    assert all(file.stat().st_size <= 100 for file in files)
    assert log.tail(4) == "049 "


def test_log_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    log = RotatingLog(tmp_path / "missing" / "x.log")
    log.write(b"x")
    assert log.tail() == ""

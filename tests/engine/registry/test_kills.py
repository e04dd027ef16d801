"""MOD-07: pulls killed at any moment; nothing half is listed, and each goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from engine.registry.conftest import Home
from engine.registry.registry_process import IN_FLIGHT, RegistryProcess
from engine_process import EngineUnderTest

from gui.engine.registry.parts import bytes_at_hand
from gui.engine.store import names

KILLS = 50
_ROOT = Path(__file__).resolve().parents[3]
_RUNNER = Path(__file__).with_name("pull_runner.py")


class Runner:
    """The process of `pull_runner.py`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_RUNNER), str(folder), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            text=True,
        )

    def run(self, seconds: float) -> bool:
        """One pull, killed after so long; whether it came to its end before."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        ended: list[int] = []
        line = self._process.stdout.readline
        reader = threading.Thread(target=lambda: ended.append(int(line())))
        reader.start()
        reader.join(seconds)
        if not ended:
            os.kill(child, signal.SIGKILL)
        reader.join(30)
        assert ended[0] in (0, signal.SIGKILL)
        return ended[0] == 0

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_mod_07_fifty_kills_of_a_pull(
    registry: RegistryProcess, home: Home, request: pytest.FixtureRequest
) -> None:
    rng = random.Random()  # a new course each time
    data = rng.randbytes(64 * 2**20)
    weights, *_ = registry.add_model("library/killed:1b", data)
    name = f"{registry.host}/library/killed:1b"
    registry.faults(rate=20 * 2**20)
    runner = Runner(home.library.layout.root, name)
    request.addfinalizer(runner.close)
    kills = best = 0
    while kills < KILLS:
        if runner.run(rng.uniform(0.02, 0.5)):
            assert (
                hashlib.sha256(home.library.blobs.path(weights).read_bytes()).hexdigest() in weights
            )
            assert home.listed() == [name]
            assert home.partials() == []
            home.library.delete(names.parse(name))
            best = 0
            continue
        kills += 1
        home.check()  # no model without all of its blobs
        if not home.library.blobs.has(weights):
            assert home.listed() == []
            kept = bytes_at_hand(home.library.layout, weights, len(data))
            assert kept >= best  # what was safe once stays so
            best = kept
    registry.faults()
    assert runner.run(30)
    assert registry.served <= len(data) - best + IN_FLIGHT
    assert home.listed() == [name]
    home.check()


def test_mod_07_kills_of_the_engine(registry: RegistryProcess, tmp_path: Path) -> None:
    engine_home = tmp_path / "home"
    data = random.Random(3).randbytes(24 * 2**20)
    weights, *_ = registry.add_model("library/engine:1b", data)
    name = f"{registry.host}/library/engine:1b"
    registry.faults(rate=2 * 2**20)
    models = Home(engine_home, engine_home / "data" / "models")
    for _ in range(3):
        engine = EngineUnderTest(engine_home)
        with engine, engine.client() as http:
            body = {"model": name, "insecure": True}
            with http.stream("POST", "/api/pull", json=body) as answer:
                began = time.monotonic()
                for line in answer.iter_lines():
                    assert json.loads(line)["status"] != "success"
                    if time.monotonic() - began > 1.5:  # what came is noted each second
                        break
                engine.process.kill()
                engine.process.wait()
        assert models.listed() == []
        models.check()
    kept = bytes_at_hand(models.library.layout, weights, len(data))
    assert kept > 0
    registry.faults()
    with EngineUnderTest(engine_home) as engine, engine.client() as http:
        answer = http.post("/api/pull", json={"model": name, "insecure": True, "stream": False})
        assert answer.json() == {"status": "success"}
        assert registry.served <= len(data) - kept + IN_FLIGHT
        assert models.listed() == [name]
        models.check()

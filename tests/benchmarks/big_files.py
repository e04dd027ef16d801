"""Whether the window answers while a model of 2 GB is pulled, and while one is hashed.

    uv run python tests/benchmarks/big_files.py [MEGABYTES]

The application runs with its models window open and its engine. A registry on loopback gives
the model as fast as it can; then a GGUF file of the same size is made a model of, which reads
all of it twice: for its digest, and for the engine. A 4 ms timer on the window's thread tells
the gaps of each; those of a second of doing nothing come first, as the baseline.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["OLLAMA_HOST"] = "127.0.0.1:1"
TESTS = Path(__file__).resolve().parent.parent
sys.path[:1] = [str(TESTS), str(TESTS.parent)]  # "engine" is a folder of tests here

from app_driver import AppDriver, drive
from benchmarks.app import Heartbeat
from engine.registry.registry_process import RegistryProcess
from gguf_files import F16, SOUND, gguf

from gui.app import Application
from gui.models.modelfile.parser import parse
from gui.models.modelfile.request import plan_create
from gui.records import TransferState

MEGABYTE = 2**20


def write_large(file: Path, size: int) -> None:
    """A GGUF file of about `size` megabytes with one tensor."""
    rows = size * MEGABYTE // 16
    header = gguf(SOUND, [("token_embd.weight", (8, rows), F16, 0)])
    block = os.urandom(MEGABYTE)
    with file.open("wb") as target:
        target.write(header)
        for _ in range(size + 1):
            target.write(block)


async def measured(driver: AppDriver, what: str, size: int) -> None:
    """Wait for the transfer that just began, and say how the window fared."""
    heartbeat, began = Heartbeat(), time.perf_counter()
    transfers = driver.to.transfers
    before = {transfer.id for transfer in transfers.transfers if not transfer.state.is_active}
    heartbeat.start()

    def ended() -> bool:
        new = [t for t in transfers.transfers if t.id not in before]
        return bool(new) and not new[-1].state.is_active

    while not ended():
        await asyncio.sleep(0.05)
    heartbeat.stop()
    seconds = time.perf_counter() - began
    last = transfers.transfers[-1]
    assert last.state is TransferState.DONE, last.error
    print(f"{what}: {size / seconds:.0f} MB/s; {heartbeat.summary()}", flush=True)


async def script(driver: AppDriver, registry: RegistryProcess, large: Path, size: int) -> None:
    await driver.ready()
    driver.window.open_models()
    await asyncio.sleep(4)
    idle = Heartbeat()
    idle.start()
    await asyncio.sleep(5)
    idle.stop()
    print(f"nothing: {idle.summary()}", flush=True)
    driver.to.transfers.pull(f"http://{registry.host}/library/bench:1b")
    await measured(driver, "pull", size)
    plan = plan_create(parse(f"FROM {large}\n"), large.parent)
    driver.to.transfers.create("large", plan)
    await measured(driver, "hash and create", size)


def main() -> int:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 2048
    app = Application([])
    app.setQuitOnLastWindowClosed(False)
    with tempfile.TemporaryDirectory() as scratch, RegistryProcess(Path(scratch) / "r") as registry:
        os.environ["ONDOL_HOME"] = str(Path(scratch) / "home")
        registry.add_model("library/bench:1b", os.urandom(MEGABYTE) * size)
        large = Path(scratch) / "large.gguf"
        write_large(large, size)
        return drive(app, lambda driver: script(driver, registry, large, size))


if __name__ == "__main__":
    sys.exit(main())

"""How fast a pull is beside curl: the same blob, from the same registry on loopback.

    uv run python tests/benchmarks/pull.py [MEGABYTES] [RUNS]

Each run pulls the model into a new folder and has curl fetch its blob; the pull also checks
the SHA-256 and syncs the disk, which curl does not, so curl with sha256sum after it is timed
too. Prints medians in MB/s and their ratios.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:1] = [str(TESTS), str(TESTS.parent)]  # "engine" is a folder of tests here

from engine.registry.registry_process import RegistryProcess

from gui.engine.registry.client import Network
from gui.engine.registry.keys import Keys
from gui.engine.registry.pull import Registries
from gui.engine.store import names
from gui.engine.store.library import Library

GOAL = 0.8


def pull(registry: RegistryProcess, folder: Path) -> float:
    """Seconds of one pull."""
    registries = Registries(Library(folder), Network({}), Keys((), folder / "key"))
    name = names.parse(f"{registry.host}/library/bench:1b")

    async def run() -> None:
        async for _ in registries.pull(name, insecure=True):
            pass

    began = time.perf_counter()
    asyncio.run(run())
    return time.perf_counter() - began


def curl(registry: RegistryProcess, digest: str, file: Path) -> float:
    """Seconds of curl for the same blob."""
    url = f"http://{registry.host}/v2/library/bench/blobs/{digest}"
    began = time.perf_counter()
    subprocess.run(["curl", "-sS", "--noproxy", "*", "-o", str(file), url], check=True)
    return time.perf_counter() - began


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as scratch, RegistryProcess(Path(scratch) / "r") as registry:
        block = os.urandom(2**20)
        digest, *_ = registry.add_model("library/bench:1b", block * size)
        ours, theirs, checked = [], [], []
        for number in range(runs):
            folder, file = Path(scratch) / f"models{number}", Path(scratch) / "curl"
            os.sync()
            seconds = curl(registry, digest, file)
            theirs.append(size / seconds)
            began = time.perf_counter()
            subprocess.run(["sha256sum", str(file)], check=True, capture_output=True)
            checked.append(size / (seconds + time.perf_counter() - began))
            file.unlink()
            os.sync()
            ours.append(size / pull(registry, folder))
            subprocess.run(["rm", "-rf", str(folder)], check=True)
            print(
                f"run {number + 1}: pull {ours[-1]:.0f} MB/s, curl {theirs[-1]:.0f} MB/s",
                flush=True,
            )
        ratio = statistics.median(ours) / statistics.median(theirs)
        both = statistics.median(ours) / statistics.median(checked)
        print(f"pull {statistics.median(ours):.0f} MB/s, curl {statistics.median(theirs):.0f} MB/s")
        print(f"beside curl and sha256sum: {both:.2f}")
        print(f"ratio {ratio:.2f} (goal {GOAL}): {'met' if ratio >= GOAL else 'missed'}")


if __name__ == "__main__":
    main()

"""Pulls one model each time it is told to, in a fork that can be killed.

    python pull_runner.py FOLDER NAME

A line on stdin begins a pull; its process id comes out on stdout, and when it has ended
its exit status.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from gui.engine.registry.client import Network, Patience
from gui.engine.registry.keys import Keys
from gui.engine.registry.pull import Registries
from gui.engine.store import names
from gui.engine.store.library import Library


async def pull(folder: Path, text: str) -> None:
    keys = Keys((), folder / "id_ed25519")
    network = Network({}, Patience(save=0.05))
    registries = Registries(Library(folder), network, keys)
    async for _ in registries.pull(names.parse(text), insecure=True):
        pass


def main() -> None:
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            asyncio.run(pull(Path(sys.argv[1]), sys.argv[2]))
            os._exit(0)
        tell(child)
        tell(os.waitpid(child, 0)[1])


def tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

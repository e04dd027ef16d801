"""The SHA-256 of a file that is still growing, so that little is left to do at its end."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import Executor

from gui.engine.registry.parts import PartialBlob

_BITE = 32 * 2**20
_PIECE = 2**20
_LEAST = 4 * 2**20
_PAUSE = 0.02


async def follow(partial: PartialBlob, disk: Executor) -> str:
    """The digest of the blob once all of it is there, read from the disk, never from the wire.

    If bytes that were hashed already are given up, it begins anew. Raises OSError.
    """
    loop = asyncio.get_running_loop()
    generation, position, state = partial.generation, 0, hashlib.sha256()
    while True:
        if generation != partial.generation:
            generation, position, state = partial.generation, 0, hashlib.sha256()
        ready = partial.frontier - position
        if ready >= _LEAST or (ready and partial.frontier == partial.size):
            count = min(ready, _BITE)
            await loop.run_in_executor(disk, _add, state, partial, position, count)
            position += count
        elif position == partial.size and generation == partial.generation:
            return f"sha256:{state.hexdigest()}"
        else:
            await asyncio.sleep(_PAUSE)


def _add(state: hashlib._Hash, partial: PartialBlob, position: int, count: int) -> None:
    buffer = memoryview(bytearray(min(_PIECE, count)))
    with partial.path.open("rb", buffering=0) as file:
        file.seek(position)
        while count:
            got = file.readinto(buffer[:count])
            if not got:
                raise OSError("the file became shorter")
            state.update(buffer[:got])
            count -= got

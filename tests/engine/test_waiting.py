"""What cannot be left behind is not, however often somebody wants to leave."""

from __future__ import annotations

import asyncio
import threading

import pytest

from gui.engine.waiting import settled


@pytest.mark.parametrize("cancels", [1, 2, 5])
def test_cancelled_again_and_again(cancels: int) -> None:
    finish = threading.Event()

    async def main() -> None:
        working = asyncio.get_running_loop().run_in_executor(None, finish.wait)
        waiting = asyncio.create_task(settled(working))
        for _ in range(cancels):
            await asyncio.sleep(0.01)
            waiting.cancel()
        await asyncio.sleep(0.01)
        assert not waiting.done()
        finish.set()
        await asyncio.wait((waiting,))
        assert working.done()
        assert waiting.cancelled()

    asyncio.run(main())


def test_not_cancelled_it_only_waits() -> None:
    async def main() -> None:
        async def fails() -> None:
            raise ValueError

        work = asyncio.create_task(fails())
        await settled(work)
        assert isinstance(work.exception(), ValueError)

    asyncio.run(main())

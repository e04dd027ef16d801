"""A feed: nothing that came is lost, and an error comes after it, even when both come at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest

from chat.table import eventually
from gui.chat.feed import Feed


def test_an_error_that_comes_with_the_last_item_is_raised() -> None:
    """It was taken for a stream that was cut."""

    async def work(put: Callable[[int], None]) -> None:
        put(1)
        put(2)
        raise ValueError("three")

    async def main() -> None:
        async with Feed(work) as feed:
            assert await feed.take(5) == [1, 2]
            assert not feed.ended
            with pytest.raises(ValueError, match="three"):
                await feed.take(5)

    asyncio.run(main())


def test_leaving_closes_the_stream() -> None:
    closed: list[bool] = []

    async def numbers() -> AsyncGenerator[int]:
        try:
            for number in range(10):
                yield number
            await asyncio.sleep(60)
        finally:
            closed.append(True)

    async def opening() -> AsyncGenerator[int]:
        return numbers()

    async def main() -> None:
        async with Feed[int].reading(opening) as feed:
            assert await feed.take(5) == list(range(10))
            assert await feed.take(0.01) == []
            assert not feed.ended
        await eventually(lambda: closed == [True])

    asyncio.run(main())

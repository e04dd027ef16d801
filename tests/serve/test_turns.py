"""Who is answered when: so many at a time, in order; the chat first (SRV-12)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gui.serve.faults import Refused
from gui.serve.turns import PoliteTransport, Priority, Turns


def test_in_the_order_they_came_and_too_many_are_refused() -> None:
    async def work() -> list[int]:
        turns, order = Turns(1, 3), list[int]()

        async def one(number: int) -> None:
            async with turns.turn():
                order.append(number)
                await asyncio.sleep(0)

        async with turns.turn():
            waiting = [asyncio.create_task(one(n)) for n in range(3)]
            await asyncio.sleep(0)
            with pytest.raises(Refused) as caught:
                await one(9)
            assert caught.value.status == 503
            assert dict(caught.value.headers)["Retry-After"]
            assert order == []
        await asyncio.gather(*waiting)
        await one(4)
        return order

    assert asyncio.run(work()) == [0, 1, 2, 4]


def test_whoever_leaves_while_waiting_takes_no_turn_away() -> None:
    async def work() -> None:
        turns = Turns(1, 8)

        async def one() -> None:
            async with turns.turn():
                pass

        async with turns.turn():
            first, second = asyncio.create_task(one()), asyncio.create_task(one())
            await asyncio.sleep(0)
            first.cancel()
            await asyncio.wait([first])
        await asyncio.wait_for(second, 1)
        # The turn is given, and its taker cancelled before it could run.
        async with turns.turn():
            third = asyncio.create_task(one())
            await asyncio.sleep(0)
        third.cancel()
        await asyncio.wait([third])
        await asyncio.wait_for(one(), 1)

    asyncio.run(work())


def test_the_end_refuses_whoever_waits() -> None:
    async def work() -> None:
        turns = Turns(1, 8)

        async def one() -> None:
            async with turns.turn():
                pass

        async with turns.turn():
            waiting = asyncio.create_task(one())
            await asyncio.sleep(0)
            turns.close()
            with pytest.raises(Refused):
                await waiting
            with pytest.raises(Refused):
                await one()

    asyncio.run(work())


def test_no_generation_starts_while_the_chat_is_at_work() -> None:
    sent: list[Any] = []

    class Inner:
        async def handle_async_request(self, request: Any) -> str:
            sent.append(request)
            return "answer"

    async def work() -> None:
        priority = Priority()
        polite = PoliteTransport(Inner(), priority)
        priority.busy()
        asking = asyncio.create_task(polite.handle_async_request("question"))
        await asyncio.sleep(0.02)
        assert sent == []
        priority.free()
        assert await asking == "answer"
        assert sent == ["question"]

    asyncio.run(work())

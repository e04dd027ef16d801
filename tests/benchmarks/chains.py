"""CPU a token of a preset's chain, of one step and of two, beside `ollama.AsyncClient` alone.

    python tests/benchmarks/chains.py [tokens] [tokens a second, 0 for as fast as they come]

The server of `chain.py` replays the same reply to every request in another process; only this
process's CPU is counted. All readers run in one go, in turns; the lowest of the rounds counts.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from chain import BODY, replay
from ollama import AsyncClient

from gui.chat import ChatSession, ReplyFinished
from gui.chat.chain import chat_model
from gui.chat.chains.compiling import compiled
from gui.chat.chains.planning import planned
from gui.chat.chains.running import by_name
from gui.models.client import ModelClient
from gui.records import Chain, Endpoint, ModelInfo, Preset, ServerKind, Step
from gui.storage import ConversationStore, Database

ROUNDS = 5
MODEL = ModelInfo("m", context_length=1 << 20)
ONE = Preset("one", "One", chain=Chain(((Step("a", "{input}"),),)))
TWO = Preset("two", "Two", chain=Chain(((Step("a", "{input}"),), (Step("b", "Again: {input}"),))))
SIDE = Preset(
    "side", "Side by side", chain=Chain(((Step("a", "{input}"), Step("b", "And {input}")),))
)

Reader = Callable[[], Awaitable[int]]


def readers(url: str, store: ConversationStore, conversation_id: int) -> dict[str, Reader]:
    client = ModelClient(Endpoint(ServerKind.OLLAMA, url))
    session, llm = ChatSession(store, client), chat_model(client)
    stock = AsyncClient(url, trust_env=False, verify=False)

    async def ollama() -> int:
        count = 0
        async for _ in await stock.chat("m", BODY["messages"], stream=True):  # type: ignore[call-overload]
            count += 1
        return count

    async def ollama_twice() -> int:
        return await ollama() + await ollama()

    async def plainly() -> int:
        plans = await planned(client, ONE, MODEL, think=False)
        chain: Any = compiled(ONE.chain, by_name(plans), llm)
        return sum([1 async for _ in chain.astream({"input": "Hello"})])

    def turn(preset: Preset) -> Reader:
        async def read() -> int:
            events = session.send(conversation_id, "Hello", MODEL, preset)
            async with aclosing(events):
                last = [event async for event in events][-1]
            assert isinstance(last, ReplyFinished), last
            assert last.message.statistics
            return last.message.statistics.eval_count

        return read

    return {
        "ollama.AsyncClient": ollama,
        "ollama.AsyncClient, twice": ollama_twice,
        "chain of one step, astream": plainly,
        "turn without chain, saved": turn(Preset("p", "P")),
        "turn, one step": turn(ONE),
        "turn, two steps": turn(TWO),
        "turn, two side by side": turn(SIDE),
    }


async def measure(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "c.db")
        store = ConversationStore(database)
        conversation = await store.create()
        entries = readers(url, store, conversation.id)
        times: dict[str, list[float]] = {name: [] for name in entries}
        for _ in range(ROUNDS):
            for name, read in entries.items():
                gc.collect()
                before = time.process_time()
                count = await read()
                times[name].append((time.process_time() - before) / count * 1e6)
        await database.close()
    base = min(times["ollama.AsyncClient"])
    print(f"{'reader':<28} {'us/token':>9} {'median':>8} {'ratio':>7}")
    for name, values in times.items():
        best, middle = min(values), statistics.median(values)
        print(f"{name:<28} {best:>9.1f} {middle:>8.1f} {best / base:>7.2f}")


def main() -> None:
    tokens = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    rate = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    listener = socket.create_server(("127.0.0.1", 0))
    context = multiprocessing.get_context("fork")
    servers = [
        context.Process(target=replay, args=(listener, tokens, rate), daemon=True)
        for _ in range(2)  # two steps side by side need two
    ]
    for server in servers:
        server.start()
    try:
        asyncio.run(measure("http://{}:{}".format(*listener.getsockname())))
    finally:
        for server in servers:
            server.terminate()
            server.join()


if __name__ == "__main__":
    main()

"""Models in memory: shared, queued for, evicted, kept alive; with real, tiny ones."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tiny_models import tiny_llama

from gui.engine.llama.memory import needed_bytes
from gui.engine.llama.options import load_settings, read_options
from gui.engine.llama.runtime import LoadedModel, Runtime, RuntimeLimits, files_of
from gui.engine.store import names
from gui.engine.store.digests import DigestCache
from gui.engine.store.library import Library
from gui.engine.store.models import ModelStore
from gui.engine.store.stored import StoredModel
from gui.engine.wire import ApiError

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = load_settings(read_options({"num_ctx": 64}), 512)
PLENTY = 2**40


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StoredModel]:
    """Models a, b, c, and "twin", which is a under another name."""
    folder = tmp_path_factory.mktemp("models")
    for seed, name in enumerate("abc"):
        (folder / f"{name}.gguf").write_bytes(tiny_llama(seed))
    os.link(folder / "a.gguf", folder / "twin.gguf")
    store = ModelStore(Library(folder), DigestCache(folder / "digests.json"), None)
    found = {name: store.find(names.parse(name)) for name in ("a", "b", "c", "twin")}
    return {name: model for name, model in found.items() if model}


@asynccontextmanager
async def _running(
    limits: RuntimeLimits | None = None, available: Callable[[], int] = lambda: PLENTY
) -> AsyncIterator[Runtime]:
    runtime = Runtime(limits=limits, available=available)
    try:
        yield runtime
    finally:
        for loaded in runtime.loaded():
            await runtime.unload(loaded.model)


def _names(runtime: Runtime) -> set[str]:
    return {loaded.model.name.model for loaded in runtime.loaded()}


async def _use(runtime: Runtime, model: StoredModel, keep_alive: float = 60.0) -> LoadedModel:
    async with runtime.using(model, SETTINGS, keep_alive) as loaded:
        return loaded


async def _settled() -> None:
    """Everything that can go on without the clock has gone on."""
    for _ in range(20):
        await asyncio.sleep(0.005)


def _run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(work())  # type: ignore[arg-type]


def test_a_model_is_loaded_once_for_all_its_names(models: dict[str, StoredModel]) -> None:
    async def work() -> None:
        async with _running() as runtime:
            first = await _use(runtime, models["a"])
            assert await _use(runtime, models["a"]) is first
            assert await _use(runtime, models["twin"]) is first
            assert await _use(runtime, models["b"]) is not first
            assert _names(runtime) == {"a", "b"}

    _run(work)


def test_other_settings_load_it_anew(models: dict[str, StoredModel]) -> None:
    async def work() -> None:
        async with _running() as runtime:
            await _use(runtime, models["a"])
            wider = replace(SETTINGS, num_ctx=128)
            async with runtime.using(models["a"], wider, 60.0) as loaded:
                assert loaded.settings.num_ctx == 128
            assert len(runtime.loaded()) == 1

    _run(work)


def test_the_least_recently_used_makes_room(models: dict[str, StoredModel]) -> None:
    async def work() -> None:
        async with _running(RuntimeLimits(loaded=2)) as runtime:
            for name in ("a", "b", "a", "c"):
                await _use(runtime, models[name])
            assert _names(runtime) == {"a", "c"}

    _run(work)


def test_memory_is_a_limit_too(models: dict[str, StoredModel]) -> None:
    """ENG-16: room for one model only, told by a machine that has it when nothing is loaded."""
    size = needed_bytes(models["a"], files_of(models["a"]), SETTINGS)
    runtimes: list[Runtime] = []

    def available() -> int:
        return size + 2**20 - size * len(runtimes[0].loaded())

    async def work() -> None:
        async with _running(available=available) as runtime:
            runtimes.append(runtime)
            await _use(runtime, models["a"])
            await _use(runtime, models["b"])
            assert _names(runtime) == {"b"}

    _run(work)


def test_what_can_never_fit_is_refused(models: dict[str, StoredModel]) -> None:
    """ENG-16."""

    async def work() -> None:
        async with _running(available=lambda: 2**30) as runtime:
            huge = replace(SETTINGS, num_ctx=2**24)
            with pytest.raises(ApiError, match=r"requires more system memory \(\d") as refused:
                async with runtime.using(models["a"], huge, 60.0):
                    pass
            assert refused.value.status == 500
            assert (await _use(runtime, models["a"])).users == 0

    _run(work)


def test_a_busy_model_is_waited_for(models: dict[str, StoredModel]) -> None:
    async def work() -> None:
        async with _running(RuntimeLimits(loaded=1)) as runtime:
            async with runtime.using(models["a"], SETTINGS, 60.0):
                waiting = asyncio.create_task(_use(runtime, models["b"]))
                await _settled()
                assert not waiting.done()
                assert _names(runtime) == {"a"}
            assert (await waiting).model.name.model == "b"

    _run(work)


@pytest.mark.parametrize("parallel", [1, 2])
def test_as_many_turns_as_there_may_be(models: dict[str, StoredModel], parallel: int) -> None:
    settings = replace(SETTINGS, parallel=parallel)
    inside: list[int] = []

    async def take(runtime: Runtime) -> None:
        async with runtime.using(models["a"], settings, 60.0) as loaded:
            inside.append(loaded.users)
            await _settled()

    async def work() -> None:
        async with _running() as runtime:
            tasks = [asyncio.create_task(take(runtime)) for _ in range(4)]
            while not inside:
                await asyncio.sleep(0.005)
            await asyncio.sleep(0.02)
            assert len(inside) == parallel
            await asyncio.gather(*tasks)
            assert len(inside) == 4

    _run(work)


def test_the_queue_ends(models: dict[str, StoredModel]) -> None:
    async def work() -> None:
        async with _running(RuntimeLimits(waiting=2)) as runtime, AsyncExitStack() as stack:
            await stack.enter_async_context(runtime.using(models["a"], SETTINGS, 60.0))
            tasks = [asyncio.create_task(_use(runtime, models["a"])) for _ in range(2)]
            await _settled()
            with pytest.raises(ApiError, match="server busy, please try again") as full:
                await _use(runtime, models["a"])
            assert full.value.status == 503
            await stack.aclose()
            await asyncio.gather(*tasks)

    _run(work)


def test_who_gives_up_waiting_leaves_nothing_behind(models: dict[str, StoredModel]) -> None:
    async def work() -> None:
        async with _running() as runtime:
            async with runtime.using(models["a"], SETTINGS, 60.0) as loaded:
                waiting = asyncio.create_task(_use(runtime, models["a"]))
                await _settled()
                assert loaded.users == 2
                waiting.cancel()
                await asyncio.wait([waiting])
                assert loaded.users == 1
            assert await _use(runtime, models["a"]) is loaded

    _run(work)


def test_how_long_a_model_stays(models: dict[str, StoredModel]) -> None:
    async def work() -> None:
        async with _running() as runtime:
            await _use(runtime, models["a"], keep_alive=0)
            assert not runtime.loaded()
            await _use(runtime, models["a"], keep_alive=0.05)
            assert _names(runtime) == {"a"}
            await _use(runtime, models["b"], keep_alive=-1)
            assert [one.expires_at is None for one in runtime.loaded()] == [True, False]
            await asyncio.sleep(0.1)
            await _settled()
            assert _names(runtime) == {"b"}

    _run(work)


def test_unloading_waits_for_the_reply(models: dict[str, StoredModel]) -> None:
    async def work() -> None:
        async with _running() as runtime:
            async with runtime.using(models["a"], SETTINGS, 60.0) as loaded:
                unloading = asyncio.create_task(runtime.unload(models["a"]))
                await _settled()
                assert not unloading.done()
            await unloading
            assert not runtime.loaded()
            assert await _use(runtime, models["a"]) is not loaded

    _run(work)


def test_a_damaged_file_is_an_error_and_the_next_one_loads(
    models: dict[str, StoredModel], tmp_path: Path
) -> None:
    """ENG-06: the file changed after its header was read."""
    (tmp_path / "x.gguf").write_bytes(tiny_llama(9))
    store = ModelStore(Library(tmp_path), DigestCache(tmp_path / "digests.json"), None)
    model = store.find(names.parse("x"))
    assert model is not None
    (tmp_path / "x.gguf").write_bytes(b"<html>")

    async def work() -> None:
        async with _running() as runtime:
            with pytest.raises(ApiError, match="damaged or not supported"):
                await _use(runtime, model)
            assert (await _use(runtime, models["a"])).users == 0

    _run(work)


CYCLES = """
import sys
from pathlib import Path
from gui.engine.llama.model import Llama
from gui.engine.llama.options import embedding_settings, load_settings, read_options, EngineDefaults
from gui.engine.llama.parameters import ModelFiles
files = ModelFiles(Path(sys.argv[1]), "")
options = read_options({"num_ctx": 64})
for settings in (
    load_settings(options, 512),
    embedding_settings(options, 512, EngineDefaults(), mean_pooling=True),
):
    for _ in range(40):
        Llama(files, settings).close()
print("ended")
"""


def test_a_model_can_be_freed_the_moment_it_is_loaded(models: dict[str, StoredModel]) -> None:
    """llama.cpp's loop missed the word to end when it came before the loop had begun."""
    command = [sys.executable, "-c", CYCLES, str(models["a"].path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "ended\n"


def _cached(loaded: LoadedModel, messages: Sequence[dict[str, str]], marked: bool) -> list[Any]:
    """What llama.cpp says of the prompt: tokens it knew, tokens it read; and the reply."""
    timings: list[Any] = []
    text: list[str] = []

    def on_chunk(chunk: Any) -> bool:
        choices = chunk.get("choices") or ()
        text.extend(c.get("text") or (c.get("delta") or {}).get("content") or "" for c in choices)
        timings.extend([chunk["timings"]] if chunk.get("timings") else [])
        return False

    payload = {"n_predict": 8, "temperature": 0}
    if marked:
        tokens = loaded.llama.tokenize([loaded.llama.render(list(messages), {})])
        loaded.llama.complete({**payload, "prompt": tokens}, on_chunk)
    else:
        loaded.llama.chat({**payload, "messages": list(messages)}, on_chunk)
    return [timings[-1]["cache_n"], timings[-1]["prompt_n"], "".join(text)]


@pytest.mark.parametrize("marked", [False, True])
def test_the_second_turn_reads_only_what_is_new(
    models: dict[str, StoredModel], marked: bool
) -> None:
    """Of messages and of tokens alike."""

    async def work() -> None:
        settings = replace(SETTINGS, num_ctx=512)
        async with (
            _running() as runtime,
            runtime.using(models["c"], settings, 60.0) as loaded,
        ):
            messages = [{"role": "user", "content": "hello " * 20}]
            known, first, text = await asyncio.to_thread(_cached, loaded, messages, marked)
            assert known == 0
            messages += [
                {"role": "assistant", "content": text},
                {"role": "user", "content": "and then"},
            ]
            known, read, _ = await asyncio.to_thread(_cached, loaded, messages, marked)
            assert known >= first
            assert read < 40

    _run(work)

"""Downloads among the transfers: begun twice, replaced, written down, brought back, finished."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from engine_process import EngineUnderTest
from models.huggingface.conftest import HubUnderTest
from models.pulling import QUICK, Desk, engine_endpoint
from tiny_models import tiny_llama

from gui import paths
from gui.errors import BadModelName, ModelBusy
from gui.models.client import ModelClient
from gui.models.huggingface.hub import Hub
from gui.models.transfers import Transfers
from gui.records import HubListing, TransferKind, TransferState

NAME = "from-hub:q4_0"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUnderTest]:
    with EngineUnderTest(tmp_path_factory.mktemp("engine")) as running:
        yield running


@contextlib.asynccontextmanager
async def life(engine: EngineUnderTest, hub: Hub, file: Path) -> AsyncIterator[Desk]:
    """One run of the app."""
    client = ModelClient(engine_endpoint(engine))

    async def connect(_: str) -> ModelClient:
        return client

    here = Desk(client, Transfers(connect, file, QUICK, hub))
    try:
        yield here
    finally:
        await here.transfers.close()
        await client.aclose()


async def begin(here: Desk, listing: HubListing, *, file: int = 0) -> str:
    chosen = listing.files[file : file + 1]
    return await here.transfers.start_download("built-in", NAME, "u/m", listing.revision, chosen)


def test_mod_07_a_download_outlives_the_app(
    served: HubUnderTest, hub: Hub, engine: EngineUnderTest, tmp_path: Path
) -> None:
    """Ended in the middle; brought back as interrupted, with what is here; gone on with."""
    data = tiny_llama(seed=7)
    served.add("u/m", {"m-Q4_0.gguf": data})
    file = tmp_path / "transfers.json"

    async def today() -> None:
        served.fail(pause=0.2)
        async with life(engine, hub, file) as here:
            started = await begin(here, await hub.files("u/m"))
            await here.until(started, lambda each: each.completed >= 2**17)

    async def tomorrow() -> str:
        served.fail()
        async with life(engine, hub, file) as here:
            assert await here.transfers.restore() is None
            (found,) = here.transfers.all()
            assert (found.state, found.kind) == (TransferState.INTERRUPTED, TransferKind.DOWNLOAD)
            assert (found.name, found.total) == (NAME, len(data))
            (partial,) = paths.downloads().rglob("*.incomplete")
            assert found.completed == partial.stat().st_size >= 2**17
            await here.transfers.resume(found.id)
            done = await here.over(found.id)
            assert (done.state, done.error) == (TransferState.DONE, "")
            (model,) = [m for m in await here.client.list_models() if m.name == NAME]
            assert model.digest in done.detail
            return f"bytes={found.completed}-"

    asyncio.run(today())
    (saved,) = json.loads(file.read_text("utf-8"))["transfers"]
    assert (saved["kind"], saved["state"]) == ("download", "interrupted")
    wanted = asyncio.run(tomorrow())
    (asked,) = served.requests("storage")
    assert asked["headers"]["range"] == wanted, "it went on where it was"
    blobs = engine.log.parent / "data" / "models" / "blobs"
    assert (blobs / f"sha256-{hashlib.sha256(data).hexdigest()}").read_bytes() == data
    assert not list(paths.downloads().iterdir())
    assert json.loads(file.read_text("utf-8"))["transfers"] == []


def test_mod_09_the_same_download_goes_on_and_another_one_waits(
    served: HubUnderTest, hub: Hub, engine: EngineUnderTest, tmp_path: Path
) -> None:
    served.add("u/m", {"m-Q4_0.gguf": tiny_llama(), "m-Q8_0.gguf": tiny_llama(seed=2) + b"\0"})
    served.fail(pause=0.2)

    async def scenario() -> None:
        listing = await hub.files("u/m")
        async with life(engine, hub, tmp_path / "transfers.json") as here:
            first = await begin(here, listing)
            await here.until(first, lambda each: each.completed > 0)
            assert await begin(here, listing) == first
            with pytest.raises(ModelBusy):
                await begin(here, listing, file=1)
            await here.transfers.pause(first)
            assert await begin(here, listing) == first
            assert here.now(first).state.is_active
            await here.transfers.pause(first)
            second = await begin(here, listing, file=1)
            assert second != first
            assert [each.id for each in here.transfers.all()] == [second]
            await here.until(second, lambda each: each.completed > 0)
            (partial,) = paths.downloads().rglob("*.incomplete")
            assert partial.name.startswith("m-Q8_0"), "the other one's part is gone"
            await here.transfers.cancel(second, keep=False)

    asyncio.run(scenario())


def test_a_bad_name_begins_nothing(
    served: HubUnderTest, hub: Hub, engine: EngineUnderTest, tmp_path: Path
) -> None:
    served.add("u/m", {"m-Q4_0.gguf": b"GGUF1"})

    async def scenario() -> None:
        listing = await hub.files("u/m")
        async with life(engine, hub, tmp_path / "transfers.json") as here:
            with pytest.raises(BadModelName):
                await here.transfers.start_download(
                    "built-in", "two words", "u/m", listing.revision, listing.files
                )
            assert not here.transfers.all()

    asyncio.run(scenario())


@pytest.mark.parametrize("repo", ["con/x", "../..", "u/m.."])
def test_mod_10_a_changed_list_costs_only_the_changed_one(
    hub: Hub, engine: EngineUnderTest, tmp_path: Path, repo: str
) -> None:
    part = {"name": "m.gguf", "size": 3, "sha256": "0" * 64, "blob_id": ""}
    job = {
        "revision": "0" * 40,
        "choices": [{"parts": [part], "quantization": "", "kind": "model"}],
    }
    transfers = [
        {
            "id": name,
            "kind": "download",
            "name": name,
            "server": "built-in",
            "state": "paused",
            "error": "",
            "job": job | {"repo": where},
        }
        for name, where in (("bad", repo), ("good", "u/m"))
    ]
    file = tmp_path / "transfers.json"
    file.write_text(json.dumps({"version": 1, "transfers": transfers}))

    async def scenario() -> list[str]:
        async with life(engine, hub, file) as here:
            assert await here.transfers.restore() is None
            return [each.id for each in here.transfers.all()]

    assert asyncio.run(scenario()) == ["good"]

"""A choice of the hub that becomes a model of a real engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_process import EngineUnderTest
from models.huggingface.conftest import HubUnderTest, weights
from models.pulling import desk, engine_endpoint
from tiny_models import split_files, tiny_llama

from gui import paths
from gui.models.hashing import Hashes
from gui.models.huggingface import places
from gui.models.huggingface.hub import Hub
from gui.models.huggingface.job import DownloadJob, download_from_json
from gui.records import HubFileKind, Transfer, TransferKind, TransferState


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUnderTest]:
    with EngineUnderTest(tmp_path_factory.mktemp("engine")) as running:
        yield running


async def job_of(hub: Hub, name: str) -> DownloadJob:
    listing = await hub.files("u/m")
    chosen = listing.files[:1]
    return DownloadJob(name, hub, "u/m", listing.revision, chosen, Hashes())


async def carried_out(engine: EngineUnderTest, tmp_path: Path, hub: Hub, name: str) -> Transfer:
    async with desk(engine_endpoint(engine), tmp_path / "transfers.json") as here:
        job = await job_of(hub, name)
        started = await here.transfers.start("built-in", job)
        done = await here.over(started)
        listed = [model.name for model in await here.client.list_models()]
        assert (f"{name}:latest" in listed) == (done.state is TransferState.DONE)
        return done


def test_a_file_of_the_hub_becomes_a_model(
    served: HubUnderTest, hub: Hub, engine: EngineUnderTest, tmp_path: Path
) -> None:
    served.add("u/m", {"m-Q4_0.gguf": tiny_llama()})
    done = asyncio.run(carried_out(engine, tmp_path, hub, "from-hub"))
    assert (done.state, done.error, done.kind) == (TransferState.DONE, "", TransferKind.DOWNLOAD)
    assert not list(paths.downloads().iterdir()), "the server has its own copy"


def test_a_split_one_too(
    served: HubUnderTest, hub: Hub, engine: EngineUnderTest, tmp_path: Path
) -> None:
    files = split_files(tiny_llama(), 2, tmp_path)
    assert len(files) == 2
    served.add("u/m", {file.name: file.read_bytes() for file in files})
    done = asyncio.run(carried_out(engine, tmp_path, hub, "from-split"))
    assert (done.state, done.error) == (TransferState.DONE, "")


def test_mod_07_cuts_are_waited_out(
    served: HubUnderTest, hub: Hub, engine: EngineUnderTest, tmp_path: Path
) -> None:
    data = tiny_llama()
    served.add("u/m", {"m-Q4_0.gguf": data})
    served.fail(cuts=[2**16, 2**16], answers=[])
    done = asyncio.run(carried_out(engine, tmp_path, hub, "after-cuts"))
    assert (done.state, done.error) == (TransferState.DONE, "")


def test_damage_ends_it_and_no_model_is_made(
    served: HubUnderTest, hub: Hub, engine: EngineUnderTest, tmp_path: Path
) -> None:
    served.add("u/m", {"m-Q4_0.gguf": tiny_llama()})
    served.fail(corrupt=True)
    done = asyncio.run(carried_out(engine, tmp_path, hub, "damaged"))
    assert done.state is TransferState.FAILED
    assert "checksum" in done.error


def test_room_is_asked_for_twice_the_file(
    served: HubUnderTest,
    hub: Hub,
    engine: EngineUnderTest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served.add("u/m", {"m.gguf": weights(10_000_000)})
    monkeypatch.setattr(places, "free_at", lambda path: 15_000_000)
    done = asyncio.run(carried_out(engine, tmp_path, hub, "no-room"))
    assert done.state is TransferState.FAILED
    assert "needs 20.0 MB more on the disk; 15.0 MB are free" in done.error


def test_cancelled_without_keeping_nothing_stays(
    served: HubUnderTest, hub: Hub, engine: EngineUnderTest, tmp_path: Path
) -> None:
    served.add("u/m", {"m.gguf": weights(3_000_000)})
    served.fail(pause=0.05)

    async def scenario() -> None:
        async with desk(engine_endpoint(engine), tmp_path / "transfers.json") as here:
            started = await here.transfers.start("built-in", await job_of(hub, "cancelled"))
            moving = await here.until(started, lambda each: each.completed > 300_000)
            assert "m.gguf" in moving.status
            await here.transfers.pause(started)
            assert list(paths.downloads().rglob("*.incomplete"))
            await here.transfers.cancel(started, keep=False)

    asyncio.run(scenario())
    assert not list(paths.downloads().iterdir())


def test_written_down_and_read_back(served: HubUnderTest, hub: Hub) -> None:
    served.add("u/m", {"a-00001-of-00002.gguf": b"x", "a-00002-of-00002.gguf": b"yy"})

    async def scenario() -> None:
        job = await job_of(hub, "name")
        text = json.dumps(job.as_json())
        again = download_from_json("name", json.loads(text), hub, job.hashes)
        assert (again.choices, again.revision) == (job.choices, job.revision)
        assert again.so_far == (0, 3)
        assert again.choices[0].kind is HubFileKind.MODEL

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "change",
    [
        {"repo": "../.."},
        {"repo": 5},
        {"choices": []},
        {"choices": [{}]},
        {"name": "../../x.gguf"},
        {"size": -1},
        {"size": "9"},
        {"sha256": "zz"},
        {"sha256": ""},
        {"extra": 1},
    ],
)
def test_mod_10_a_changed_file_of_transfers_is_not_believed(
    hub: Hub, change: dict[str, Any]
) -> None:
    part = {"name": "m.gguf", "size": 3, "sha256": "0" * 64, "blob_id": ""}
    value: dict[str, Any] = {"repo": "u/m", "revision": "0" * 40}
    part |= {key: value for key, value in change.items() if key not in ("repo", "choices")}
    value["choices"] = [{"parts": [part], "quantization": "", "kind": "model"}]
    value |= {key: item for key, item in change.items() if key in ("repo", "choices")}
    with pytest.raises((ValueError, TypeError, KeyError)):
        download_from_json("name", value, hub, Hashes())

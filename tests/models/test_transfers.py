"""Transfers: pulls by a real engine from a registry that is cut, kills, pauses, the saved list."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from engine_process import STARTER, EngineUnderTest
from faults import answers
from faults.readers import endpoint_of
from faults.server import HANG, FaultServer, Request, Script
from models.pulling import Registry, desk, engine_endpoint

from gui.errors import BadModelName, ModelBusy
from gui.models.client import ModelClient
from gui.models.progress import Progress
from gui.models.transfers import entry as entries
from gui.models.transfers.board import Board
from gui.records import Transfer, TransferKind, TransferState

BUILT_IN, OLLAMA = "built-in", "ollama"
RATE = 2**20
WEIGHTS = 20 * 2**20


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUnderTest]:
    with EngineUnderTest(tmp_path_factory.mktemp("engine")) as running:
        yield running


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "registry") as running:
        yield running


def _weights(seed: int) -> bytes:
    return random.Random(seed).randbytes(WEIGHTS)


def _moving(transfer: Transfer) -> bool:
    return transfer.state is TransferState.RUNNING and transfer.completed > 2**20


def test_mod_07_journey_of_a_pull(
    engine: EngineUnderTest, registry: Registry, tmp_path: Path
) -> None:
    """Network cut in the middle, then the app killed; it goes on and the digest is right."""
    digest = registry.add_model("library/journey:1b", _weights(1))
    name, file = f"{registry.host}/library/journey:1b", tmp_path / "transfers.json"
    endpoint = engine_endpoint(engine)

    async def first_life() -> Transfer:
        async with desk(endpoint, file, goodbye=False) as here:
            pull = await here.transfers.start_pull(BUILT_IN, name, insecure=True)
            await here.until(pull, _moving)
            registry.kill()
            before = here.now(pull)
            await asyncio.sleep(1.0)
            cut = here.now(pull)
            assert cut.state is TransferState.RUNNING
            assert not cut.error
            registry.start(rate=RATE)
            again = await here.until(pull, lambda each: each.completed > before.completed + 2**20)
            await asyncio.sleep(3.5)  # the list is written down every three seconds
            assert name not in {model.name for model in await here.client.list_models()}
            return again

    async def second_life(left: Transfer) -> Transfer:
        async with desk(endpoint, file) as here:
            assert await here.transfers.restore() is None
            (found,) = here.transfers.all()
            assert (found.id, found.state) == (left.id, TransferState.INTERRUPTED)
            assert (found.name, found.kind, found.server) == (name, TransferKind.PULL, BUILT_IN)
            assert 0 < found.completed < found.total
            await here.transfers.resume(found.id)
            done = await here.over(found.id)
            (model,) = [m for m in await here.client.list_models() if m.name == name]
            assert model.digest == digest
            return done

    registry.start(rate=RATE)
    left = asyncio.run(first_life())
    registry.kill()
    registry.start()
    done = asyncio.run(second_life(left))
    assert (done.state, done.error) == (TransferState.DONE, "")
    assert digest in done.detail
    assert done.completed == done.total > WEIGHTS
    assert json.loads(file.read_text("utf-8"))["transfers"] == []


def test_pause_resume_and_cancel(
    engine: EngineUnderTest, registry: Registry, tmp_path: Path
) -> None:
    registry.add_model("library/paused:1b", _weights(2))
    registry.start(rate=RATE)
    name = f"{registry.host}/library/paused:1b"
    blobs = engine.log.parent / "data" / "models" / "blobs"

    async def journey() -> None:
        async with desk(engine_endpoint(engine), tmp_path / "transfers.json") as here:
            pull = await here.transfers.start_pull(BUILT_IN, name, insecure=True)
            running = await here.until(pull, _moving)
            assert 0 < running.completed < running.total
            await here.transfers.pause(pull)
            paused = here.now(pull)
            assert (paused.state, paused.speed) == (TransferState.PAUSED, 0.0)
            assert list(blobs.glob("*-partial"))
            await here.transfers.resume(pull)
            more = paused.completed + 2**20
            resumed = await here.until(pull, lambda each: each.completed > more)
            assert resumed.completed < resumed.total
            await here.transfers.cancel(pull, keep=True)
            assert here.now(pull).state is TransferState.CANCELLED
            assert list(blobs.glob("*-partial"))
            again = await here.transfers.start_pull(BUILT_IN, name, insecure=True)
            assert again != pull
            went_on = await here.until(again, lambda each: each.completed > 0)
            assert went_on.completed > more - 2**21  # what the last tenths of a second lost
            await here.transfers.cancel(again, keep=False)
            assert here.now(again).detail == "What was downloaded is deleted."
            assert not list(blobs.glob("*-partial*"))
            await here.transfers.forget(again)
            assert [each.id for each in here.transfers.all()] == [pull]

    asyncio.run(journey())


def test_several_at_once_the_rest_waits_and_same_names_meet(
    engine: EngineUnderTest, registry: Registry, tmp_path: Path
) -> None:
    """MOD-09: a second pull of a model is the first one."""
    names = [f"{registry.host}/library/many{number}:1b" for number in range(4)]
    for number in range(4):
        registry.add_model(f"library/many{number}:1b", _weights(10 + number)[: 2**22])
    registry.start(rate=2 * 2**20)

    async def journey() -> None:
        async with desk(engine_endpoint(engine), tmp_path / "transfers.json") as here:
            pulls = [
                await here.transfers.start_pull(BUILT_IN, name, insecure=True) for name in names
            ]
            same = await here.transfers.start_pull(BUILT_IN, names[0].upper(), insecure=True)
            assert same == pulls[0]
            with pytest.raises(ModelBusy, match="many0"):
                await here.transfers.start_push(BUILT_IN, names[0])
            for pull in pulls[:3]:
                await here.until(pull, lambda each: each.completed > 0)
            waiting = here.now(pulls[3])
            assert waiting.state is TransferState.QUEUED
            assert waiting.status == "Waiting for its turn"
            for pull in pulls:
                assert (await here.over(pull)).state is TransferState.DONE
            listed = {model.name for model in await here.client.list_models()}
            assert listed >= set(names)

    asyncio.run(journey())


def test_a_name_the_registry_does_not_have(
    engine: EngineUnderTest, registry: Registry, tmp_path: Path
) -> None:
    registry.start()
    name = f"{registry.host}/library/nothing:1b"

    async def journey() -> None:
        async with desk(engine_endpoint(engine), tmp_path / "transfers.json") as here:
            pull = await here.transfers.start_pull(BUILT_IN, name, insecure=True)
            failed = await here.over(pull)
            assert failed.state is TransferState.FAILED
            assert failed.error.startswith(f"The registry has no model {name}.")
            registry.add_model("library/nothing:1b", b"now it is there")
            await here.transfers.resume(pull)
            assert (await here.over(pull)).state is TransferState.DONE

    asyncio.run(journey())


def test_a_name_that_is_none_starts_nothing(tmp_path: Path) -> None:
    async def journey() -> None:
        with FaultServer() as server:
            async with desk(endpoint_of(server), tmp_path / "transfers.json") as here:
                with pytest.raises(BadModelName):
                    await here.transfers.start_pull(OLLAMA, "a b")
                assert here.transfers.all() == ()
                assert server.requests == []

    asyncio.run(journey())


def _tags(name: str) -> Script:
    return answers.http_json({"models": [{"name": name, "digest": "d" * 64}]})


def _pulled(lines: list[Any], then: list[Any] | None = None) -> Script:
    sent = [answers.chunk(answers.line(line)) for line in lines]
    return [answers.chunked_head(), *sent, *(then or [answers.LAST_CHUNK])]


LAYER = {"status": "pulling abcdef123456", "digest": "sha256:" + "ab" * 32, "total": 1000}


def test_mod_08_network_loss_is_waited_for_and_seen(tmp_path: Path) -> None:
    """What Ollama says when it cannot reach a registry is no end of the pull."""
    offline = {"error": 'pull model manifest: Get "https://r/v2/": dial tcp: no such host'}
    tries: list[Script] = [
        _pulled([{"status": "pulling manifest"}, offline]),
        _pulled([{**LAYER, "completed": 400}], [answers.chunk(b'{"sta')]),
        answers.http_json({"error": "busy"}, "503 Service Unavailable"),
        _pulled([{**LAYER, "completed": 1000}, {"status": "success"}]),
    ]

    def pull(_: Request) -> Script:
        return tries.pop(0)

    async def journey(server: FaultServer) -> list[Transfer]:
        async with desk(endpoint_of(server), tmp_path / "transfers.json") as here:
            pull_id = await here.transfers.start_pull(OLLAMA, "m")
            assert (await here.over(pull_id)).state is TransferState.DONE
            await asyncio.sleep(0.15)
            return here.told

    with FaultServer({"/api/pull": pull, "/api/tags": _tags("m:latest")}) as server:
        told = asyncio.run(journey(server))
    waiting = [each for each in told if each.status.startswith("Waiting for the network")]
    assert any("no such host" in each.detail for each in waiting)
    assert not any(each.error for each in told)
    assert told[-1].state is TransferState.DONE
    assert told[-1].detail == f"In the list of models, digest {'d' * 64}"
    completed = [each.completed for each in told]
    assert completed == sorted(completed)


def test_resume_while_waiting_tries_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Script] = [
        _pulled([{"error": "dial tcp: i/o timeout"}]),
        _pulled([{"status": "success"}]),
    ]

    async def journey(server: FaultServer) -> float:
        async with desk(endpoint_of(server), tmp_path / "transfers.json") as here:
            monkeypatch.setattr(
                here.transfers, "_patience", type(here.transfers._patience)(60.0, 60.0)
            )
            pull = await here.transfers.start_pull(OLLAMA, "m")
            waiting = await here.until(pull, lambda each: "next try in" in each.status)
            assert waiting.state is TransferState.RUNNING
            began = time.monotonic()
            await here.transfers.resume(pull)
            assert (await here.over(pull)).state is TransferState.DONE
            return time.monotonic() - began

    routes = {"/api/pull": lambda _: tries.pop(0), "/api/tags": _tags("m:latest")}
    with FaultServer(routes) as server:
        assert asyncio.run(journey(server)) < 5


def test_mod_08_a_stall_is_shown_and_can_be_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "STALL_SECONDS", 0.3)
    script = _pulled([{**LAYER, "completed": 400}], [HANG])

    async def journey(server: FaultServer) -> None:
        async with desk(endpoint_of(server), tmp_path / "transfers.json") as here:
            pull = await here.transfers.start_pull(OLLAMA, "m")
            stalled = await here.until(pull, lambda each: each.status.startswith("No progress"))
            assert (stalled.completed, stalled.total, stalled.speed) == (400, 1000, 0.0)
            assert stalled.seconds_left is None
            await here.transfers.cancel(pull, keep=False)
            cancelled = here.now(pull)
            assert cancelled.state is TransferState.CANCELLED
            assert cancelled.detail.startswith("Ollama deletes what was downloaded")
            assert server.last("/api/pull").gone.wait(5)

    with FaultServer({"/api/pull": script}) as server:
        asyncio.run(journey(server))


def test_a_success_that_is_none_is_told(tmp_path: Path) -> None:
    """The server says success, but the model is not in its list."""

    async def journey(server: FaultServer) -> Transfer:
        async with desk(endpoint_of(server), tmp_path / "transfers.json") as here:
            return await here.over(await here.transfers.start_pull(OLLAMA, "missing"))

    with FaultServer({"/api/pull": _pulled([{"status": "success"}])}) as server:
        failed = asyncio.run(journey(server))
    assert failed.state is TransferState.FAILED
    assert "missing:latest is not among its models" in failed.error


def test_push_is_told_in_plain_words(tmp_path: Path) -> None:
    denied = {"error": "you are not authorized to push to this namespace"}
    script = _pulled([{"status": "retrieving manifest"}, denied])

    async def journey(server: FaultServer) -> Transfer:
        async with desk(endpoint_of(server), tmp_path / "transfers.json") as here:
            return await here.over(await here.transfers.start_push(OLLAMA, "me/m"))

    with FaultServer({"/api/push": script}) as server:
        failed = asyncio.run(journey(server))
    assert failed.error.startswith("The registry does not let you push me/m:latest.")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b'{"version":1}',
        b'{"version":2,"transfers":[]}',
        b'{"version":1,"transfers":5}',
        b"[" * 100_000,
    ],
)
def test_db_22_a_damaged_list_is_kept_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "transfers.json"
    file.write_bytes(content)

    async def journey() -> None:
        with FaultServer() as server:
            async with desk(endpoint_of(server), file) as here:
                problem = await here.transfers.restore()
                assert problem is not None
                assert "transfers.damaged.json" in str(problem)
                assert here.transfers.all() == ()

    asyncio.run(journey())
    assert (tmp_path / "transfers.damaged.json").read_bytes() == content


def test_db_22_one_damaged_transfer_costs_only_itself(tmp_path: Path) -> None:
    sound: dict[str, Any] = {
        "id": "a",
        "kind": "pull",
        "name": "m:latest",
        "server": OLLAMA,
        "state": "running",
        "error": "",
        "job": {"insecure": False, "layers": {"sha256:x": [400, 1000], "y": [5], "z": "odd"}},
    }
    odd: list[Any] = [
        5,
        None,
        {},
        {**sound, "id": 5},
        {**sound, "id": "b", "kind": "sell"},
        {**sound, "id": "c", "state": "done"},
        {**sound, "id": "d", "job": None},
        {**sound, "id": "e", "kind": "create", "job": {"body": 5, "files": []}},
        {**sound, "id": "f", "kind": "create", "job": {"body": {}, "files": [["k", 5, "files"]]}},
        {**sound, "name": "twice"},
    ]
    file = tmp_path / "transfers.json"
    file.write_text(json.dumps({"version": 1, "transfers": [sound, *odd]}), "utf-8")

    async def journey() -> None:
        with FaultServer() as server:
            async with desk(endpoint_of(server), file) as here:
                assert await here.transfers.restore() is None
                (found,) = here.transfers.all()
                assert (found.id, found.name) == ("a", "m:latest")
                assert (found.completed, found.total) == (400, 1000)
                assert found.state is TransferState.INTERRUPTED

    asyncio.run(journey())


def test_close_interrupts_and_a_pause_stays_a_pause(tmp_path: Path) -> None:
    script = _pulled([{**LAYER, "completed": 400}], [HANG])
    file = tmp_path / "transfers.json"

    async def journey(server: FaultServer) -> None:
        async with desk(endpoint_of(server), file) as here:
            one = await here.transfers.start_pull(OLLAMA, "one")
            other = await here.transfers.start_pull(OLLAMA, "other")
            for pull in (one, other):
                await here.until(pull, lambda each: each.completed == 400)
            await here.transfers.pause(other)
        assert [each.state for each in here.told[-2:]].count(TransferState.INTERRUPTED) == 1
        async with desk(endpoint_of(server), file) as here:
            await here.transfers.restore()
            states = {each.name: each.state for each in here.transfers.all()}
            assert states == {
                "one:latest": TransferState.INTERRUPTED,
                "other:latest": TransferState.PAUSED,
            }

    with FaultServer({"/api/pull": script}) as server:
        asyncio.run(journey(server))


def test_a_fault_of_ours_fails_the_transfer_and_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        kind, name, so_far = TransferKind.PULL, "m", (0, 0)

        def run(self, client: ModelClient) -> Any:
            raise ZeroDivisionError

        async def discard(self, client: ModelClient) -> bool:
            return True

        def as_json(self) -> dict[str, Any]:
            return {}

    async def journey() -> Transfer:
        with FaultServer() as server:
            async with desk(endpoint_of(server), tmp_path / "transfers.json") as here:
                return await here.over(await here.transfers.start(OLLAMA, Broken()))

    failed = asyncio.run(journey())
    assert "ZeroDivisionError" in failed.error
    assert "a transfer failed" in caplog.text


def test_a_disk_that_refuses_the_list_ends_no_transfer(tmp_path: Path) -> None:
    file = tmp_path / "no folder" / "transfers.json"

    async def journey(server: FaultServer) -> Transfer:
        async with desk(endpoint_of(server), file) as here:
            return await here.over(await here.transfers.start_pull(OLLAMA, "m"))

    script = _pulled([{"status": "success"}])
    with FaultServer({"/api/pull": script, "/api/tags": _tags("m:latest")}) as server:
        assert asyncio.run(journey(server)).state is TransferState.DONE


def test_events_come_ten_times_a_second_at_most_and_the_last_always() -> None:
    def transfer(completed: int) -> Transfer:
        kind, state = TransferKind.PULL, TransferState.RUNNING
        return Transfer("a", kind, "m", OLLAMA, state, completed=completed)

    async def journey() -> list[tuple[float, int]]:
        board = Board(lambda: [transfer(0)])
        seen: list[tuple[float, int]] = []

        async def read() -> None:
            seen.extend([(time.monotonic(), each.completed) async for each in board.events()])

        reader = asyncio.create_task(read())
        await asyncio.sleep(0.01)
        for number in range(1, 1001):
            board.publish(transfer(number))
            if number % 20 == 0:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        board.publish(transfer(1001))
        board.publish(transfer(1002))
        board.close()
        await reader
        return seen

    seen = asyncio.run(journey())
    assert seen[0][1] == 0
    assert seen[-1][1] == 1002
    assert 1000 in [completed for _, completed in seen]
    changes = [when for when, completed in seen if 0 < completed < 1001]
    assert 3 <= len(changes) <= 12
    assert all(later - earlier > 0.09 for earlier, later in pairwise(changes))


def test_create_is_written_down_and_made_again(engine: EngineUnderTest, tmp_path: Path) -> None:
    """A create of the last run goes on from its plan."""
    body = {"from": STARTER, "system": "Be brief."}
    saved = {
        "id": "a",
        "kind": "create",
        "name": "brief:latest",
        "server": BUILT_IN,
        "state": "running",
        "error": "",
        "job": {"body": body, "files": []},
    }
    file = tmp_path / "transfers.json"
    file.write_text(json.dumps({"version": 1, "transfers": [saved]}), "utf-8")

    async def journey() -> None:
        async with desk(engine_endpoint(engine), file) as here:
            await here.transfers.restore()
            await here.transfers.resume("a")
            assert (await here.over("a")).state is TransferState.DONE
            answer = await here.client.show_answer("brief")
            assert answer["system"] == "Be brief."
            await here.client.delete("brief")

    asyncio.run(journey())


def test_steps_of_a_new_phase_begin_a_new_speed() -> None:
    clock = [0.0]
    entry = entries.Entry("a", OLLAMA, _NoJob(), TransferState.RUNNING)
    entry.meter = entries.SpeedMeter(lambda: clock[0])
    for second in range(5):
        clock[0] = float(second)
        entry.take(Progress("hashing", second * 100, 1000, second * 100, "hashing"))
    assert entry.shown().speed == pytest.approx(100)
    assert entry.shown().seconds_left == pytest.approx(6)
    entry.take(Progress("upload", 0, 1000, 0, "upload"))
    assert entry.shown().speed == 0.0
    assert entry.shown().seconds_left is None


class _NoJob:
    kind, name, so_far = TransferKind.CREATE, "m", (0, 0)

    def run(self, client: ModelClient) -> Any:
        raise NotImplementedError

    async def discard(self, client: ModelClient) -> bool:
        return True

    def as_json(self) -> dict[str, Any]:
        return {}

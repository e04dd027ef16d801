"""Models created: files hashed and uploaded with progress, status lines in plain words."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from engine_process import STARTER, EngineUnderTest
from faults import answers
from faults.readers import ask, endpoint_of
from faults.server import HANG, RESET, FaultServer, Request, Script
from models.pulling import desk, engine_endpoint
from tiny_models import tiny_llama

from gui.errors import FileUnusable, OndolError, TransferFailed, TransferInterrupted
from gui.models import create as creating
from gui.models.client import ModelClient
from gui.models.create import create
from gui.models.hashing import HashedFile, Hashes
from gui.models.huggingface.hub import Hub
from gui.models.progress import Progress
from gui.models.status_words import plain_status
from gui.models.transfers.jobs import CreateJob, SavedFile, SavedPlan, job_from_json
from gui.records import TransferState

MISSING = answers.http_body(b"", "404 Not Found")
CREATED = answers.http_body(b"", "201 Created")


@dataclass(frozen=True)
class Plan:
    body: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[SavedFile, ...] = ()


def plan_of(*paths: Path, where: str = "files", **body: Any) -> Plan:
    return Plan(body, tuple(SavedFile(path.name, path, where) for path in paths))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUnderTest]:
    with EngineUnderTest(tmp_path_factory.mktemp("engine")) as running:
        yield running


async def steps_of(client: ModelClient, plan: Plan, hashes: Hashes) -> list[Progress]:
    async with aclosing(create(client, "new", plan, hashes)) as steps:
        return [step async for step in steps]


def sent(file: Path) -> str:
    return f"/api/blobs/sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"


def success(*lines: Any) -> Script:
    return answers.http_ok(*(answers.line(each) for each in (*lines, {"status": "success"})))


def test_a_gguf_file_becomes_a_model_of_a_real_engine(
    engine: EngineUnderTest, tmp_path: Path
) -> None:
    file = tmp_path / "tiny.gguf"
    file.write_bytes(tiny_llama())
    plan = plan_of(file, system="Be brief.", parameters={"temperature": 0})

    async def journey() -> None:
        async with desk(engine_endpoint(engine), tmp_path / "transfers.json") as here:
            made = await here.transfers.start_create("built-in", "Tiny", plan)
            done = await here.over(made)
            assert (done.state, done.error) == (TransferState.DONE, "")
            listed = {model.name: model.digest for model in await here.client.list_models()}
            assert listed["Tiny:latest"] in done.detail
            assert (await here.client.show_answer("tiny"))["system"] == "Be brief."
            again = await here.transfers.start_create("built-in", "tiny", plan)
            assert again != made
            assert (await here.over(again)).state is TransferState.DONE

    asyncio.run(journey())


def test_what_the_server_has_is_not_sent_again(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one.gguf", "same.gguf", "other.gguf"))
    one.write_bytes(b"first" * 1000)
    same.write_bytes(b"first" * 1000)
    other.write_bytes(b"second" * 1000)
    plan = Plan(
        {"system": "s", "adapters": {"left": "alone"}},
        (
            SavedFile("one.gguf", one, "files"),
            SavedFile("same.gguf", same, "files"),
            SavedFile("a/other.gguf", other, "adapters"),
        ),
    )
    there: set[str] = {sent(one)}

    def blob(request: Request) -> Script:
        if request.method == "HEAD":
            return answers.http_body(b"") if request.path in there else MISSING
        there.add(request.path)
        return CREATED

    routes = {"*": blob, "/api/create": success()}
    with FaultServer(routes) as server:
        steps = ask(server, lambda client: steps_of(client, plan, Hashes()))
        posts = [each for each in server.requests if each.method == "POST"]
        heads = [each.path for each in server.requests if each.method == "HEAD"]
    assert sorted(heads) == sorted([sent(one), sent(other)])
    upload, request = posts
    assert (upload.path, upload.body) == (sent(other), other.read_bytes())
    digests = {path: sent(path).rpartition("/")[2] for path in (one, other)}
    assert request.json == {
        "model": "new",
        "system": "s",
        "files": {"one.gguf": digests[one], "same.gguf": digests[one]},
        "adapters": {"a/other.gguf": digests[other]},
    }
    assert [step.status for step in steps][-1] == "Done"


def test_a_plan_without_files_sends_no_empty_fields() -> None:
    with FaultServer({"/api/create": success()}) as server:
        ask(server, lambda client: steps_of(client, Plan({"from": "m"}), Hashes()))
        assert server.last("/api/create").json == {"model": "new", "from": "m"}
        assert [each.path for each in server.requests] == ["/api/create"]


def test_the_success_of_a_base_is_not_the_end() -> None:
    """Creating from a base that is missing pulls it first, "success" and all."""
    lines = [
        {"status": "pulling manifest"},
        {"status": "pulling abcdef123456", "digest": "sha256:a", "total": 5, "completed": 5},
        {"status": "success"},
        {"status": "using existing layer sha256:abc"},
        {"status": "writing manifest"},
    ]
    parts = [part for each in lines for part in (answers.chunk(answers.line(each)), 0.02)]
    last = answers.chunk(answers.line({"status": "success"}))
    whole: Script = [answers.chunked_head(), *parts, last, answers.LAST_CHUNK]
    with FaultServer({"/api/create": whole}) as server:
        steps = ask(server, lambda client: steps_of(client, Plan({"from": "m"}), Hashes()))
    words = [step.status for step in steps]
    assert "Writing the parts of the model" in words
    assert words[-1] == "Done"
    cut: Script = [answers.chunked_head(), *parts[:6], answers.LAST_CHUNK]
    with FaultServer({"/api/create": [*cut]}) as server:
        steps = ask(server, lambda client: steps_of(client, Plan({"from": "m"}), Hashes()))
        assert steps  # it may end there: the list of models decides
    cut = [answers.chunked_head(), *parts, answers.LAST_CHUNK]
    with FaultServer({"/api/create": cut}) as server, pytest.raises(TransferInterrupted):
        ask(server, lambda client: steps_of(client, Plan({"from": "m"}), Hashes()))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("parsing GGUF", "Reading the model file"),
        ("quantizing F16 model to Q4_K_M", "Quantizing from F16 to Q4_K_M"),
        ("using autodetected template gemma3-instruct", "Using the chat template gemma3-instruct"),
        ("creating new layer sha256:abc", "Writing the parts of the model"),
        ("something new of 2027", "something new of 2027"),
    ],
)
def test_status_lines_in_plain_words(status: str, words: str) -> None:
    assert plain_status(status) == words


def _refused(plan: Plan, routes: Mapping[str, Any], hashes: Hashes | None = None) -> OndolError:
    with FaultServer(routes) as server, pytest.raises(OndolError) as problem:
        ask(server, lambda client: steps_of(client, plan, hashes or Hashes()))
    return problem.value


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    missing = _refused(plan_of(tmp_path / "none.gguf"), {})
    assert isinstance(missing, FileUnusable)
    assert "none.gguf could not be read: No such file" in missing.what
    assert str(tmp_path) not in str(missing)
    assert "it is not a file" in _refused(plan_of(tmp_path), {}).what


def test_a_file_that_changes_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "m.gguf"
    file.write_bytes(b"x" * 5000)

    def head(request: Request) -> Script:
        file.write_bytes(b"x" * 10)
        return MISSING

    routes = {"*": lambda request: head(request) if request.method == "HEAD" else CREATED}
    error = _refused(plan_of(file), routes)
    assert isinstance(error, FileUnusable)
    assert "it was changed while it was read" in error.what


def test_a_server_that_read_other_bytes(tmp_path: Path) -> None:
    file = tmp_path / "m.gguf"
    file.write_bytes(b"x" * 5000)
    wrong = answers.http_json(
        {"error": 'digest mismatch, expected "a", got "b"'}, "400 Bad Request"
    )
    hashes = Hashes()
    routes = {"*": lambda request: MISSING if request.method == "HEAD" else wrong}
    assert isinstance(_refused(plan_of(file), routes, hashes), FileUnusable)
    assert hashes._known == {}


def test_faults_while_uploading(tmp_path: Path) -> None:
    file = tmp_path / "m.gguf"
    file.write_bytes(b"x" * 5000)

    def upload(script: Script) -> Mapping[str, Any]:
        return {"*": lambda request: MISSING if request.method == "HEAD" else script}

    assert isinstance(_refused(plan_of(file), upload([RESET])), TransferInterrupted)
    full = answers.http_json({"error": "no space left on the disk"}, "500 Internal Server Error")
    error = _refused(plan_of(file), upload(full))
    assert isinstance(error, TransferFailed)
    assert "no room on the disk for new" in error.what
    assert error.todo.startswith("No model was made")


def test_refusals_of_the_create_itself() -> None:
    bad = answers.http_json({"error": "template error: :1: unclosed action"}, "400 Bad Request")
    error = _refused(Plan({"from": "m"}), {"/api/create": bad})
    assert error.what == "new could not be created: template error: :1: unclosed action."


def test_hashing_is_seen_remembered_and_off_the_loop(tmp_path: Path) -> None:
    file = tmp_path / "large.gguf"
    with file.open("wb") as target:
        target.truncate(600 * 2**20)
    hashes = Hashes()

    async def hashed() -> tuple[list[int], HashedFile, float]:
        seen: list[int] = []
        worst, ended = 0.0, asyncio.Event()

        async def beat() -> None:
            nonlocal worst
            while not ended.is_set():
                before = time.monotonic()
                await asyncio.sleep(0.002)
                worst = max(worst, time.monotonic() - before)

        beating = asyncio.create_task(beat())
        async with aclosing(hashes.hashing(file)) as steps:
            async for step in steps:
                if isinstance(step, HashedFile):
                    ended.set()
                    await beating
                    return seen, step, worst
                seen.append(step)
        raise AssertionError

    seen, found, worst = asyncio.run(hashed())
    assert found.size == 600 * 2**20
    assert seen == sorted(seen)
    assert any(0 < count < found.size for count in seen)
    assert worst < 0.15  # a busy machine; alone it is a few milliseconds
    again, same, _ = asyncio.run(hashed())
    assert (again, same) == ([], found)
    os.utime(file, ns=(1, 1))
    once_more, other, _ = asyncio.run(hashed())
    assert once_more
    assert other.digest == found.digest


def test_leaving_ends_the_reading(tmp_path: Path) -> None:
    file = tmp_path / "large.gguf"
    with file.open("wb") as target:
        target.truncate(20 * 2**30)

    async def leave() -> float:
        began = time.monotonic()
        async with aclosing(Hashes().hashing(file)) as steps:
            async for _ in steps:
                break
        return time.monotonic() - began

    assert asyncio.run(leave()) < 3


def test_cancel_in_the_upload_closes_the_connection(tmp_path: Path) -> None:
    file = tmp_path / "large.gguf"
    with file.open("wb") as target:
        target.truncate(64 * 2**20)
    plan = plan_of(file)

    async def journey(server: FaultServer) -> None:
        async with desk(endpoint_of(server), tmp_path / "transfers.json") as here:
            made = await here.transfers.start_create("ollama", "new", plan)
            await here.until(made, lambda each: "to the server" in each.status)
            await here.transfers.cancel(made, keep=False)
            assert here.now(made).state is TransferState.CANCELLED
            assert "/api/create" not in [each.path for each in server.requests]

    routes = {"*": lambda request: MISSING if request.method == "HEAD" else [HANG]}
    with FaultServer(routes) as server:
        asyncio.run(journey(server))


def test_memory_stays_small_while_uploading(
    engine: EngineUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of 400 MB goes through pieces of one; what is no model is refused at the end."""
    file = tmp_path / "large.gguf"
    with file.open("wb") as target:
        target.truncate(400 * 2**20)
    held: list[int] = []

    class Watched(creating._Body):
        async def __aiter__(self) -> Any:
            async for piece in super().__aiter__():
                held.append(len(piece))
                yield piece

    async def journey() -> None:
        async with desk(engine_endpoint(engine), tmp_path / "transfers.json") as here:
            made = await here.transfers.start_create("built-in", "large", plan_of(file))
            failed = await here.over(made)
            assert failed.state is TransferState.FAILED
            assert "large:latest could not be created" in failed.error
            percent = {round(10 * each.completed / each.total) for each in here.told if each.total}
            assert len(percent) > 2

    monkeypatch.setattr(creating, "_Body", Watched)
    asyncio.run(journey())
    assert max(held) == 2**20
    assert sum(held) == 400 * 2**20


def test_a_plan_is_written_down_whole(tmp_path: Path) -> None:
    plan = SavedPlan({"from": STARTER}, (SavedFile("k", tmp_path / "x", "files"),))
    job = CreateJob("new", plan, Hashes())
    written = json.loads(json.dumps(job.as_json()))
    assert job_from_json(job.kind, "new", written, job.hashes, Hub()) == job

"""Pulls and pushes line by line: sums, speeds, hostile numbers, broken streams, plain words."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import aclosing
from itertools import pairwise
from typing import Any

import pytest
from faults import answers
from faults.readers import ask
from faults.server import HANG, RESET, FaultServer, Script
from hypothesis import given
from hypothesis import strategies as st

from gui.errors import (
    AccessDenied,
    ModelNotFound,
    OndolError,
    TransferFailed,
    TransferInterrupted,
)
from gui.models.client import ModelClient
from gui.models.progress import LayerSums, Progress, SpeedMeter, seconds_left
from gui.models.pull import pull, push
from gui.models.status_words import plain_refusal, plain_status
from gui.records import TransferKind

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def line(status: str, digest: str = "", **numbers: Any) -> dict[str, Any]:
    return {"status": status, **({"digest": digest} if digest else {}), **numbers}


def script(lines: Sequence[Any], *then: Any) -> Script:
    chunks = [answers.chunk(answers.line(each)) for each in lines]
    return [answers.chunked_head(), *chunks, *(then or (answers.LAST_CHUNK,))]


async def steps_of(client: ModelClient, **arguments: Any) -> list[Progress]:
    async with aclosing(pull(client, "m", **arguments)) as steps:
        return [step async for step in steps]


def pulled(answer: Script, **arguments: Any) -> list[Progress]:
    with FaultServer({"/api/pull": answer}) as server:
        return ask(server, lambda client: steps_of(client, **arguments))


def refused(answer: Script, **arguments: Any) -> OndolError:
    with pytest.raises(OndolError) as problem:
        pulled(answer, **arguments)
    return problem.value


def test_layers_are_summed_and_words_are_plain() -> None:
    steps = pulled(
        [
            answers.chunked_head(),
            *(
                step
                for each in (
                    line("pulling manifest"),
                    line("pulling aaaaaaaaaaaa", A, total=100),
                    line("pulling aaaaaaaaaaaa", A, total=100, completed=60),
                    line("pulling aaaaaaaaaaaa", A, total=100, completed=100),
                    line("pulling bbbbbbbbbbbb", B, total=20, completed=5),
                    line("pulling bbbbbbbbbbbb", B, total=20, completed=20),
                    line("verifying sha256 digest"),
                    line("writing manifest"),
                    line("success"),
                )
                for step in (answers.chunk(answers.line(each)), 0.02)
            ),
            answers.LAST_CHUNK,
        ]
    )
    words = list(dict.fromkeys(step.status for step in steps))
    assert words == [
        "Reading what the model is made of",
        "Downloading part 1",
        "Downloading part 2",
        "Checking what came",
        "Saving the model",
        "Done",
    ]
    assert (steps[-1].completed, steps[-1].total, steps[-1].moved) == (120, 120, 115)


def test_the_request() -> None:
    with FaultServer({"/api/pull": script([line("success")])}) as server:
        ask(server, lambda client: steps_of(client, insecure=True))
        assert server.last("/api/pull").json == {"model": "m", "insecure": True}


def test_mod_11_numbers_that_cannot_be() -> None:
    odd: list[Any] = [-5, 0, None, "x", 1.5, True, 10**30, 2**63, float("nan"), [], {}]
    sums = LayerSums()
    for value in odd:
        sums.add(line("pulling", A, total=value, completed=value))
        sums.add(line("pulling", A, total=100, completed=value))
        sums.add(line("pulling", A, total=value, completed=7))
        sums.add({"digest": value, "total": value, "completed": value})
        assert 0 <= sums.completed <= sums.total
    assert sums.moved >= 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from([A, B, "c"]),
            st.integers(-(2**70), 2**70) | st.none(),
            st.integers(-(2**70), 2**70) | st.none(),
        ),
        max_size=30,
    )
)
def test_mod_11_sums_stay_between_nothing_and_all(lines: list[tuple[str, Any, Any]]) -> None:
    sums, moved = LayerSums(), 0
    for digest, total, completed in lines:
        sums.add(line("pulling", digest, total=total, completed=completed))
        assert 0 <= sums.completed <= sums.total
        assert sums.moved >= moved
        moved = sums.moved
        assert sums.completed == sum(done for done, _ in sums.layers.values())
        assert sums.total == sum(size for _, size in sums.layers.values())


def test_mod_11_through_the_whole_way() -> None:
    steps = pulled(
        script(
            [
                line("pulling", A, total=-1, completed=10),
                line("pulling", A, total=100, completed=1000),
                line("pulling", A, total="many", completed=None),
                line("pulling", A, completed=5),
                line("success"),
            ]
        )
    )
    assert all(0 <= step.completed <= step.total for step in steps)


def test_mod_11_a_flood_of_lines_is_a_handful_of_steps() -> None:
    lines = [line("pulling", A, total=100_000, completed=n + 1) for n in range(100_000)]
    flood = b"".join(answers.line(each) for each in lines)
    began = time.monotonic()
    steps = pulled([answers.chunked_head(), answers.chunk(flood), *script([line("success")])[1:]])
    assert steps[-1].completed == 100_000
    assert len(steps) < 1000
    assert time.monotonic() - began < 20


def test_mod_11_layers_without_end_are_not_kept() -> None:
    sums = LayerSums()
    for number in range(20_000):
        sums.add(line("pulling", f"sha256:{number}", total=1))
    assert len(sums.layers) == sums.total == 10_000


def test_an_earlier_try_is_counted_on() -> None:
    """What was here before is no speed, and the total does not begin small again."""
    sums = LayerSums({A: (50, 100), B: (0, 900)})
    assert (sums.completed, sums.total) == (50, 1000)
    sums.begin_again()
    sums.add(line("pulling", A, total=100, completed=80))
    assert (sums.completed, sums.moved, sums.number(A)) == (80, 0, 1)
    sums.add(line("pulling", A, total=100, completed=90))
    assert (sums.completed, sums.moved) == (90, 10)


def test_what_an_earlier_try_left_is_not_gone_until_the_server_says_so() -> None:
    """Its first line about a layer has no `completed` while it opens the parts."""
    sums = LayerSums({A: (50, 100)})
    sums.begin_again()
    sums.add(line("pulling", A, total=100))
    assert (sums.completed, sums.moved) == (50, 0)
    sums.add(line("pulling", A, total=100, completed=60))
    assert (sums.completed, sums.moved) == (60, 10)
    sums.add(line("pulling", A, total=100))  # the digest was wrong: all over again
    assert sums.completed == 0


def test_speed_is_smoothed_and_sinks_in_a_stall() -> None:
    now = [0.0]
    meter = SpeedMeter(lambda: now[0])
    assert meter.speed == 0.0
    for tick in range(60):
        now[0] = tick / 10
        meter.note(tick * 100)
    assert meter.speed == pytest.approx(1000, rel=0.01)
    assert meter.idle_seconds == 0.0
    now[0] += 1.5
    meter.note(5900)
    assert 300 < meter.speed < 700
    now[0] += 10
    meter.note(5900)
    now[0] += 4
    meter.note(5900)
    assert meter.speed == 0.0
    assert meter.idle_seconds == pytest.approx(15.5)
    assert seconds_left(0, 100, meter.speed) is None
    assert seconds_left(50, 100, 10) == 5
    assert seconds_left(0, 0, 10) is None


def test_speed_of_the_first_moment_is_not_told() -> None:
    now = [0.0]
    meter = SpeedMeter(lambda: now[0])
    meter.note(0)
    now[0] = 0.2
    meter.note(10**9)
    assert meter.speed == 0.0


@pytest.mark.parametrize(
    "then",
    [(), (RESET,), (answers.chunk(b'{"status":"pul'),)],
    ids=["end", "reset", "half a line"],
)
def test_mod_08_a_cut_stream_is_worth_another_try(then: Sequence[Any]) -> None:
    half = line("pulling aaaaaaaaaaaa", A, total=100, completed=60)
    chunk = answers.chunk(answers.line(half))
    assert isinstance(refused([answers.chunked_head(), chunk, *then]), TransferInterrupted)


def test_mod_08_silence_while_bytes_are_awaited_is_a_dead_line() -> None:
    half = line("pulling aaaaaaaaaaaa", A, total=100, completed=60)
    error = refused(script([half], HANG), silence=0.3)
    assert isinstance(error, TransferInterrupted)
    assert "Nothing came for 0 seconds." in error.what


def test_silence_while_everything_is_checked_is_none() -> None:
    whole = line("pulling aaaaaaaaaaaa", A, total=100, completed=100)
    checking = answers.chunk(answers.line(line("verifying sha256 digest")))
    rest = (checking, 0.8, answers.chunk(answers.line(line("success"))), answers.LAST_CHUNK)
    assert pulled(script([whole], *rest), silence=0.2)[-1].status == "Done"


def test_closing_it_closes_the_connection() -> None:
    half = line("pulling aaaaaaaaaaaa", A, total=100, completed=60)

    async def leave(client: ModelClient) -> None:
        async with aclosing(pull(client, "m")) as steps:
            async for _ in steps:
                break

    with FaultServer({"/api/pull": script([half], HANG)}) as server:
        ask(server, leave)
        assert server.last("/api/pull").gone.wait(5)


def test_other_refusals_keep_their_kind() -> None:
    unknown = answers.http_json({"error": "model 'm' not found"}, "404 Not Found")
    assert isinstance(refused(unknown), ModelNotFound)
    assert isinstance(refused(answers.http_json({}, "401 Unauthorized")), AccessDenied)
    busy = refused(answers.http_json({"error": "busy"}, "503 Service Unavailable"))
    assert isinstance(busy, TransferInterrupted)
    bad = refused(answers.http_json({"error": "invalid model name"}, "400 Bad Request"))
    assert isinstance(bad, TransferFailed)
    assert bad.what == "m could not be pulled: invalid model name."
    garbled = refused(answers.http_ok(*[b"nonsense\n"] * 20))
    assert isinstance(garbled, TransferFailed)


@pytest.mark.parametrize(
    "text",
    [
        'pull model manifest: Get "https://r/v2/x": dial tcp: lookup r.example: no such host',
        "max retries exceeded: unexpected EOF",
        'Get "https://r/x": net/http: TLS handshake timeout',
        "pull model manifest: lookup r.example: no answer",
        "http://127.0.0.1:5000/v2/x: All connection attempts failed",
        "http://r/v2/x: nothing came for too long",
        "pull model manifest: 503: busy",
        "read tcp 10.0.0.1:5->1.1.1.1:443: read: connection reset by peer",
    ],
)
def test_texts_of_a_network_that_is_not_there(text: str) -> None:
    assert isinstance(plain_refusal(TransferKind.PULL, "m", text), TransferInterrupted)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pull model manifest: file does not exist", "The registry has no model m."),
        ("write sha256-x: no space left on device", "There is no room on the disk for m."),
        ("unauthorized: access denied", "The registry does not give m to everybody."),
        (
            "digest mismatch, file must be downloaded again: want sha256:5030, got sha256:500",
            "What came for m was damaged, so it was thrown away.",
        ),
        ("pull model manifest: 412: needs a newer version", "m could not be pulled: pull model"),
        ("this model requires MLX support", "m could not be pulled: this model requires MLX"),
    ],
)
def test_texts_of_a_pull_that_is_over(text: str, says: str) -> None:
    error = plain_refusal(TransferKind.PULL, "m", text)
    assert isinstance(error, TransferFailed)
    assert error.what.startswith(says)
    assert error.todo


def test_a_create_is_not_tried_for_ever_for_an_eof() -> None:
    error = plain_refusal(TransferKind.CREATE, "m", "unexpected EOF")
    assert isinstance(error, TransferFailed)


def test_a_disk_that_is_full_says_what_is_kept() -> None:
    error = plain_refusal(TransferKind.PULL, "m", "no space left on device")
    assert error.todo == "What was downloaded is kept. Free some space, then resume."


def test_mod_10_foreign_words_are_one_plain_line() -> None:
    status = plain_status("<b>hello</b>\n\x1b[31m\u202eworld" + "x" * 1000)
    assert status.startswith("<b>hello</b> [31m world")
    assert len(status) == 200
    assert "\n" not in status


def test_push() -> None:
    async def pushed(client: ModelClient) -> list[Progress]:
        async with aclosing(push(client, "me/m")) as steps:
            return [step async for step in steps]

    lines = [
        line("retrieving manifest"),
        line("pushing aaaaaaaaaaaa", A, total=100, completed=100),
        line("pushing manifest"),
        line("success"),
    ]
    parts: list[Any] = []
    for each in lines:
        parts += [answers.chunk(answers.line(each)), 0.02]
    with FaultServer({"/api/push": [answers.chunked_head(), *parts, answers.LAST_CHUNK]}) as server:
        steps = ask(server, pushed)
        assert json.loads(server.last("/api/push").body) == {"model": "me/m", "insecure": False}
    assert "Uploading part 1" in [step.status for step in steps]
    assert (steps[-1].status, steps[-1].completed) == ("Done", 100)


def test_other_work_goes_on_during_a_flood() -> None:
    """MOD-11: of 100,000 lines the loop comes round at least every 2,000."""
    lines = b"".join(
        answers.line(line("pulling", A, total=10**6, completed=n + 1)) for n in range(100_000)
    )

    async def watched(client: ModelClient) -> list[int]:
        sums, ended = LayerSums(), asyncio.Event()
        seen = [0]

        async def beat() -> None:
            while not ended.is_set():
                await asyncio.sleep(0)
                seen.append(sums.completed)

        beating = asyncio.create_task(beat())
        await steps_of(client, sums=sums)
        ended.set()
        await beating
        return seen

    answer = [answers.chunked_head(), answers.chunk(lines), *script([line("success")])[1:]]
    with FaultServer({"/api/pull": answer}) as server:
        seen = ask(server, watched)
    assert seen[-1] == 100_000
    assert max(after - before for before, after in pairwise(seen)) <= 2_000

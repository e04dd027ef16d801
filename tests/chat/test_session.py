"""A turn: saved before it is sent, exactly one end, saved whatever that end is."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import aclosing
from pathlib import Path

import pytest

from chat.scripted import Answer, in_turn, says
from chat.table import MODEL, PRESET, THINKER, Table, collect, eventually, laid, until
from gui.chat import (
    MessageSaved,
    Pace,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyStopped,
    ReplyToken,
    ThinkingToken,
    TurnEvent,
    Waiting,
)
from gui.errors import ContextOverflow, ReplyFailedMidway, StreamCut
from gui.records import MessageStatus, Options, Preset, Role

IDLE_SECONDS = 5.2
"""After so long the pool lets an idle connection go, at its next request."""
OVERFLOW = (
    "the prompt is longer than the context length currently available to the model; "
    "shorten the prompt, adjust the context length in settings, or use a model with a "
    "longer context length"
)


def text_of(events: list[TurnEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReplyToken))


def test_a_turn_from_question_to_reply(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, says("On", "dol", " is warm.")) as table:
            events = await table.say("What is {ondol}?\nTell me.")
            saved, started, *tokens, finished = events
            assert isinstance(saved, MessageSaved)
            assert isinstance(started, ReplyStarted)
            assert isinstance(finished, ReplyFinished)
            assert all(isinstance(event, ReplyToken) for event in tokens)
            assert text_of(events) == finished.message.content == "Ondol is warm."
            assert started.message.status is MessageStatus.STREAMING
            assert finished.message.status is MessageStatus.COMPLETE
            assert not finished.server_cut

            question, reply = await table.branch()
            assert question == saved.message
            assert reply == finished.message
            assert reply.statistics
            assert reply.statistics.first_token_ns > 0
            assert (reply.statistics.prompt_eval_count, reply.statistics.eval_count) == (20, 3)
            assert reply.run
            assert reply.run.model == "m:1b"
            assert reply.run.digest == "d1"
            assert reply.run.server == table.server.url
            assert reply.run.server_version == "0.33.0"
            assert reply.run.preset == "Plain"
            assert reply.run.system == "Be kind."
            seed = reply.run.options.seed
            assert seed
            assert reply.run.options == Options(num_ctx=4096, temperature=0.5, seed=seed)
            assert table.server.requests[0]["options"]["seed"] == seed
            assert reply.run.context_start is None

            conversation = await table.store.get(table.conversation_id)
            assert conversation.title == "What is {ondol}?"
            assert (conversation.model, conversation.preset) == ("m:1b", "plain")

    asyncio.run(main())


def test_what_is_sent(tmp_path: Path) -> None:
    """TPL-02: braces are text; everything a server could choose for us is said."""
    text, system = "{question} {{system}} {x.__class__}", "{input} {history}"
    template = "{{input}} {{history}}"

    async def main() -> None:
        async with laid(tmp_path, says("{input}", "!")) as table:
            options = Options(stop=("X",), min_p=0.1, seed=7)
            preset = Preset("p", "P", system=template, options=options)
            for _ in range(2):
                await collect(table.session.send(table.conversation_id, text, MODEL, preset))
            await collect(table.session.send(table.conversation_id, "x", THINKER, Preset("q", "Q")))
            first, second, third = table.server.requests
            assert first["messages"] == [
                {"role": "system", "content": system},
                {"role": "user", "content": text},
            ]
            assert second["messages"][1:] == [
                {"role": "user", "content": text},
                {"role": "assistant", "content": "{input}!"},
                {"role": "user", "content": text},
            ]
            assert first["options"] == {
                "num_ctx": 4096,
                "min_p": 0.1,
                "seed": 7,
                "stop": ["X"],
            }
            assert (first["think"], first["truncate"], first["stream"]) == (False, False, True)
            assert first["model"] == "m:1b"
            assert third["think"] is True
            assert third["messages"][0]["role"] == "user"
            assert third["options"].keys() == {"num_ctx", "seed"}

    asyncio.run(main())


def test_thinking_is_kept_apart(tmp_path: Path) -> None:
    async def script(answer: Answer) -> None:
        await answer.token(thinking="Let me ")
        await answer.token(thinking="see.")
        await answer.token("Yes.")
        await answer.done()

    async def main() -> None:
        async with laid(tmp_path, script) as table:
            events = await table.say("Well?", THINKER)
            thinking = [event.text for event in events if isinstance(event, ThinkingToken)]
            assert "".join(thinking) == "Let me see."
            _, reply = await table.branch()
            assert (reply.content, reply.thinking) == ("Yes.", "Let me see.")
            off = table.session.send(table.conversation_id, "x", THINKER, PRESET, think=False)
            await collect(off)
            assert table.server.requests[-1]["think"] is False

    asyncio.run(main())


def test_the_question_is_saved_before_anything_is_sent(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, says("a")) as table:
            events = table.session.send(table.conversation_id, "Hello", MODEL, PRESET)
            async with aclosing(events):
                saved = await anext(events)
                assert isinstance(saved, MessageSaved)
                assert await table.branch() == (saved.message,)
                assert table.server.requests == []
                started = await anext(events)
                assert isinstance(started, ReplyStarted)
                assert (await table.branch())[1].status is MessageStatus.STREAMING
                assert table.server.requests == []

    asyncio.run(main())


async def endless(answer: Answer) -> None:
    for number in itertools.count():
        await answer.token(f"{number} ")
        await asyncio.sleep(0.002)


def test_stop_cancels_and_saves(tmp_path: Path) -> None:
    """The consumer is cancelled while it waits: it still gets the end, and lives on."""

    async def main() -> None:
        async with laid(tmp_path, endless) as table:
            events: list[TurnEvent] = []
            enough = asyncio.Event()

            async def consume() -> str:
                turn = table.session.send(table.conversation_id, "Count", MODEL, PRESET)
                async with aclosing(turn):
                    async for event in turn:
                        events.append(event)
                        if len(events) == 8:
                            enough.set()
                await asyncio.sleep(0)
                return "went on"

            task = asyncio.create_task(consume())
            await enough.wait()
            before = asyncio.get_running_loop().time()
            task.cancel()
            assert await task == "went on"
            assert asyncio.get_running_loop().time() - before < 5
            assert task.cancelling() == 0
            end = events[-1]
            assert isinstance(end, ReplyStopped)
            assert end.message.status is MessageStatus.STOPPED
            assert end.message.content == text_of(events)
            assert (await table.branch())[1] == end.message
            await eventually(lambda: not table.server.connections)

    asyncio.run(main())


def test_closing_the_generator_saves(tmp_path: Path) -> None:
    """The consumer goes away between two events: nobody is told, everything is kept."""

    async def main() -> None:
        async with laid(tmp_path, endless) as table:
            events = table.session.send(table.conversation_id, "Count", MODEL, PRESET)
            shown = ""
            async with aclosing(events):
                for _ in range(6):
                    event = await until(events, ReplyToken)
                    assert isinstance(event, ReplyToken)
                    shown += event.text
            reply = (await table.branch())[1]
            assert (reply.status, reply.content) == (MessageStatus.STOPPED, shown)
            await eventually(lambda: not table.server.connections)

    asyncio.run(main())


def test_a_consumer_cancelled_in_its_own_work_saves(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, endless) as table:
            working = asyncio.Event()

            async def consume() -> None:
                turn = table.session.send(table.conversation_id, "Count", MODEL, PRESET)
                async with aclosing(turn):
                    await until(turn, ReplyToken)
                    working.set()
                    await asyncio.sleep(60)

            task = asyncio.create_task(consume())
            await working.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            reply = (await table.branch())[1]
            assert reply.status is MessageStatus.STOPPED
            assert reply.content

    asyncio.run(main())


def test_stopping_twice_is_stopping(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, endless) as table:
            task = asyncio.create_task(table.say("Count"))
            await eventually(lambda: bool(table.server.requests))
            for _ in range(5):
                task.cancel()
                await asyncio.sleep(0)
            assert isinstance((await task)[-1], ReplyStopped)

    asyncio.run(main())


def test_stop_before_the_first_token(tmp_path: Path) -> None:
    """NET-10: headers, then silence; Stop does not wait for the peer."""

    async def silent(answer: Answer) -> None:
        await answer.token("")
        await answer.gone()

    async def main() -> None:
        async with laid(tmp_path, silent) as table:
            task = asyncio.create_task(table.say("Hello?"))
            await eventually(lambda: bool(table.server.requests))
            task.cancel()
            end = (await task)[-1]
            assert isinstance(end, ReplyStopped)
            assert end.message.content == ""

    asyncio.run(main())


async def counts_to_thirty(answer: Answer) -> None:
    for number in range(30):
        await answer.token(f"{number} ")
        await asyncio.sleep(0.001)
    await answer.done()


async def stopped_at(table: Table, moment: float) -> str:
    """Stop a turn when so much of it has passed; its tree is whole. What its last event was."""
    table.conversation_id = (await table.store.create()).id
    task = asyncio.create_task(table.say("Count"))
    await asyncio.sleep(moment)
    task.cancel()
    try:
        events = await task
    except asyncio.CancelledError:
        events = []
    branch = await table.branch()
    roles = [message.role for message in branch]
    assert roles == [Role.USER, Role.ASSISTANT][: len(branch)]
    if not events:
        return "nothing"
    ends = [e for e in events if isinstance(e, ReplyStopped | ReplyFinished | ReplyFailed)]
    assert ends == events[-1:]
    assert branch[-1] == ends[0].message
    expected = {ReplyStopped: MessageStatus.STOPPED, ReplyFinished: MessageStatus.COMPLETE}
    assert branch[-1].status is expected[type(ends[0])]
    assert branch[-1].content == text_of(events)
    return type(ends[0]).__name__


def test_stopped_at_100_moments_the_tree_is_whole(tmp_path: Path) -> None:
    """NET-27: from before the first await to after the last."""

    async def main() -> None:
        async with laid(tmp_path, counts_to_thirty) as table:
            await table.say("Load what is needed")
            began = asyncio.get_running_loop().time()
            await table.say("Measure")
            whole = asyncio.get_running_loop().time() - began
            ends = [await stopped_at(table, whole * 1.5 * n / 100) for n in range(100)]
            assert ends.count("ReplyStopped") > 20
            await asyncio.sleep(IDLE_SECONDS)  # then the next request lets go of idle ones
            await table.say("Goodbye")
            await eventually(lambda: table.server.connections <= 1)

    asyncio.run(main())


def test_a_cut_stream_keeps_its_text(tmp_path: Path) -> None:
    """NET-01 and NET-02."""

    async def killed(answer: Answer) -> None:
        await answer.token("Once upon")
        await asyncio.sleep(0.05)
        answer.reset()

    async def ended(answer: Answer) -> None:
        await answer.token("Once upon")
        answer.writer.write(b"0\r\n\r\n")

    async def empty(answer: Answer) -> None:
        answer.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async def main() -> None:
        script = in_turn([killed, ended, empty, says("Fine.")])
        async with laid(tmp_path, script) as table:
            for status in (
                MessageStatus.INCOMPLETE,
                MessageStatus.INCOMPLETE,
                MessageStatus.FAILED,
            ):
                end = (await table.say("A story"))[-1]
                assert isinstance(end, ReplyFailed)
                assert isinstance(end.error, StreamCut)
                reply = (await table.branch())[-1]
                assert reply == end.message
                assert reply.status is status
                assert reply.content == ("Once upon" if status is MessageStatus.INCOMPLETE else "")
                assert reply.error == str(end.error)
            assert isinstance((await table.say("Again"))[-1], ReplyFinished)
            roles = [message["role"] for message in table.server.requests[-1]["messages"]]
            assert roles == ["system", *["user", "assistant"] * 2, "user", "user"]

    asyncio.run(main())


def test_an_error_line_is_no_content(tmp_path: Path) -> None:
    """NET-03."""

    async def script(answer: Answer) -> None:
        await answer.token("Once")
        await answer.line({"error": "model runner has unexpectedly stopped"})

    async def main() -> None:
        async with laid(tmp_path, script) as table:
            end = (await table.say("A story"))[-1]
            assert isinstance(end, ReplyFailed)
            assert isinstance(end.error, ReplyFailedMidway)
            assert "unexpectedly stopped" in end.message.error
            assert end.message.content == "Once"
            assert end.message.status is MessageStatus.INCOMPLETE

    asyncio.run(main())


def test_nothing_but_a_load_is_a_failure_of_ours(tmp_path: Path) -> None:
    """LangChain skips a `load` answer and then fails in its own way."""

    async def script(answer: Answer) -> None:
        await answer.line(
            {
                "model": "m",
                "created_at": "",
                "message": {"role": "assistant", "content": ""},
                "done": True,
                "done_reason": "load",
            }
        )
        answer.writer.write(b"0\r\n\r\n")

    async def main() -> None:
        async with laid(tmp_path, script) as table:
            end = (await table.say("Hello"))[-1]
            assert isinstance(end, ReplyFailed)
            assert end.message.status is MessageStatus.FAILED

    asyncio.run(main())


def test_an_overflow_is_sent_again_shorter(tmp_path: Path) -> None:
    def fits(count: int):
        async def script(answer: Answer) -> None:
            if len(answer.request["messages"]) > count:
                await answer.refuse(400, OVERFLOW)
            else:
                await says("ok")(answer)

        return script

    async def main() -> None:
        limit = [100]

        async def script(answer: Answer) -> None:
            await fits(limit[0])(answer)

        async with laid(tmp_path, script) as table:
            for number in range(8):
                await table.say(f"turn {number}")
            limit[0] = 6
            sent = len(table.server.requests)
            events = await table.say("and now?")
            end = events[-1]
            assert isinstance(end, ReplyFinished)
            counts = [len(r["messages"]) for r in table.server.requests[sent:]]
            assert counts == [18, 10, 6]
            first_seen = table.server.requests[-1]["messages"][1]["content"]
            assert first_seen == "turn 6"
            branch = await table.branch()
            assert end.message.run
            assert end.message.run.context_start == branch[12].id
            assert branch[12].content == "turn 6"
            assert branch[-1].run == end.message.run
            assert sum(isinstance(event, ReplyStarted) for event in events) == 1

            limit[0] = 1
            end = (await table.say("too long alone"))[-1]
            assert isinstance(end, ReplyFailed)
            assert isinstance(end.error, ContextOverflow)
            assert end.message.status is MessageStatus.FAILED

    asyncio.run(main())


def test_a_silent_cut_is_told(tmp_path: Path) -> None:
    """NET-22: the server read half a context of a prompt that nearly filled it."""

    async def main() -> None:
        script = in_turn([says("a", prompt_eval_count=2050), says("b", prompt_eval_count=2900)])
        async with laid(tmp_path, script) as table:
            long = "word " * 2500
            cut, whole = (await table.say(long))[-1], (await table.say("short"))[-1]
            assert isinstance(cut, ReplyFinished)
            assert cut.server_cut
            assert isinstance(whole, ReplyFinished)
            assert not whole.server_cut

    asyncio.run(main())


def test_silence_is_told_and_the_read_goes_on(tmp_path: Path) -> None:
    """NET-10, with the minute made short."""

    async def script(answer: Answer) -> None:
        await answer.token("a")
        await asyncio.sleep(0.4)
        await answer.token("b")
        await answer.done()

    async def main() -> None:
        pace = Pace(silence=0.1, reminder=0.05)
        async with laid(tmp_path, script, pace) as table:
            events = await table.say("Hello")
            waits = [event.seconds for event in events if isinstance(event, Waiting)]
            assert len(waits) >= 2
            assert waits == sorted(waits)
            assert text_of(events) == "ab"
            assert isinstance(events[-1], ReplyFinished)

    asyncio.run(main())


def test_regenerate_and_edit_make_siblings(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, says("r")) as table:
            for text in ("one", "two"):
                await table.say(text)
            one, first, two, second = await table.branch()

            events = await collect(
                table.session.regenerate(table.conversation_id, second.id, MODEL, PRESET)
            )
            assert isinstance(events[0], ReplyStarted)
            again = (await table.branch())[-1]
            assert again.siblings == (second.id, again.id)
            assert again.parent_id == two.id

            events = await collect(
                table.session.edit(table.conversation_id, one.id, "uno", MODEL, PRESET)
            )
            assert isinstance(events[0], MessageSaved)
            branch = await table.branch()
            assert [message.content for message in branch] == ["uno", "r"]
            assert branch[0].siblings == (one.id, branch[0].id)
            assert len(table.server.requests[-1]["messages"]) == 2

            # Not on show any more: it is shown again, and answered once more.
            await collect(table.session.regenerate(table.conversation_id, two.id, MODEL, PRESET))
            branch = await table.branch()
            assert [m.id for m in branch[:3]] == [one.id, first.id, two.id]
            assert len(branch[3].siblings) == 3

    asyncio.run(main())


def test_an_unknown_id_says_so(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, says("r")) as table:
            for turn in (
                table.session.regenerate(table.conversation_id, 99, MODEL, PRESET),
                table.session.edit(table.conversation_id, 99, "x", MODEL, PRESET),
                table.session.send(99, "x", MODEL, PRESET),
            ):
                with pytest.raises(LookupError):
                    await collect(turn)

    asyncio.run(main())


def test_two_conversations_at_once_do_not_mix(tmp_path: Path) -> None:
    """NET-28."""

    async def echo(answer: Answer) -> None:
        word = answer.request["messages"][-1]["content"]
        for _ in range(30):
            await answer.token(word)
            await asyncio.sleep(0.001)
        await answer.done()

    async def main() -> None:
        async with laid(tmp_path, echo) as table:
            other = await table.store.create()
            await asyncio.gather(
                table.say("a"),
                collect(table.session.send(other.id, "b", MODEL, PRESET)),
            )
            assert (await table.branch())[1].content == "a" * 30
            assert (await table.store.branch(other.id))[1].content == "b" * 30

    asyncio.run(main())


def test_a_conversation_erased_meanwhile_ends_the_turn(tmp_path: Path) -> None:
    async def script(answer: Answer) -> None:
        await answer.token("a")
        await asyncio.sleep(0.1)
        await answer.token("b")
        await answer.done()

    async def main() -> None:
        async with laid(tmp_path, script, Pace(checkpoint=0.01)) as table:
            turn = table.session.send(table.conversation_id, "Hello", MODEL, PRESET)
            async with aclosing(turn):
                await until(turn, ReplyToken)
                await table.store.delete(table.conversation_id)
                await table.store.purge_deleted()
                end = await until(turn, ReplyFinished)
            assert isinstance(end, ReplyFinished)
            assert end.message.content == "ab"
            assert len(table.session.unsaved) == 0

    asyncio.run(main())

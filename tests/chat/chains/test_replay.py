"""A conversation asked again on another model, while nobody looks."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from chat.scripted import Answer, says
from chat.table import MODEL, PRESET, Table, eventually, laid
from gui.chat import Choice
from gui.records import MessageStatus, ReplayRow, Role

OTHER = Choice(replace(MODEL, name="other:1b"), PRESET)


async def by_model(answer: Answer) -> None:
    question = answer.request["messages"][-1]["content"]
    if answer.request["model"] == "other:1b" and question == "two":
        await answer.refuse(500, "out of memory")
    elif question == "three":
        await says("the same")(answer)
    else:
        await says(answer.request["model"], " says")(answer)


async def rows_of(table: Table) -> list[ReplayRow]:
    async with aclosing(table.session.replay(table.conversation_id, OTHER)) as rows:
        return [row async for row in rows]


def test_every_question_is_asked_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, by_model) as table:
            for text in ("one", "two", "three"):
                await table.say(text)
            one, two, three = await rows_of(table)
            assert (one.number, one.total, one.question.content) == (1, 3, "one")
            assert one.old
            assert one.new
            assert (one.old.content, one.new.content) == ("m:1b says", "other:1b says")
            assert not one.same
            assert one.tokens == 2
            assert one.tokens_per_second > 0
            assert 0 < one.seconds < 60
            assert one.error == ""
            assert "out of memory" in two.error
            assert two.new
            assert two.new.status is MessageStatus.FAILED
            assert three.same

            new = await table.store.get(one.conversation_id)
            assert new.title == "one on other:1b"
            assert new.model == "other:1b"
            branch = await table.store.branch(new.id)
            asked = [message.content for message in branch if message.role is Role.USER]
            assert asked == ["one", "two", "three"]
            assert len(await table.branch()) == 6
            sent = table.server.requests[-1]["messages"]
            assert [m["content"] for m in sent[1:]] == ["one", "other:1b says", "two", "three"]

    asyncio.run(main())


def test_stopping_keeps_what_there_is(tmp_path: Path) -> None:
    async def script(answer: Answer) -> None:
        await answer.token("a")
        if answer.request["model"] == "other:1b":
            await answer.gone()
        await answer.done()

    async def main() -> None:
        async with laid(tmp_path, script) as table:
            for text in ("one", "two"):
                await table.say(text)
            task = asyncio.create_task(rows_of(table))
            await eventually(lambda: len(table.server.requests) == 3)
            await asyncio.sleep(0.05)
            task.cancel()
            [row] = await task
            assert row.new
            assert row.new.status is MessageStatus.STOPPED
            assert len(table.server.requests) == 3

    asyncio.run(main())


def test_a_question_without_a_reply(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, says("a")) as table:
            await table.store.add_message(table.conversation_id, None, Role.USER, "alone")
            [row] = await rows_of(table)
            assert row.old is None
            assert row.new
            assert not row.same

    asyncio.run(main())

"""The store of conversations, method by method."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import apsw
import pytest

from gui.records import Message, MessageStatus, Options, Role, RunRecord, Statistics
from gui.storage import ConversationStore, Database, messages

Scenario = Callable[[ConversationStore], Awaitable[None]]

RUN = RunRecord(
    model="smollm2:135m",
    digest="sha256:abc",
    server="built-in",
    preset="default",
    system="You are 온돌.",
    options=Options(num_ctx=4096, temperature=0.7, stop=("\n", "###")),
    context_start=3,
)
STATISTICS = Statistics(10, 20, 5_000_000_000, 1, 2, 3_000_000_000, 4, "stop")


def run(
    scenario: Scenario, path: Path | None = None, clock: Callable[[], float] | None = None
) -> None:
    """`scenario` with a store of its own."""

    async def main() -> None:
        database = await Database.open(path)
        store = ConversationStore(database, clock) if clock else ConversationStore(database)
        await scenario(store)
        await database.close()

    asyncio.run(main())


def _ids(messages: tuple[Message, ...]) -> list[int]:
    return [message.id for message in messages]


def test_a_conversation_is_made_renamed_and_given_a_model() -> None:
    async def scenario(store: ConversationStore) -> None:
        made = await store.create("첫 대화", "smollm2:135m", "default")
        assert (made.title, made.model, made.preset) == ("첫 대화", "smollm2:135m", "default")
        assert made.leaf_id is None
        assert await store.get(made.id) == made
        assert (await store.rename(made.id, "온돌")).title == "온돌"
        assert (await store.choose(made.id, preset="poet")).model == "smollm2:135m"
        chosen = await store.choose(made.id, model="llama3.2:1b")
        assert (chosen.title, chosen.model, chosen.preset) == ("온돌", "llama3.2:1b", "poet")
        assert await store.get(made.id) == chosen

    run(scenario)


def test_a_draft_is_kept() -> None:
    async def scenario(store: ConversationStore) -> None:
        made = await store.create()
        assert await store.draft(made.id) == ""
        await store.save_draft(made.id, "half a thou")
        assert await store.draft(made.id) == "half a thou"
        await store.save_draft(made.id, "")
        assert await store.draft(made.id) == ""

    run(scenario)


def test_the_last_spoken_in_comes_first_whatever_the_clock_says() -> None:
    """SYS-06: the clock goes back an hour with each look at it."""
    times: Iterator[float] = iter(range(1_000_000, 0, -3600))

    async def scenario(store: ConversationStore) -> None:
        first, second, third = [await store.create(title) for title in ("1", "2", "3")]
        assert [c.title for c in await store.list()] == ["3", "2", "1"]
        prompt = await store.add_message(first.id, None, Role.USER, "hi")
        reply = await store.add_message(first.id, prompt.id, Role.ASSISTANT, "hello")
        assert reply.created_at < prompt.created_at
        assert [c.title for c in await store.list()] == ["1", "3", "2"]
        await store.rename(second.id, "2, renamed")
        await store.save_draft(third.id, "draft")
        assert [c.title for c in await store.list()] == ["1", "3", "2, renamed"]
        assert _ids(await store.branch(first.id)) == [prompt.id, reply.id]

    run(scenario, clock=lambda: next(times))


def test_the_list_comes_in_pages() -> None:
    async def scenario(store: ConversationStore) -> None:
        made = [await store.create(str(number)) for number in range(5)]
        page = await store.list(limit=2)
        assert page == (made[4], made[3])
        page = await store.list(limit=2, before=page[-1])
        assert page == (made[2], made[1])
        page = await store.list(limit=2, before=page[-1])
        assert page == (made[0],)
        assert await store.list(limit=2, before=page[-1]) == ()

    run(scenario)


def test_delete_can_be_undone_until_the_purge() -> None:
    async def scenario(store: ConversationStore) -> None:
        older, newer = await store.create("older"), await store.create("newer")
        prompt = await store.add_message(older.id, None, Role.USER, "hi")
        await store.add_message(newer.id, None, Role.USER, "hi")
        await store.delete(older.id)
        assert [c.title for c in await store.list()] == ["newer"]
        assert (await store.undelete(older.id)).title == "older"
        assert [c.title for c in await store.list()] == ["newer", "older"]
        assert await store.branch(older.id) == (prompt,)
        await store.delete(older.id)
        assert await store.purge_deleted() == 1
        assert await store.purge_deleted() == 0
        assert await store.branch(older.id) == ()
        with pytest.raises(LookupError):
            await store.undelete(older.id)

    run(scenario)


def test_an_id_is_never_given_twice() -> None:
    async def scenario(store: ConversationStore) -> None:
        gone = await store.create()
        message = await store.add_message(gone.id, None, Role.USER, "hi")
        await store.delete(gone.id)
        await store.purge_deleted()
        made = await store.create()
        assert made.id > gone.id
        assert (await store.add_message(made.id, None, Role.USER, "hi")).id > message.id

    run(scenario)


def test_purged_text_is_overwritten(tmp_path: Path) -> None:
    async def scenario(store: ConversationStore) -> None:
        secret = await store.create("secret title")
        await store.add_message(secret.id, None, Role.USER, "secret prompt " * 1000)
        await store.delete(secret.id)
        await store.purge_deleted()

    run(scenario, tmp_path / "c.db")
    assert b"secret" not in (tmp_path / "c.db").read_bytes()


def test_a_reply_from_its_first_token_to_its_end(tmp_path: Path) -> None:
    async def scenario(store: ConversationStore) -> None:
        conversation = await store.create()
        prompt = await store.add_message(conversation.id, None, Role.USER, "hi")
        assert (prompt.role, prompt.status) == (Role.USER, MessageStatus.COMPLETE)
        assert prompt.siblings == (prompt.id,)
        reply = await store.add_message(
            conversation.id,
            prompt.id,
            Role.ASSISTANT,
            "",
            status=MessageStatus.STREAMING,
            model="smollm2:135m",
            run=RUN,
        )
        await store.update_message(reply.id, thinking="Hm.")
        await store.update_message(reply.id, content="Hel")
        done = await store.update_message(
            reply.id, content="Hello.", status=MessageStatus.COMPLETE, statistics=STATISTICS
        )
        assert (done.content, done.thinking) == ("Hello.", "Hm.")
        assert (done.run, done.statistics) == (RUN, STATISTICS)
        assert await store.branch(conversation.id) == (prompt, done)
        assert (await store.get(conversation.id)).leaf_id == done.id

    run(scenario, tmp_path / "c.db")


def test_a_failed_reply_keeps_its_reason() -> None:
    async def scenario(store: ConversationStore) -> None:
        conversation = await store.create()
        reply = await store.add_message(conversation.id, None, Role.ASSISTANT, "so far")
        failed = await store.update_message(
            reply.id, status=MessageStatus.FAILED, error="The server stopped the reply."
        )
        assert (failed.content, failed.error) == ("so far", "The server stopped the reply.")
        assert await store.branch(conversation.id) == (failed,)

    run(scenario)


def test_siblings_and_the_branch_on_show() -> None:
    """A prompt, its reply regenerated; the prompt edited; then back to the first."""

    async def scenario(store: ConversationStore) -> None:
        conversation = (await store.create()).id
        prompt = await store.add_message(conversation, None, Role.USER, "hi")
        first = await store.add_message(conversation, prompt.id, Role.ASSISTANT, "one")
        follow = await store.add_message(conversation, first.id, Role.USER, "and?")
        second = await store.add_message(conversation, prompt.id, Role.ASSISTANT, "two")
        assert second.siblings == (first.id, second.id)
        edited = await store.add_message(conversation, None, Role.USER, "hello")
        assert edited.siblings == (prompt.id, edited.id)
        assert _ids(await store.branch(conversation)) == [edited.id]
        shown = await store.show_branch(conversation, first.id)
        assert _ids(shown) == [prompt.id, first.id, follow.id]
        assert shown[0].siblings == (prompt.id, edited.id)
        assert shown[1].siblings == (first.id, second.id)
        assert await store.branch(conversation) == shown
        assert _ids(await store.show_branch(conversation, prompt.id)) == [prompt.id, second.id]

    run(scenario)


def test_recover_ends_what_was_streaming(tmp_path: Path) -> None:
    async def scenario(store: ConversationStore) -> None:
        conversation = await store.create()
        done = await store.add_message(conversation.id, None, Role.USER, "hi")
        await store.add_message(
            conversation.id, done.id, Role.ASSISTANT, "so f", status=MessageStatus.STREAMING
        )
        assert await store.recover() == 1
        assert await store.recover() == 0
        user, reply = await store.branch(conversation.id)
        assert (user, reply.status) == (done, MessageStatus.INCOMPLETE)
        assert reply.content == "so f"

    run(scenario, tmp_path / "c.db")


def test_what_is_not_there_is_a_lookup_error() -> None:
    async def scenario(store: ConversationStore) -> None:
        here, other = await store.create(), await store.create()
        message = await store.add_message(here.id, None, Role.USER, "hi")
        gone = await store.create()
        await store.delete(gone.id)
        for attempt in (
            store.get(99),
            store.get(gone.id),
            store.rename(99, "title"),
            store.save_draft(99, "text"),
            store.delete(gone.id),
            store.undelete(here.id),
            store.add_message(99, None, Role.USER, "hi"),
            store.add_message(gone.id, None, Role.USER, "hi"),
            store.add_message(here.id, 99, Role.USER, "hi"),
            store.add_message(other.id, message.id, Role.USER, "another's child"),
            store.update_message(99, content="text"),
            store.show_branch(other.id, message.id),
        ):
            with pytest.raises(LookupError):
                await attempt
        assert await store.branch(here.id) == (message,)
        assert await store.branch(other.id) == ()

    run(scenario)


def test_a_conversation_keeps_its_own_temperature() -> None:
    async def scenario(store: ConversationStore) -> None:
        made = await store.create(preset="quick")
        other = await store.create()
        assert made.temperature is None
        assert (await store.set_temperature(made.id, 0.2)).temperature == 0.2
        assert (await store.choose(made.id, preset="tutor")).temperature == 0.2
        assert (await store.get(other.id)).temperature is None
        assert [each.temperature for each in await store.list()] == [None, 0.2]
        assert (await store.set_temperature(made.id, None)).temperature is None
        await store.delete(made.id)
        with pytest.raises(LookupError):
            await store.set_temperature(made.id, 0.7)

    run(scenario)


def test_a_deleted_conversation_keeps_the_end_of_its_reply() -> None:
    async def scenario(store: ConversationStore) -> None:
        conversation = await store.create()
        reply = await store.add_message(conversation.id, None, Role.ASSISTANT, "so f")
        await store.delete(conversation.id)
        await store.update_message(reply.id, content="so far")
        await store.undelete(conversation.id)
        assert [m.content for m in await store.branch(conversation.id)] == ["so far"]

    run(scenario)


def test_a_conversation_of_twenty_thousand_messages(folder: Path) -> None:
    """DB-18, its correctness: made, shown, and deleted again."""

    async def scenario() -> None:
        database = await Database.open(folder / "c.db")
        store = ConversationStore(database)
        conversation = (await store.create()).id

        def fill(connection: apsw.Connection) -> None:
            parent = None
            for number in range(20_000):
                role = Role.ASSISTANT if number % 2 else Role.USER
                message = Message(0, conversation, parent, role, str(number))
                parent = messages.insert(connection, message).id

        await database.write(fill)
        shown = await store.branch(conversation)
        assert [message.content for message in shown] == [str(n) for n in range(20_000)]
        assert all(child.parent_id == above.id for above, child in itertools.pairwise(shown))
        await store.delete(conversation)
        assert await store.purge_deleted() == 1
        await database.close()

    asyncio.run(scenario())

"""DB-09, DB-10: a damaged row spoils its own message and no other."""

from __future__ import annotations

import asyncio

import apsw
import pytest

from gui.records import Message, Role, RunRecord, Statistics
from gui.storage import ConversationStore, Database


def _after(damage: str) -> tuple[Message, ...]:
    """Three messages read back after `damage` (SQL) was done to the second."""

    async def scenario() -> tuple[Message, ...]:
        database = await Database.open(None)
        store = ConversationStore(database)
        conversation = await store.create()
        parent = None
        for number in range(3):
            message = await store.add_message(
                conversation.id, parent, Role.ASSISTANT, f"text {number}", run=RunRecord("m")
            )
            await store.update_message(message.id, statistics=Statistics(eval_count=number))
            parent = message.id

        def spoil(connection: apsw.Connection) -> None:
            connection.execute(f"UPDATE messages SET {damage} WHERE id = 2")

        await database.write(spoil)
        shown = await store.branch(conversation.id)
        await database.close()
        return shown

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("damage", "content"),
    [
        ("content = 'texd 1'", "texd 1"),
        ("content = CAST(x'74657874ff31' AS TEXT)", "text\ufffd1"),
        ("thinking = 'never thought'", "text 1"),
    ],
    ids=["bit rot", "not UTF-8", "in the thinking"],
)
def test_a_damaged_text_says_so(damage: str, content: str) -> None:
    first, second, third = _after(damage)
    assert (first.content, third.content) == ("text 0", "text 2")
    assert (first.error, third.error) == ("", "")
    assert second.content == content
    assert second.error == "This message was damaged on the disk."


@pytest.mark.parametrize("json", ["", "{", "[1]", "null"])
def test_damaged_figures_are_left_out(json: str) -> None:
    second = _after(f"statistics = '{json}', run = '{json}'")[1]
    assert (second.content, second.error) == ("text 1", "")
    assert (second.statistics, second.run) == (None, None)


def test_figures_of_a_newer_version_are_read_as_far_as_known() -> None:
    second = _after("""statistics = '{"eval_count": 7, "watts": 3}'""")[1]
    assert second.statistics == Statistics(eval_count=7)

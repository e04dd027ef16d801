"""DB-05: whatever text reaches the window can be saved and is read back the same."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.records import Role
from gui.storage import ConversationStore, Database, clean_text

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "saved"),
    [
        ("", ""),
        ("따뜻한 바닥 🔥\r\n\t\x1b[0m\u2028", "따뜻한 바닥 🔥\r\n\t\x1b[0m\u2028"),
        ("half \ud83d", "half \ufffd"),
        ("\udd25 the other half", "\ufffd the other half"),
        ("joined \ud83d\udd25", "joined 🔥"),
        ("a\0b", "a\ufffdb"),
    ],
)
def test_clean_text(text: str, saved: str) -> None:
    assert clean_text(text) == saved


@settings(deadline=None)
@given(ANY_TEXT)
def test_clean_text_can_be_saved(text: str) -> None:
    saved = clean_text(text)
    assert "\0" not in saved
    assert saved.encode().decode() == saved
    assert clean_text(saved) == saved


@settings(deadline=None)
@given(st.text())
def test_clean_text_leaves_good_text_alone(text: str) -> None:
    assert clean_text(text) == text.replace("\0", "\ufffd")


@settings(deadline=None, max_examples=50)
@given(st.lists(ANY_TEXT, min_size=1, max_size=20))
def test_any_text_comes_back(texts: list[str]) -> None:
    async def scenario() -> None:
        database = await Database.open(None)
        store = ConversationStore(database)
        conversation = await store.create(texts[0], texts[0], texts[0])
        await store.save_draft(conversation.id, texts[-1])
        parent = None
        for text in texts:
            message = await store.add_message(
                conversation.id, parent, Role.USER, text, thinking=text, model=text
            )
            await store.update_message(message.id, error=text)
            parent = message.id
        again = await store.get(conversation.id)
        assert (again.title, again.model, again.preset) == (clean_text(texts[0]),) * 3
        assert await store.draft(conversation.id) == clean_text(texts[-1])
        for text, message in zip(texts, await store.branch(conversation.id), strict=True):
            kept = (message.content, message.thinking, message.model, message.error)
            assert kept == (clean_text(text),) * 4
        await database.close()

    asyncio.run(scenario())

"""UI-05: whatever is sent, regenerated, edited and switched, the tree is the one a model has."""

from __future__ import annotations

import asyncio

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gui.records import Message, Role
from gui.storage import ConversationStore, Database


class MessageTree(RuleBasedStateMachine):
    """One conversation in memory beside a dict of its messages."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = self.runner.run(Database.open(None))
        self.store = ConversationStore(self.database)
        self.nodes: dict[int, Message] = {}
        self.leaf: int | None = None

    @initialize()
    def start(self) -> None:
        self.conversation = self.runner.run(self.store.create()).id
        other = self.runner.run(self.store.create()).id
        self.runner.run(self.store.add_message(other, None, Role.USER, "another tree"))

    @rule(
        data=st.data(), role=st.sampled_from([Role.USER, Role.ASSISTANT]), text=st.text(max_size=9)
    )
    def add(self, data: st.DataObject, role: Role, text: str) -> None:
        """At the leaf (a turn) or anywhere (an edit, a reply regenerated)."""
        parent = data.draw(st.sampled_from([self.leaf, None, *self.nodes]))
        message = self.runner.run(self.store.add_message(self.conversation, parent, role, text))
        assert message.siblings == (*self._siblings(message), message.id)
        self.nodes[message.id] = message
        self.leaf = message.id

    @precondition(lambda self: self.nodes)
    @rule(data=st.data())
    def show(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(list(self.nodes)))
        self.runner.run(self.store.show_branch(self.conversation, chosen))
        self.leaf = max(node for node in self.nodes if chosen in self._path(node))

    @precondition(lambda self: self.nodes)
    @rule(data=st.data(), text=st.text(max_size=9))
    def checkpoint(self, data: st.DataObject, text: str) -> None:
        chosen = data.draw(st.sampled_from(list(self.nodes)))
        self.nodes[chosen] = self.runner.run(self.store.update_message(chosen, content=text))

    @rule()
    def delete_and_undo(self) -> None:
        self.runner.run(self.store.delete(self.conversation))
        self.runner.run(self.store.undelete(self.conversation))

    @invariant()
    def the_branch_on_show_is_the_path_to_the_leaf(self) -> None:
        if self.leaf is None:
            return
        shown = self.runner.run(self.store.branch(self.conversation))
        assert [message.id for message in shown] == self._path(self.leaf)
        for message in shown:
            assert message.content == self.nodes[message.id].content
            assert message.siblings == self._siblings(message)
        assert self.runner.run(self.store.get(self.conversation)).leaf_id == self.leaf

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()

    def _path(self, node: int | None) -> list[int]:
        path: list[int] = []
        while node is not None:
            path.insert(0, node)
            node = self.nodes[node].parent_id
        return path

    def _siblings(self, message: Message) -> tuple[int, ...]:
        return tuple(
            node.id
            for node in self.nodes.values()
            if (node.parent_id, node.role) == (message.parent_id, message.role)
        )


TestMessageTree = MessageTree.TestCase
TestMessageTree.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)

"""A template executed: nodes and data in, text out, within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gui.engine.templates.budget import Budget
from gui.engine.templates.errors import CallError
from gui.engine.templates.evaluator import Evaluator
from gui.engine.templates.nodes import Action, Block, Branch, Invocation, Jump, Pipe, Text
from gui.engine.templates.values import Struct, quoted, shown, text, truth

_DEEPEST = 120


def execute(
    source: str, blocks: Mapping[str, Block], data: Mapping[str, Any], budget: Budget
) -> str:
    """The text of the template under the name "" for `data`; raises TemplateError.

    `source` is the template's text, for the places in errors.
    """
    run = _Run(source, blocks, budget)
    run.block(data, blocks[""])
    return "".join(run.output)


class _Run(Evaluator):
    def __init__(self, source: str, blocks: Mapping[str, Block], budget: Budget) -> None:
        super().__init__(source, blocks[""], budget)
        self._blocks = blocks
        self._depth = 0
        self.output: list[str] = []

    def block(self, dot: Any, block: Block) -> str:
        """Execute the nodes; "break" or "continue" if one of them says so, else ""."""
        if not self.variables:
            self.variables.append(["$", dot])
        for node in block.nodes:
            self.at = node
            try:
                self.budget.step()
                if type(node) is Text:
                    self.budget.spend(len(node.text))
                    self.output.append(node.text)
                    continue
                if type(node) is Action:
                    self._action(dot, node)
                    continue
            except CallError as problem:
                self.fail(str(problem))
            if type(node) is Branch:
                jump = self._branch(dot, node)
                if jump:
                    return jump
            elif type(node) is Jump:
                return node.keyword
            elif type(node) is Invocation:
                self._invocation(dot, node)
        return ""

    def _action(self, dot: Any, node: Action) -> None:
        value = self.pipe(dot, node.pipe)
        if not node.pipe.declared:
            self.at = node
            written = shown(value)
            self.budget.spend(len(written))
            self.output.append(written)

    def _branch(self, dot: Any, node: Branch) -> str:
        mark = len(self.variables)
        self._deeper()
        if node.keyword == "range":
            jump = self._range(dot, node)
        else:
            value = self.pipe(dot, node.pipe)
            jump = ""
            if truth(value):
                jump = self.block(value if node.keyword == "with" else dot, node.body)
            elif node.otherwise is not None:
                jump = self.block(dot, node.otherwise)
        self._depth -= 1
        del self.variables[mark:]
        return jump

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            self.fail(f"exceeded maximum template depth ({_DEEPEST})")

    def _range(self, dot: Any, node: Branch) -> str:
        value = self.pipe(dot, node.pipe)
        mark = len(self.variables)
        empty = True
        for index, item in self._items(value, node.pipe):
            empty = False
            self._take_turn(node.pipe, index, item)
            jump = self.block(item, node.body)
            del self.variables[mark:]
            if jump == "break":
                break
            self._step()
        if not empty or node.otherwise is None:
            return ""
        jump = self.block(dot, node.otherwise)
        return "" if jump == "break" else jump

    def _step(self) -> None:
        try:
            self.budget.step()
        except CallError as problem:
            self.fail(str(problem))

    def _items(self, value: Any, pipe: Pipe) -> Iterable[tuple[Any, Any]]:
        match value:
            case None:
                return ()
            case list():
                return enumerate(value)
            case dict():
                return ((key, value[key]) for key in sorted(value))
            case bool() | float() | str() | Struct():
                self.fail(f"range can't iterate over {text(value)}")
        if len(pipe.declared) > 1:
            self.fail(f"can't use {value} to iterate over more than one variable")
        return ((None, number) for number in range(value))

    def _take_turn(self, pipe: Pipe, index: Any, item: Any) -> None:
        """Set the variables of a range for one turn."""
        match pipe.declared:
            case [one]:
                taken = [(one, item)]
            case [first, second]:
                taken = [(first, index), (second, item)]
            case _:
                return
        for offset, (name, value) in enumerate(taken):
            if pipe.assigns:
                self.assign(name, value)
            else:
                self.variables[offset - len(taken)][1] = value

    def _invocation(self, dot: Any, node: Invocation) -> None:
        block = self._blocks.get(node.name)
        if block is None:
            self.fail(f"template {quoted(node.name)} not defined")
        self._deeper()
        given = None if node.pipe is None else self.pipe(dot, node.pipe)
        outer = self.variables, self.name
        self.variables, self.name = [["$", given]], node.name
        self.block(given, block)
        self.variables, self.name = outer
        self._depth -= 1

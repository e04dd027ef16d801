"""The contract of Ollama's API in rows, and which tests prove each of them.

The rows are in contract.toml. Run as a program, it prints the table.
"""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent.parent

Test = TypeVar("Test", bound=Callable[..., Any])

_written = tomllib.loads((HERE / "contract.toml").read_text("utf-8"))
ROWS: Mapping[str, str] = _written["rows"]
"""A sentence for each row."""
NOT_OFFERED: Mapping[str, str] = _written["not_offered"]
"""Rows that this engine does not keep, and why."""
ELSEWHERE: Mapping[str, list[str]] = _written["elsewhere"]
"""Rows that tests outside this folder prove: `file::test`, the file below tests/."""


def covers(*rows: str) -> Callable[[Test], Test]:
    """Says which rows the test proves; raises KeyError for one that is none."""
    for row in rows:
        if row not in ROWS:
            raise KeyError(row)

    def same(test: Test) -> Test:
        return test

    return same


def covered() -> dict[str, list[str]]:
    """The tests that prove each row, as `file::test`."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(HERE.glob("test_*.py")):
        for test, rows in _marked(ast.parse(path.read_text("utf-8"))):
            for row in rows:
                found[row].append(f"{path.relative_to(TESTS)}::{test}")
    for row, tests in ELSEWHERE.items():
        found[row] += tests
    return dict(found)


def _marked(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Each test function of a module with the rows it says to prove."""
    for node in module.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for call in node.decorator_list:
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "covers":
                yield node.name, [ast.literal_eval(row) for row in call.args]


def exists(test: str) -> bool:
    """Whether there is such a test."""
    path, _, name = test.partition("::")
    file = TESTS / path
    if not file.is_file():
        return False
    body = ast.parse(file.read_text("utf-8")).body
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in body)


def table() -> Iterator[str]:
    """Every row: its sentence, and its tests or why there is none."""
    tests = covered()
    for row, sentence in ROWS.items():
        yield f"{row:<24} {sentence}"
        for test in tests.get(row, ()):
            yield f"{'':<24}   {test}"
        if row in NOT_OFFERED:
            yield f"{'':<24}   not offered: {NOT_OFFERED[row]}"


def main() -> None:
    """Print the table and how many rows are kept."""
    kept = len(ROWS) - len(NOT_OFFERED)
    print("\n".join(table()))  # noqa: T201 - this is what it is for
    print(f"\n{kept} of {len(ROWS)} rows are kept, {len(NOT_OFFERED)} not offered")  # noqa: T201


if __name__ == "__main__":
    main()

"""Every row of the contract is proven by a test, or said not to be offered."""

from __future__ import annotations

import subprocess
import sys

from engine.conformance import contract


def test_every_row_is_proven_or_not_offered() -> None:
    proven = set(contract.covered())
    assert len(contract.ROWS) > 200
    missing = set(contract.ROWS) - proven - set(contract.NOT_OFFERED)
    assert not missing, f"no test covers {sorted(missing)}: write one or say why not"
    both = proven & set(contract.NOT_OFFERED)
    assert not both, f"{sorted(both)} are proven: take them out of [not_offered]"


def test_no_test_names_a_row_that_is_none() -> None:
    named = {*contract.covered(), *contract.NOT_OFFERED}
    assert named <= set(contract.ROWS), sorted(named - set(contract.ROWS))


def test_the_tests_elsewhere_are_there() -> None:
    gone = [
        test for tests in contract.ELSEWHERE.values() for test in tests if not contract.exists(test)
    ]
    assert not gone, f"[elsewhere] points to tests that are gone: {gone}"


def test_the_table_is_printed() -> None:
    run = subprocess.run(
        [sys.executable, contract.__file__], capture_output=True, text=True, check=True
    )
    assert all(row in run.stdout for row in contract.ROWS)

"""What a check found in a file, on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from gui.records import Diagnostic, Severity


def tell(label: str, findings: Iterable[Diagnostic]) -> None:
    """Findings as compilers write them, which editors understand; columns count from 1."""
    for found in findings:
        mend = f" ({found.mend})" if found.mend else ""
        place = f"{label}:{found.line}:{found.column + 1}"
        print(f"{place}: {found.severity.value}: {found.message}{mend}", file=sys.stderr)


def has_errors(findings: Iterable[Diagnostic]) -> bool:
    """Whether one of them forbids to go on."""
    return any(finding.severity is Severity.ERROR for finding in findings)

"""The table of a replay as files that other programs open."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from gui.language import tr
from gui.records import ReplayRow

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARKS = re.compile(r"([\\|<])")
_BREAK = re.compile(r"\r\n|[\n\r\u2028\u2029]")


def headings() -> tuple[str, ...]:
    """What stands over the columns."""
    return (
        "#",
        tr("Question"),
        tr("Old reply"),
        tr("New reply"),
        tr("Same?"),
        tr("Seconds"),
        tr("Tokens"),
        tr("Tokens/s"),
        tr("Error"),
    )


def as_csv(rows: Sequence[ReplayRow]) -> str:
    """RFC 4180, with a byte order mark, by which spreadsheets know UTF-8.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings())
    for row in rows:
        writer.writerow([_harmless(cell) for cell in _cells(row)])
    return "\ufeff" + out.getvalue()


def as_markdown(title: str, rows: Sequence[ReplayRow]) -> str:
    """A heading and a table; what would end a cell is escaped."""
    lines = [f"# {_cell(title or tr('Conversation'))}", "", _line(headings())]
    lines.append("|" + " --- |" * len(headings()))
    lines += [_line([_cell(cell) for cell in _cells(row)]) for row in rows]
    return "\n".join(lines) + "\n"


def _cells(row: ReplayRow) -> tuple[str, ...]:
    return (
        str(row.number),
        row.question.content,
        row.old.content if row.old is not None else "",
        row.new.content if row.new is not None else "",
        tr("yes") if row.same else tr("no"),
        f"{row.seconds:.1f}",
        str(row.tokens),
        f"{row.tokens_per_second:.1f}",
        row.error,
    )


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _cell(text: str) -> str:
    return _BREAK.sub("<br>", _MARKS.sub(r"\\\1", text))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"

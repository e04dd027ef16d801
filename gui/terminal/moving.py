"""A pull or create run to its end, with its progress on the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

from gui.errors import ModelNotListed, TransferInterrupted
from gui.language import tr
from gui.models.names import same_name
from gui.models.status_words import kept_sentence
from gui.models.transfers.entry import Entry
from gui.models.transfers.jobs import Job
from gui.records import ModelInfo, TransferState
from gui.terminal.progress import ProgressLine
from gui.terminal.shared import complain
from gui.widgets.models.words import size_text

if TYPE_CHECKING:
    from gui.models.client import ModelClient

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further try, while the network is not there; then it is given up."""
_BEAT_SECONDS = 1.0


async def move(client: ModelClient, job: Job) -> ModelInfo:
    """Run a job to its end; the model as the server lists it then.

    Raises OndolError, CancelledError on Ctrl+C after saying what is kept.
    """
    entry = Entry("", client.endpoint.key, job, TransferState.RUNNING)
    line = ProgressLine(sys.stderr)
    beat = asyncio.create_task(_beat(entry, line), name="progress")
    try:
        await _try_until_done(client, entry, line)
    except asyncio.CancelledError:
        line.end()
        complain(f"{tr('Stopped.')} {kept_sentence(job.kind)}")
        raise
    finally:
        beat.cancel()
        line.end()
    models = await client.list_models()
    found = next((model for model in models if same_name(model.name, job.name)), None)
    if found is None:
        raise ModelNotListed(job.name)
    return found


def ready_line(model: ModelInfo) -> str:
    """The one line at the end."""
    facts = [size_text(model.size), model.digest.removeprefix("sha256:")[:12]]
    known = ", ".join(fact for fact in facts if fact)
    return tr("{name} is ready: {facts}", name=model.name, facts=known)


async def _try_until_done(client: ModelClient, entry: Entry, line: ProgressLine) -> None:
    """Try again while the network is not there; bytes that come begin the count anew."""
    failures = 0
    while True:
        before = entry.progress.completed
        entry.begin()
        try:
            async with aclosing(entry.job.run(client)) as steps:
                async for step in steps:
                    entry.take(step)
                    line.show(entry.shown())
        except TransferInterrupted:
            failures = 0 if entry.progress.completed > before else failures + 1
            if failures > len(PAUSES):
                raise
            await _wait(entry, PAUSES[max(failures - 1, 0)])
        else:
            return


async def _wait(entry: Entry, seconds: float) -> None:
    """Wait, which `_beat` shows."""
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    while (left := until - clock()) > 0:
        entry.waits = left
        await asyncio.sleep(min(left, _BEAT_SECONDS))
    entry.waits = 0.0


async def _beat(entry: Entry, line: ProgressLine) -> None:
    """Show that a speed sinks and a stall lasts."""
    with contextlib.suppress(OSError):
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            entry.meter.note(entry.progress.moved)
            line.show(entry.shown())

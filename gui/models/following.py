"""One request of `/api/pull`, `/api/push` or `/api/create`, followed to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from gui.errors import (
    EngineStopped,
    NotOllama,
    OndolError,
    ReplyFailedMidway,
    RequestRefused,
    ServerBusy,
    ServerUnreachable,
    StreamCut,
    StreamError,
    TransferInterrupted,
)
from gui.language import tr
from gui.models.progress import LayerSums, Progress
from gui.models.status_words import failed, kept_sentence, plain_refusal, plain_status
from gui.records import TransferKind

if TYPE_CHECKING:
    from gui.models.client import ModelClient

SILENCE_SECONDS = 60.0
"""Ollama tells how far a layer is 16 times a second, our engine once: longer is a dead line."""


async def follow(
    client: ModelClient,
    kind: TransferKind,
    name: str,
    body: Mapping[str, Any],
    sums: LayerSums,
    silence: float | None = None,
) -> AsyncGenerator[Progress, None]:
    """The steps of the server's work, at most one for all lines that come at once.

    `silence` is how many seconds may pass without a line while bytes come. Closing this ends
    the work at the server. Raises TransferInterrupted when it is worth
    another try, else TransferFailed or another OndolError.
    """
    sums.begin_again()
    path = f"/api/{kind.value}"
    try:
        async with aclosing(client.progress(path, body)) as batches:
            while True:
                # Only while bytes come is silence a fault: checking them takes its time.
                async with asyncio.timeout(silence if sums.is_moving else None):
                    batch = await anext(batches, None)
                if batch is None:
                    return
                yield _step(batch, sums)
    except TimeoutError:
        what = tr("Nothing came for {seconds} seconds.", seconds=round(silence or 0))
        raise TransferInterrupted(what, kept_sentence(kind)) from None
    except OndolError as error:
        raise in_plain_words(kind, name, error) from error


def in_plain_words(kind: TransferKind, name: str, error: OndolError) -> OndolError:
    """An error of a server as an error about this transfer, in words that fit it."""
    if isinstance(error, ReplyFailedMidway | RequestRefused):
        return plain_refusal(kind, name, error.text)
    if isinstance(error, ServerUnreachable | EngineStopped | ServerBusy | StreamCut):
        return TransferInterrupted(error.what, kept_sentence(kind), error.detail)
    if isinstance(error, StreamError | NotOllama):
        return failed(kind, name, error.what)
    return error


def _step(batch: list[dict[str, Any]], sums: LayerSums) -> Progress:
    for line in batch:
        sums.add(line)
    last = batch[-1] if batch else {}
    number = sums.number(last.get("digest", ""))
    status = plain_status(last.get("status", ""), number)
    return Progress(status, sums.completed, sums.total, sums.moved)

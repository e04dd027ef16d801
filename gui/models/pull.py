"""Models pulled and pushed by a server, as steps with plain words and bytes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from gui.models.following import SILENCE_SECONDS, follow
from gui.models.progress import LayerSums, Progress
from gui.records import TransferKind

if TYPE_CHECKING:
    from gui.models.client import ModelClient


def pull(
    client: ModelClient,
    name: str,
    *,
    insecure: bool = False,
    sums: LayerSums | None = None,
    silence: float = SILENCE_SECONDS,
) -> AsyncGenerator[Progress, None]:
    """Have the server bring a model; what it has of it already is not brought again.

    `insecure` means plain http to the registry. `sums` of an earlier try go on counting.
    Closing the generator stops it; the server keeps what came. Raises OndolError.
    """
    body = {"model": name, "insecure": insecure}
    return follow(client, TransferKind.PULL, name, body, sums or LayerSums(), silence)


def push(
    client: ModelClient, name: str, *, insecure: bool = False, sums: LayerSums | None = None
) -> AsyncGenerator[Progress, None]:
    """Have the server give a model to the registry in its name. Raises OndolError."""
    body = {"model": name, "insecure": insecure}
    return follow(client, TransferKind.PUSH, name, body, sums or LayerSums(), SILENCE_SECONDS)

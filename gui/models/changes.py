"""Models copied and renamed without writing over another one by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.errors import ModelNotListed, NameTaken
from gui.models.names import read_name, same_name

if TYPE_CHECKING:
    from gui.models.client import ModelClient


async def copy_model(client: ModelClient, source: str, destination: str) -> str:
    """Give `source` a second name; the name as servers list it.

    Copying takes no space: both names share what the model is made of. Raises BadModelName,
    NameTaken, ModelNotFound, and what `ModelClient` raises.
    """
    wanted = read_name(destination).shortest
    models = await client.list_models()
    if any(same_name(model.name, wanted) for model in models):
        raise NameTaken(wanted)
    await client.copy(source, wanted)
    return wanted


async def rename_model(client: ModelClient, old: str, new: str) -> str:
    """Have a model under another name only; the name as servers list it.

    The old name goes when the new one is listed with the same digest, never before. Another
    spelling of the same name is no new name. Raises as `copy_model`, and ModelNotListed.
    """
    wanted = await copy_model(client, old, new)
    digests = {model.name: model.digest for model in await client.list_models()}
    copied = next((name for name in digests if same_name(name, wanted)), "")
    original = next((name for name in digests if same_name(name, old)), "")
    if not copied or digests[copied] != digests.get(original):
        raise ModelNotListed(wanted)
    await client.delete(old)
    return wanted

"""`ondol rm`: a model deleted, after the question what that frees."""

from __future__ import annotations

import argparse

from gui.errors import ModelError
from gui.language import tr
from gui.models.space import freed_by
from gui.terminal import FAILED, shared
from gui.terminal.questions import confirm
from gui.widgets.models.words import freed_text


async def run(options: argparse.Namespace) -> int:
    """Delete a model."""
    name = options.name
    refusal = ModelError(
        tr("{name} is deleted only when you say yes.", name=name),
        tr("Nothing was changed. Run it on a terminal, or add --yes."),
    )
    async with shared.client(options.server) as client:
        freed = await freed_by(client, name)
        question = f"{tr('Delete {name}?', name=name)} {freed_text(freed.size, freed.shared_with)}"
        if not confirm(question, refusal, yes=options.yes):
            return FAILED
        await client.delete(name)
    print(tr("{name} was deleted.", name=name))
    return 0

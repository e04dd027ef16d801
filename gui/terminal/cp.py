"""`ondol cp`: a second name for a model; both share their files."""

from __future__ import annotations

import argparse

from gui.language import tr
from gui.models.changes import copy_model
from gui.terminal import shared


async def run(options: argparse.Namespace) -> int:
    """Copy a model; a name that is taken is refused."""
    async with shared.client(options.server) as client:
        new = await copy_model(client, options.source, options.destination)
    print(tr("{name} is a copy of {source}.", name=new, source=options.source))
    return 0

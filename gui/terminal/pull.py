"""`ondol pull`: the server brings a model; what it has of it already is not brought again."""

from __future__ import annotations

import argparse

from gui.models.names import read_name
from gui.models.transfers import PullJob
from gui.terminal import shared
from gui.terminal.moving import move, ready_line


async def run(options: argparse.Namespace) -> int:
    """Pull a model."""
    name = read_name(options.name).shortest
    is_plain = options.insecure or options.name.strip().lower().startswith("http://")
    async with shared.client(options.server) as client:
        print(ready_line(await move(client, PullJob(name, is_plain))))
    return 0

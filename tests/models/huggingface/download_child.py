"""A download in a process that can be killed or looked at: `download_child.py REPO`.

The token comes as a line on stdin ("" for none); steps go out as lines. After the download it
does what may leak: a search that is refused, an error that is logged with its traceback.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from gui import logs
from gui.errors import HubError
from gui.models.huggingface.hub import Hub
from gui.models.secrets import SecretStore


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(repo: str, token: str) -> None:
    store = SecretStore()
    if token:
        await store.set("huggingface", token, session_only=True)

    async def give() -> str | None:
        return await store.get("huggingface")

    hub = Hub(token=give if token else (lambda: asyncio.sleep(0, None)))
    listing = await hub.files(repo)
    async for step in hub.download(repo, listing.revision, listing.files[0]):
        tell(f"{step.phase} {step.completed}")
    try:
        await hub.files("no/such")
    except HubError as error:
        logging.getLogger("gui").exception("as any other error: %r %r", error, store)
    logging.getLogger("gui").warning("Authorization: Bearer %s", token)


with logs.to_file():
    logging.getLogger().setLevel(logging.DEBUG)
    asyncio.run(main(sys.argv[1], sys.stdin.readline().strip()))
    tell("ready")
    sys.stdin.read()

"""`ondol serve`: a preset or chain over HTTP, until Ctrl+C."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gui.engine.listening import is_loopback
from gui.errors import BadServeKey, ServeError
from gui.language import tr
from gui.records import ServedChain, ServedRequest, Serving
from gui.serve import examples, lines
from gui.serve.process import ServeProcess, locator
from gui.terminal import FAILED, USAGE, choosing, shared

if TYPE_CHECKING:
    from gui.models.client import ModelClient


async def run(options: argparse.Namespace) -> int:
    """Serve a preset."""
    everyone = options.yes_everyone
    if not is_loopback(options.host) and not everyone:
        shared.complain(
            tr("{host} can be reached from other machines: add --yes-everyone.", host=options.host)
        )
        return USAGE
    preset = choosing.preset(options.preset)
    key = _key(options.key_file)
    async with shared.client(options.server) as client:
        model = await choosing.model(client, options.model or preset.model)
        serving = Serving(
            preset,
            model.name,
            options.host,
            options.port,
            key,
            everyone=everyone,
            log_text=options.log_text,
        )
        return await _serve(serving, client)


async def _serve(serving: Serving, client: ModelClient) -> int:
    """Serve until Ctrl+C or the process ends by itself; the exit code."""
    process = ServeProcess()
    over: asyncio.Future[ServeError | None] = asyncio.get_running_loop().create_future()

    def end(problem: ServeError | None) -> None:
        if not over.done():
            over.set_result(problem)

    process.on_request(lambda request: shared.note(line(request)))
    process.on_end(end)
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, end, None)
    try:
        chain = await process.start(serving, client.endpoint, locator(client))
        if not is_loopback(serving.host):
            shared.note(
                tr("Other machines can reach this; what they send and get is not encrypted.")
            )
        print(_introduction(chain, shows_key=not serving.key), flush=True)
        problem = await over
    finally:
        await process.stop()
    if problem is not None:
        shared.complain(problem)
        return FAILED
    return 0


def line(request: ServedRequest) -> str:
    """The request with its time, for a person who watches."""
    time = datetime.fromtimestamp(request.time).astimezone().strftime("%H:%M:%S")
    return f"{time} {lines.line(request)}"


def _introduction(chain: ServedChain, *, shows_key: bool) -> str:
    """Where it is, the key, and how to ask it."""
    said = [
        tr(
            "{preset} with {model} is served at {url}",
            preset=chain.preset,
            model=chain.model,
            url=chain.chain_url,
        ),
        tr("Playground: {url} (any name; the key is the password)", url=chain.playground_url),
    ]
    if shows_key:
        said.append(tr("Key, shown only now: {key}", key=chain.key))
    said += ["", examples.curl(chain), "", examples.python(chain)]
    said.append(tr("Ctrl+C ends it, when running replies are done."))
    return "\n".join(said)


def _key(file: str) -> str:
    """The key in a file, "" for one that is made up. Raises BadServeKey."""
    if not file:
        return ""
    try:
        words = Path(file).read_text("utf-8").split()
    except (OSError, ValueError) as reason:
        raise ServeError(
            tr("The key file cannot be read: {reason}", reason=reason),
            tr("Nothing is served. Give a file with one word in it."),
        ) from reason
    if len(words) != 1:
        raise BadServeKey
    return words[0]

"""A registry that can be killed and comes back at its address, and transfers over an engine."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engine.registry import registry_process
from engine.registry.registry_process import layer, manifest
from engine_process import EngineUnderTest

from gui.engine.store.manifests import CONFIG, LICENSE, MODEL
from gui.models.client import ModelClient
from gui.models.transfers import Patience, Transfers
from gui.records import Endpoint, ServerKind, Transfer, TransferState

_SERVER = Path(registry_process.__file__).with_name("registry_server.py")
_PROGRAM = """
import json, sys, threading
from http.server import ThreadingHTTPServer
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import registry_server as registry
state = registry.State(Path(sys.argv[2]))
state.faults = json.loads(sys.argv[4])
handler = type("registry", (registry.Handler,), {"state": state, "role": "registry"})
server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[3])), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
"""


class Registry:
    """The loopback registry at one address for life, in processes that may be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "blobs").mkdir(parents=True)
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self._port = found.getsockname()[1]
        self._process: subprocess.Popen[str] | None = None
        self.host = f"127.0.0.1:{self._port}"

    def add_model(self, name: str, weights: bytes) -> str:
        """Have a model under `namespace/model:tag`; the digest of its manifest."""
        config = json.dumps({"model_format": "gguf"}).encode()
        kinds = ((MODEL, weights), (LICENSE, b"free"), (CONFIG, config))
        layers = [layer(kind, self._add(data), len(data)) for kind, data in kinds]
        raw = json.dumps(manifest(layers[2], *layers[:2])).encode()
        path, _, tag = name.partition(":")
        file = self.folder / "manifests" / path / tag
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw)
        return hashlib.sha256(raw).hexdigest()

    def _add(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs" / f"sha256-{digest}").write_bytes(data)
        return f"sha256:{digest}"

    def start(self, **faults: Any) -> None:
        """Answer, failing as told (see `registry_server.py`)."""
        arguments = [str(_SERVER.parent), str(self.folder), str(self._port), json.dumps(faults)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def kill(self) -> None:
        """As a network that is cut: every connection breaks, nobody answers any more."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()


QUICK = Patience(first=0.2, longest=0.5)


class Desk:
    """Transfers over one server, and everything they told, oldest first."""

    def __init__(self, client: ModelClient, transfers: Transfers) -> None:
        self.client = client
        self.transfers = transfers
        self.told: list[Transfer] = []

    def now(self, transfer_id: str) -> Transfer:
        return next(each for each in self.transfers.all() if each.id == transfer_id)

    async def until(
        self, transfer_id: str, reached: Callable[[Transfer], bool], seconds: float = 30.0
    ) -> Transfer:
        """Wait until a transfer is as wanted."""
        try:
            async with asyncio.timeout(seconds):
                while not reached(self.now(transfer_id)):
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"still {self.now(transfer_id)}") from None
        return self.now(transfer_id)

    async def over(self, transfer_id: str) -> Transfer:
        """Wait until it is done or failed."""
        ends = (TransferState.DONE, TransferState.FAILED, TransferState.CANCELLED)
        return await self.until(transfer_id, lambda each: each.state in ends)

    async def listen(self) -> None:
        async for transfer in self.transfers.events():
            self.told.append(transfer)


@contextlib.asynccontextmanager
async def desk(endpoint: Endpoint, file: Path, *, goodbye: bool = True) -> AsyncIterator[Desk]:
    """Transfers that tell; without `goodbye` they end as when the app is killed."""
    client = ModelClient(endpoint)

    async def connect(server: str) -> ModelClient:
        assert server == endpoint.kind.value
        return client

    here = Desk(client, Transfers(connect, file, QUICK))
    others = asyncio.all_tasks()
    listener = asyncio.create_task(here.listen())
    try:
        yield here
    finally:
        if goodbye:
            await here.transfers.close()
            await listener
        for task in asyncio.all_tasks() - others:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await client.aclose()


def engine_endpoint(engine: EngineUnderTest) -> Endpoint:
    return Endpoint(ServerKind.BUILT_IN, engine.url, tuple(engine.headers.items()))

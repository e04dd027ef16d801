"""The life of the engine's process: bind, announce, watch the parent, serve.

As the app's child (`--child`): one JSON line with the token comes in on stdin, one with
the address goes out on stdout, and the end of stdin ends the process.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import uvicorn
from starlette.types import ASGIApp

from gui import __version__, paths
from gui.engine.app import build_app
from gui.engine.llama.runtime import Runtime
from gui.engine.parent import end_with_parent, ended_by_kernel
from gui.engine.store.digests import DigestCache
from gui.engine.store.library import Library
from gui.engine.store.loose import starter_path
from gui.engine.store.models import ModelStore
from gui.language import tr

_log = logging.getLogger(__name__)

DEFAULT_PORT = 11434
_LONGEST_GREETING = 4096
_GRACE = 1  # seconds that running replies have after SIGTERM


@dataclass(frozen=True, slots=True)
class _Address:
    host: str
    port: int


def run(argv: Sequence[str]) -> int:
    """Serve until told to stop; the exit code."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(name)s: %(message)s")
    return _run_child() if arguments.child else _run_alone(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ondol engine", description=tr("Serve Ollama's API with the built-in engine.")
    )
    parser.add_argument(
        "--host", default="", help=tr("address to listen at (default: OLLAMA_HOST)")
    )
    parser.add_argument(
        "--port", type=int, default=None, help=tr("default: {port}", port=DEFAULT_PORT)
    )
    parser.add_argument("--token-file", type=Path, help=tr("file with the token clients must send"))
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser


def _run_child() -> int:
    announcement = _take_stdout()
    token = _read_token()
    if not token:
        _log.error("no token came in on stdin")
        return 2
    end_with_parent()

    def announce(url: str) -> None:
        line = json.dumps({"url": url, "version": __version__}) + "\n"
        os.write(announcement, line.encode("ascii"))

    listener = _bind(_Address("127.0.0.1", 0))
    return _serve(listener, token, announce, Runtime(ended_by_kernel), check_host=True)


def _run_alone(arguments: argparse.Namespace) -> int:
    try:
        address = _address(arguments.host, arguments.port)
        token = _own_token(arguments.token_file)
        local = _is_loopback(address.host)
        if not local and not token:
            sys.stderr.write(
                tr(
                    "{host} can be reached from other machines: give a --token-file.",
                    host=address.host,
                )
                + "\n"
            )
            return 2
        listener = _bind(address)
    except (OSError, ValueError) as problem:
        sys.stderr.write(tr("The engine cannot listen: {reason}", reason=problem) + "\n")
        return 1

    def announce(url: str) -> None:
        sentence = tr("Ondol's engine {version} listens at {url}", version=__version__, url=url)
        sys.stdout.write(sentence + "\n")
        sys.stdout.flush()

    return _serve(listener, token, announce, Runtime(), check_host=local)


def _serve(
    listener: socket.socket,
    token: str,
    announce: Callable[[str], None],
    runtime: Runtime,
    *,
    check_host: bool,
) -> NoReturn:
    """Serve on `listener`, then leave at once: llama.cpp's threads can hang an orderly exit."""
    store = ModelStore(
        Library(paths.engine_models()), DigestCache(paths.data() / "digests.json"), starter_path()
    )
    threading.Thread(target=store.compute_digests, name="digests", daemon=True).start()
    host, port = listener.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    app = build_app(store, runtime, __version__, token=token, check_host=check_host)

    async def serve() -> NoReturn:
        await _Server(app, lambda: announce(url)).serve(sockets=[listener])
        sys.stderr.flush()
        os._exit(0)

    asyncio.run(serve())


class _Server(uvicorn.Server):
    """uvicorn that says when it accepts, and for which SIGINT and SIGTERM are a normal end."""

    def __init__(self, app: ASGIApp, accepting: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http="h11",
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
        super().__init__(config)
        self._accepting = accepting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then say so."""
        await super().startup(sockets)
        if self.started:
            self._accepting()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take SIGINT and SIGTERM as a request to end, and nothing more."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield


def _take_stdout() -> int:
    """Keep stdout for the announcement; whatever native code prints goes to stderr."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return kept


def _read_token() -> str:
    try:
        greeting = json.loads(sys.stdin.buffer.readline(_LONGEST_GREETING))
    except ValueError:
        return ""
    token = greeting.get("token") if isinstance(greeting, dict) else None
    return token if isinstance(token, str) else ""


def _own_token(file: Path | None) -> str:
    if file is not None:
        return file.read_text("utf-8").strip()
    return os.environ.get("ONDOL_ENGINE_TOKEN", "").strip()


def _address(host: str, port: int | None) -> _Address:
    """Where to listen: the arguments, else OLLAMA_HOST, else 127.0.0.1:11434."""
    value = os.environ.get("OLLAMA_HOST", "").strip().strip("\"'")
    rest = value.split("://", 1)[-1].split("/", 1)[0]
    name, _, number = rest.rpartition(":") if ":" in rest.rpartition("]")[2] else (rest, "", "")
    known = int(number) if number.isdigit() and int(number) < 65536 else DEFAULT_PORT
    chosen = host or name.strip("[]") or "127.0.0.1"
    return _Address(chosen, known if port is None else port)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bind(address: _Address) -> socket.socket:
    """A listening socket; raises OSError."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # With the protocol named, asyncio switches Nagle's delay (40 ms a response) off.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address.host, address.port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener

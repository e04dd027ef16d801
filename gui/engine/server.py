"""The life of the engine's process: bind, announce, watch the parent, serve.

As the app's child (`--child`): one JSON line with the token comes in on stdin, one with
the address goes out on stdout, and the end of stdin ends the process.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from gui import __version__, paths
from gui.engine import logs
from gui.engine.api.security import Access
from gui.engine.app import assemble
from gui.engine.confinement import confine
from gui.engine.connections import Server
from gui.engine.environment import DEFAULT_PORT, EngineEnvironment, read_environment
from gui.engine.listening import bind, is_loopback, url_of
from gui.engine.llama.cores import default_threads, usable_cores
from gui.engine.llama.runtime import WhileLoading
from gui.engine.parent import end_with_parent, ended_by_kernel
from gui.language import tr

_log = logging.getLogger(__name__)

_LONGEST_GREETING = 16384
_TOKEN_VARIABLE = "ONDOL_ENGINE_TOKEN"  # noqa: S105 - its name


def run(argv: Sequence[str]) -> int:
    """Serve until told to stop; the exit code: 1 cannot listen, 2 wrong usage."""
    arguments = _parser().parse_args(argv)
    os.umask(os.umask(0o022) | 0o022)  # no other account may write what we make
    logs.to_stderr(timed=not arguments.child)
    environment = read_environment(os.environ)
    logs.set_level(environment.debug)
    return _run_child(environment) if arguments.child else _run_alone(arguments, environment)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ondol engine",
        description=tr("Serve Ollama's API with the built-in engine."),
        epilog=tr(
            "Ollama's variables count too, e.g. OLLAMA_HOST, OLLAMA_MODELS, OLLAMA_KEEP_ALIVE, "
            "OLLAMA_CONTEXT_LENGTH, OLLAMA_ORIGINS and OLLAMA_DEBUG=1 for more in the log."
        ),
    )
    parser.add_argument(
        "--host", default="", help=tr("address to listen at (default: OLLAMA_HOST)")
    )
    parser.add_argument(
        "--port", type=_port, default=None, help=tr("default: {port}", port=DEFAULT_PORT)
    )
    parser.add_argument("--token-file", type=Path, help=tr("file with the token clients must send"))
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(tr("a port is a number from 0 to 65535"))
    return int(text)


def _run_child(environment: EngineEnvironment) -> int:
    announcement = _take_stdout()
    token, proxies = _read_greeting()
    if not token:
        _log.error("no token came in on stdin")
        return 2
    end_with_parent()
    confine()

    def announce(url: str) -> None:
        line = json.dumps({"url": url, "version": __version__}) + "\n"
        os.write(announcement, line.encode("ascii"))

    return _serve(
        bind("127.0.0.1", 0),
        Access(token),
        announce,
        replace(environment, proxies=proxies),
        functools.partial(ended_by_kernel, environment.load_timeout),
    )


def _run_alone(arguments: argparse.Namespace, environment: EngineEnvironment) -> int:
    host = arguments.host or environment.host
    port = environment.port if arguments.port is None else arguments.port
    local = is_loopback(host)
    try:
        token = _own_token(arguments.token_file)
        if not local and not token:
            _complain(
                tr("{host} can be reached from other machines: give a --token-file.", host=host)
            )
            return 2
        listener = bind(host, port)
    except (OSError, ValueError) as problem:
        _complain(tr("The engine cannot listen: {reason}", reason=problem))
        return 1
    confine()
    if not local:
        _log.warning("other machines can reach %s; what they send is not encrypted", host)

    def announce(url: str) -> None:
        sentence = tr("Ondol's engine {version} listens at {url}", version=__version__, url=url)
        sys.stdout.write(sentence + "\n")
        sys.stdout.flush()

    access = Access(token, check_host=local, origins=environment.origins)
    return _serve(listener, access, announce, environment)


def _serve(
    listener: socket.socket,
    access: Access,
    announce: Callable[[str], None],
    environment: EngineEnvironment,
    while_loading: WhileLoading = contextlib.nullcontext,
) -> NoReturn:
    """Serve on `listener`, then leave at once: llama.cpp's threads can hang an orderly exit."""
    url, models = url_of(listener), paths.engine_models()
    logs.summarize(
        environment,
        url,
        version=__version__,
        models=models,
        cores=usable_cores(),
        threads=default_threads(),
    )
    app = assemble(environment, access, while_loading)

    async def serve() -> NoReturn:
        await Server(app, lambda: announce(url)).serve(sockets=[listener])
        sys.stderr.flush()
        os._exit(0)

    asyncio.run(serve())


def _take_stdout() -> int:
    """Keep stdout for the announcement; whatever native code prints goes to stderr."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return kept


def _read_greeting() -> tuple[str, dict[str, str]]:
    """The token clients must send, and the proxies on the way to registries, by scheme."""
    try:
        greeting = json.loads(sys.stdin.buffer.readline(_LONGEST_GREETING))
    except ValueError:
        return "", {}
    if not isinstance(greeting, dict):
        return "", {}
    token, proxies = greeting.get("token"), greeting.get("proxies")
    given = proxies.items() if isinstance(proxies, dict) else ()
    return (
        token if isinstance(token, str) else "",
        {scheme: address for scheme, address in given if isinstance(address, str)},
    )


def _own_token(file: Path | None) -> str:
    """The token of the file or the environment, "" for none; raises OSError, ValueError."""
    if file is None:
        return os.environ.get(_TOKEN_VARIABLE, "").strip()
    words = file.read_text("utf-8").split()
    if len(words) != 1:
        raise ValueError(tr("the token file must hold one word"))
    return words[0]


def _complain(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")

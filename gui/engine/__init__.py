"""The built-in server: Ollama's HTTP API over llama.cpp, in a process of its own.

The app starts it as a child and talks to it as to any other Ollama; `ondol engine` serves
anybody. Nothing here is imported by the window's process except `main`, which loads the
rest when called. A room may import from those below it.

    server.py         life of the process: bind, announce, watch the parent, serve
    app.py            everything that answers, put together
    environment.py    what OLLAMA_* variables ask for; confinement.py  what is given up
    listening.py, connections.py, parent.py, logs.py

    api/              what crosses the wire: routes, bodies, streams, who may ask
    openai/           OpenAI's API, translated to and from Ollama's
    registry/         pull and push: registries, keys, parts of blobs that can be resumed
    create/           new models out of files and of other models
    replies/          one reply: request, conversation, prompt that fits, pieces, chunks
    llama/            models in memory; the only room that knows xllamacpp
    store/            models on disk in Ollama's layout: names, blobs, manifests
    templates/        Go's text/template, and what a template says about replies
    gguf/             a bounded reader of model files, which runs before native code does

    wire.py           JSON, NDJSON and errors as Ollama writes them
    durations.py      `keep_alive` in Go's notation
    waiting.py        for what cannot be left behind, however often one is cancelled
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str]) -> int:
    """Serve until told to stop; returns the exit code of `ondol engine`."""
    from gui.engine.server import run

    return run(argv)

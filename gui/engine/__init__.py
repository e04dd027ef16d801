"""The built-in server: Ollama's HTTP API over llama.cpp, in a process of its own.

The app starts it as a child and talks to it as to any other Ollama; nothing here is
imported by the window's process except `main`, which loads the rest when called.

    server.py           life of the process: bind, announce, watch the parent, serve
    parent.py           ends the process when the app that started it has ended
    app.py              routes, error pages and middleware put together
    routes_models.py    version, tags, ps, show
    routes_replies.py   chat and generate
    security.py         Host, Origin and token, checked before any work
    requests.py         request bodies -> frozen values, with Ollama's refusals
    options.py          Ollama's options: types, ranges, defaults; llama.cpp's arguments
    cores.py            how many threads there should be
    durations.py        `keep_alive` in Go's notation
    bodies.py           request bodies, read with a limit
    streaming.py        a reply on its way out, ended when the client leaves
    replies.py          one reply: prompt fitted, generated, cut into Ollama's chunks
    prompt.py           what fits the context; control tokens that people type made letters
    runtime.py          the model in memory: loaded, queued for, kept alive, unloaded
    llama.py            the only room that knows xllamacpp
    store.py            the models there are; digests.py  their SHA-256; names.py  their names
    gguf.py             a bounded reader of model files; gguf_types.py  its tables
    wire.py             JSON, NDJSON and errors as Ollama writes them
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str]) -> int:
    """Serve until told to stop; returns the exit code of `ondol engine`."""
    from gui.engine.server import run

    return run(argv)

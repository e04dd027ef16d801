"""The models a server has, and the servers: never imports Qt.

    Servers        which server there is: `connect(kind)` gives its ModelClient
    ModelClient    one server: its models, and `chat_model_arguments` for ChatOllama
    EngineProcess  the built-in engine as a child process
    parse_address  the exact address of a server, from what a person types

Enter by the modules named below, so that the first window does not wait for httpx
(60 ms): `gui.models.server`, `gui.models.engine_process` and `gui.models.addresses` are
light; `gui.models.client` is imported by `Servers` on its first use.

    server.py          finding a server          engine_process.py  the engine's process
    client.py          one server's models       rotating_log.py    what that process says
    transport.py       the one way to a server: every fault becomes an error of ours
    bodies.py          answers, guarded          ndjson.py          streams cut into lines
    lines.py           one line: shape, repair   refusals.py        errors a server sends
    addresses.py       addresses made exact      pacing.py          few wake-ups, many tokens
"""

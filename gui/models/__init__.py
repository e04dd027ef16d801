"""The models a server has, and the servers: never imports Qt.

    Servers        which servers there are: `connect(key)` gives a ModelClient
    ModelClient    one server: its models, and `chat_model_arguments` for ChatOllama
    Transfers      models pulled, created and pushed, several at once, never lost
    EngineProcess  the built-in engine as a child process
    parse_address  the exact address of a server, from what a person types

Enter by the modules named below, so that the first window does not wait for httpx
(60 ms): `gui.models.server`, `gui.models.engine_process`, `gui.models.addresses` and
`gui.models.transfers` are light; `gui.models.client` is imported by `Servers` on its first use.

    server.py          every server there is     engine_process.py  the engine's process
    server_list.py     those the person added    local_ollama.py    Ollama's program, its process
    probing.py         a connection tested       reaching.py        names and addresses tried
    tls.py             certificates believed
    client.py          one server's models       rotating_log.py    what that process says
    reading.py         answers about models, read with tolerance
    details.py         all of one model          changes.py         copied, renamed
    transfers/         models on their way       progress.py        how far, how fast
    pull.py            pulls and pushes          create.py          creates, with uploads
    following.py       one request to its end    hashing.py         digests of local files
    status_words.py    a server's words made plain
    names.py           names of models           catalogue.py       models worth suggesting
    fit.py             whether a model fits this machine
    transport.py       the one way to a server: every fault becomes an error of ours
    bodies.py          answers, guarded          ndjson.py          streams cut into lines
    lines.py           one line: shape, repair   refusals.py        errors a server sends
    addresses.py       addresses made exact      pacing.py          few wake-ups, many tokens
    huggingface/       GGUF files from the hub   secrets.py         tokens, in the keyring
    aside.py           blocking calls, in threads that nobody waits for at the end
"""

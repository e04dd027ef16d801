"""A preset or chain served over HTTP, in a process of its own, as LangServe serves it.

The window and `ondol serve` start it as a child and enter by `gui.serve.process`, which is
light; nothing else here is imported by them. A module may import from those below it.

    process.py     the parent's side: start, reload, give way to the chat, stop
    examples.py    how to ask it: curl and Python, to copy
    lines.py       a request in words

    child.py       life of the process: greeting, bind, announce, lines from the parent, drain
    app.py         `add_routes(app, chain, path="/chain")`, and what stands before it
    access.py      who may ask: Host, Origin and key, for every path there is
    runs.py        from a body to a run of the chain: checked, in turn, watched
    bodies.py      bodies read and made plain: no configuration, no objects, only texts
    report.py      one record and one readable line for each request

    served.py      the chain as LangServe is given it
    stream_log.py  the one route that is ours: what the playground listens to
    prepared.py    a preset and a model made one chain, with
    schema.py      what an input must look like
    meter.py       one request's runs: their tokens, their fault, their certain end

    client.py      the way to the model server, behind
    turns.py       how many at a time; the chat in the window goes first
    faults.py      what a caller is told: no traces, no paths
    wire.py        the lines between the two processes

LangServe's `stream_log` and `stream_events` are not served: they send what LangChain's
tracers saw, which is where CVE-2025-68664 was (dictionaries with an `lc` key taken for
objects), and would tell a caller every prompt. Its `/c/<config>/` routes and feedback are
not served either: nothing about a run can be configured by who asks. (Of the former only the
one with the empty configuration answers, as the chain itself: the playground shares it.)
"""

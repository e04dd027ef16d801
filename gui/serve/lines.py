"""A request that is over, in one line for a person who watches."""

from __future__ import annotations

from gui.records import ServedRequest


def line(request: ServedRequest) -> str:
    """The request for a person who watches, e.g. "POST /chain/invoke 200 1.20s 56 B 24 tokens"."""
    facts = [f"{request.method} {request.route} {request.status} {request.seconds:.2f}s"]
    if request.waited >= 0.01:
        facts.append(f"waited {request.waited:.2f}s")
    facts += [request.client, f"{request.size} B"]
    if request.tokens:
        facts.append(f"{request.tokens} tokens")
    if request.error:
        facts.append(f"({request.error})")
    if request.asked:
        facts.append(f"{request.asked!r} -> {request.answered!r}")
    return " ".join(facts)

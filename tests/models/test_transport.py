"""Requests that meet an engine just as it ends: sent again only where that is safe (ENG-12)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from faults import answers
from faults.server import RESET, FaultServer

from gui.errors import EngineStopped
from gui.models.client import ModelClient
from gui.records import Endpoint, ServerKind

DYING = {path: [RESET] for path in ("/api/tags", "/api/show", "/api/copy", "/api/generate")}
Ask = Callable[[ModelClient], Awaitable[object]]


def asked(ask: Ask, first: FaultServer, second: FaultServer) -> object:
    """Ask a client whose server is `first` once, and `second` from then on."""
    endpoints = [Endpoint(ServerKind.BUILT_IN, server.url) for server in (first, second)]

    async def locate() -> Endpoint:
        return endpoints.pop(0) if len(endpoints) > 1 else endpoints[0]

    async def work() -> object:
        client = ModelClient(endpoints[0], locate)
        try:
            return await ask(client)
        finally:
            await client.aclose()

    return asyncio.run(work())


@pytest.mark.parametrize(
    "ask",
    [lambda client: client.list_models(), lambda client: client.show("m")],
    ids=["tags", "show"],
)
def test_a_reading_request_goes_to_the_new_engine(ask: Ask) -> None:
    with FaultServer(DYING) as first, FaultServer() as second:
        assert asked(ask, first, second)
        assert len(first.requests) == len(second.requests) == 1


@pytest.mark.parametrize(
    "ask",
    [lambda client: client.load("m", {}), lambda client: client.copy("m", "n")],
    ids=["load", "copy"],
)
def test_what_the_engine_may_have_died_of_is_not_sent_again(ask: Ask) -> None:
    with FaultServer(DYING) as first, FaultServer() as second:
        with pytest.raises(EngineStopped):
            asked(ask, first, second)
        assert len(first.requests) == 1
        assert not second.requests


def test_an_engine_that_goes_on_is_not_asked_twice() -> None:
    with FaultServer(DYING) as first:
        with pytest.raises(EngineStopped):
            asked(lambda client: client.list_models(), first, first)
        assert len(first.requests) == 1


def test_a_cut_answer_is_not_asked_for_again() -> None:
    """A byte of an answer came: whoever reads it is told."""
    cut = [answers.head("200 OK", "Content-Length: 100"), b'{"models"', RESET]
    with FaultServer({"/api/tags": cut}) as first, FaultServer() as second:
        with pytest.raises(EngineStopped):
            asked(lambda client: client.list_models(), first, second)
        assert not second.requests

"""NET-15, NET-16, NET-19, NET-20: a connection tested step by step, told in plain words."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from certificates import TlsServer, identity
from faults import answers
from faults.server import HANG, FaultServer
from resolver import resolve

from gui.errors import SettingsError
from gui.models import probing
from gui.models.addresses import parse_address
from gui.models.client import ModelClient
from gui.models.reaching import is_on_internet
from gui.records import Endpoint, ProbeStep, ServerKind, StepOutcome

FINE, WARNED, FAILED = StepOutcome.FINE, StepOutcome.WARNED, StepOutcome.FAILED


def probe(
    url: str,
    headers: tuple[tuple[str, str], ...] = (),
    fingerprint: str = "",
    *,
    accepts_plain: bool = False,
) -> list[ProbeStep]:
    async def located() -> Endpoint:
        return Endpoint(ServerKind.REMOTE, url, headers, fingerprint, "x")

    async def steps() -> list[ProbeStep]:
        return [step async for step in probing.probe_steps(located, lambda _: accepts_plain)]

    return asyncio.run(steps())


def texts(steps: list[ProbeStep]) -> str:
    return "\n".join(f"{step.title}|{step.outcome}|{step.text}|{step.todo}" for step in steps)


@contextmanager
def dead_port() -> Iterator[int]:
    """A port of this machine that takes no connection and refuses none."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        try:
            yield full.getsockname()[1]
        finally:
            for filler in fillers:
                filler.close()


def test_every_step_is_told_when_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, {"ollama.home": ["127.0.0.1"]})
    with FaultServer({"/api/tags": answers.tags(["a:1", "b:1"])}) as server:
        steps = probe(f"http://ollama.home:{server.port}")
    assert [step.title for step in steps] == [
        *("Address", "Name", "Connection", "Encryption", "Answer", "Models"),
    ]
    assert {step.outcome for step in steps} == {FINE}
    assert steps[1].text == "ollama.home has the address 127.0.0.1."
    assert steps[2].text == f"127.0.0.1 answers at port {server.port}."
    assert steps[4].text == "It speaks Ollama's API, version 0.33.0."
    assert steps[5].text == "It has 2 models."


def test_a_server_without_models_says_what_to_do() -> None:
    with FaultServer({"/api/tags": answers.tags([])}) as server:
        last = probe(server.url)[-1]
    assert (last.outcome, last.todo) == (WARNED, "Pull one in Get models.")


def test_net_16_a_name_without_address(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, {})
    last = probe("http://nowhere.example:1")[-1]
    assert (last.title, last.outcome) == ("Name", FAILED)
    assert last.text == "There is no address for the name nowhere.example."
    assert "IP address" in last.todo


def test_net_16_a_resolver_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "REACH_SECONDS", 0.3)
    resolve(monkeypatch, {"slow.home": ["127.0.0.1"]}, seconds=0.8)
    began = time.monotonic()
    last = probe("http://slow.home:1")[-1]
    assert (last.title, last.outcome) == ("Name", FAILED)
    assert time.monotonic() - began < 2.0


def test_net_16_the_first_address_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another address is tried beside it, and the dead one is named."""
    with dead_port() as port, FaultServer(host="127.0.0.2", port=port) as server:
        resolve(monkeypatch, {"two.home": ["127.0.0.1", "127.0.0.2"]})
        began = time.monotonic()
        steps = probe(f"http://two.home:{server.port}")
        assert time.monotonic() - began < 3.0
    assert steps[2].text == f"127.0.0.2 answers at port {server.port}."
    assert steps[-1].title == "Models"


def test_net_16_localhost_is_first_another_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, {"localhost": ["::1", "127.0.0.1"]})
    with FaultServer() as server:
        steps = probe(f"http://localhost:{server.port}")
    assert steps[2].text == (
        f"127.0.0.1 answers at port {server.port}. These did not: ::1 (refused)."
    )
    assert {step.outcome for step in steps} == {FINE}


def test_net_16_ipv6_only(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, {"six.home": ["::1"]})
    with FaultServer(host="::1") as server:
        for host in ("six.home", "[::1]"):
            assert probe(f"http://{host}:{server.port}")[-1].text == "It has one model."


def test_net_16_link_local_with_its_zone() -> None:
    address = _link_local()
    if not address:
        pytest.skip("this machine has no link-local address")
    with FaultServer(host="::") as server:
        steps = probe(parse_address(f"[{address}]:{server.port}").url)
        host = server.last("/api/version").headers["host"]
    assert steps[-1].text == "It has one model."
    assert "%" not in host


def test_net_16_idna_and_a_dot_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"xn--pq1b416a.local": ["127.0.0.1"], "box.local.": ["127.0.0.1"]}
    asked = resolve(monkeypatch, names)
    with FaultServer() as server:
        for host in ("온돌.local", "box.local."):
            assert probe(f"http://{host}:{server.port}")[-1].text == "It has one model."
    assert set(asked) == set(names)


def test_net_16_every_address_fails_and_each_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "REACH_SECONDS", 0.6)
    with dead_port() as port:
        resolve(monkeypatch, {"dead.home": ["::1", "127.0.0.1"]})
        began = time.monotonic()
        last = probe(f"http://dead.home:{port}")[-1]
    assert time.monotonic() - began < 3.0
    assert last.outcome is FAILED
    assert last.text == (f"No connection to port {port} of ::1 (refused), 127.0.0.1 (no answer).")
    assert "firewall" in last.todo


def test_net_16_a_path_before_ollamas_own() -> None:
    routes = {
        "/ollama/api/version": answers.http_json({"version": "0.33.0"}),
        "/ollama/api/tags": answers.tags(),
    }
    with FaultServer(routes) as server:
        assert probe(f"{server.url}/ollama")[-1].text == "It has one model."


NOT_OLLAMA = "Check the port and the path: another program answers there."
ODD: dict[str, tuple[dict[str, object], str, str]] = {
    "401": (
        {"/api/version": answers.http_json({"error": "no"}, "401 Unauthorized")},
        "refused access (HTTP 401)",
        "Check the token or the headers for this server.",
    ),
    "login page": (
        {"/api/version": answers.http_body(b"<html>", content_type="text/html")},
        "is not Ollama",
        NOT_OLLAMA,
    ),
    "redirect": (
        {"/api/version": answers.http_body(b"", "302 Found", "Location: http://127.0.0.1:1/")},
        "is not Ollama",
        NOT_OLLAMA,
    ),
    "404": ({"/api/version": answers.http_body(b"", "404 Not Found")}, "is not Ollama", NOT_OLLAMA),
}


@pytest.mark.parametrize("case", ODD)
def test_net_15_something_else_answers(case: str) -> None:
    """NET-30: a redirect is not followed."""
    routes, text, todo = ODD[case]
    with FaultServer(routes) as server:  # type: ignore[arg-type]
        steps = probe(server.url)
    assert (steps[-1].title, steps[-1].outcome) == ("Answer", FAILED)
    assert text in steps[-1].text
    assert steps[-1].todo == todo


def test_a_server_that_takes_the_request_and_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(probing, "ANSWER_SECONDS", 0.3)
    with FaultServer({"/api/version": [HANG]}) as server:
        last = probe(server.url)[-1]
        assert "did not answer within" in last.text
        assert server.last("/api/version").gone.wait(2)


def test_net_27_a_test_that_is_stopped_hangs_up() -> None:
    with FaultServer({"/api/version": [HANG]}) as server:

        async def stopped() -> None:
            async def located() -> Endpoint:
                return Endpoint(ServerKind.REMOTE, server.url)

            async def consume() -> None:
                async for _ in probing.probe_steps(located, lambda _: False):
                    pass

            task = asyncio.create_task(consume())
            while not any(request.path == "/api/version" for request in server.requests):
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run(stopped())
        assert server.last("/api/version").gone.wait(1)


def test_an_address_that_is_none_is_the_only_step() -> None:
    async def located() -> Endpoint:
        raise SettingsError("This is not the address of a server.", "Write it otherwise.")

    async def steps() -> list[ProbeStep]:
        return [step async for step in probing.probe_steps(located, lambda _: False)]

    (only,) = asyncio.run(steps())
    assert (only.title, only.outcome, only.todo) == ("Address", FAILED, "Write it otherwise.")


def test_net_21_the_refused_certificate_is_shown_and_its_pin_then_works(tmp_path: Path) -> None:
    shown = identity()
    with TlsServer(shown.save(tmp_path, "server")) as server:
        last = probe(server.url, (("Authorization", "Bearer secret"),))[-1]
        assert (last.title, last.outcome) == ("Encryption", FAILED)
        assert "vouches for itself" in last.text
        assert last.certificate is not None
        assert last.certificate.fingerprint == shown.fingerprint
        assert not server.requests
        steps = probe(server.url, fingerprint=last.certificate.fingerprint)
        assert steps[3].text.endswith("it shows the certificate you trusted.")
        assert {step.outcome for step in steps} == {FINE}
        last = probe(server.url, fingerprint="0" * 64)[-1]
        assert "another certificate than the one you trusted" in last.text
        assert last.certificate is not None


def test_https_to_a_port_without_tls() -> None:
    with FaultServer({"": answers.http_body(b"Bad request", "400 Bad Request")}) as server:
        last = probe(server.url.replace("http:", "https:"))[-1]
    assert (last.title, last.outcome) == ("Encryption", FAILED)
    assert last.todo == "Try http:// instead of https://."


@pytest.mark.parametrize(
    ("headers", "accepts", "outcome", "goes_on"),
    [
        ((), False, WARNED, True),
        ((("Authorization", "Bearer secret"),), False, FAILED, False),
        ((("Authorization", "Bearer secret"),), True, WARNED, True),
    ],
)
def test_net_20_no_encryption_on_the_internet(
    headers: tuple[tuple[str, str], ...],
    accepts: bool,
    outcome: StepOutcome,
    goes_on: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The test warns, and sends no token there before the person agreed."""
    monkeypatch.setattr(probing, "is_public_address", lambda _: True)
    with FaultServer() as server:
        steps = probe(server.url, headers, accepts_plain=accepts)
        encryption = next(step for step in steps if step.title == "Encryption")
        assert encryption.outcome is outcome
        assert "others can read what you write" in encryption.text
        assert bool(server.requests) is goes_on


@pytest.mark.parametrize(
    ("host", "addresses", "public"),
    [
        ("203.0.113.9", [], False),  # for documentation: nobody is there
        ("8.8.8.8", [], True),
        ("2606:4700:4700::1111", [], True),
        ("192.168.1.5", [], False),
        ("100.64.3.2", [], False),
        ("fd00::2", [], False),
        ("box", [], False),
        ("box.local", [], False),
        ("ollama.example.com", ["10.0.0.7"], False),
        ("ollama.example.com", ["10.0.0.7", "8.8.8.8"], True),
    ],
)
def test_net_20_what_is_on_the_internet(
    host: str, addresses: list[str], public: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolve(monkeypatch, {host: addresses})
    assert asyncio.run(is_on_internet(host, 1.0)) is public
    assert bool(asked) is bool(addresses), "only a name that may be public is looked up"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_net_16_a_chat_says_which_name_has_no_address(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guarded transport has the same words."""
    resolve(monkeypatch, {})

    async def version() -> None:
        client = ModelClient(Endpoint(ServerKind.REMOTE, f"{scheme}://nowhere.example:1"))
        try:
            await client.version()
        finally:
            await client.aclose()

    with pytest.raises(Exception, match="no address for the name nowhere"):
        asyncio.run(version())


def _link_local() -> str:
    """A link-local address of this machine with its zone, "" if there is none."""
    try:
        lines = Path("/proc/net/if_inet6").read_text("utf-8").splitlines()
    except OSError:
        return ""
    for line in lines:
        digits, _, _, _, _, device = line.split()
        if digits.startswith("fe80"):
            address = ":".join(digits[i : i + 4] for i in range(0, 32, 4))
            return f"{address}%{device}"
    return ""

"""A connection tested step by step, each step told in plain words (NET-16, NET-19, NET-20).

The network has `REACH_SECONDS` for the name, the connection and the encryption together.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from gui.errors import CertificateRefused, NotOllama, OndolError, ServerUnreachable
from gui.language import tr
from gui.models import tls
from gui.models.addresses import host_of, is_public_address, port_of
from gui.models.reaching import addresses_of, reach
from gui.records import Certificate, Endpoint, ProbeStep, StepOutcome

REACH_SECONDS = 3.0
ANSWER_SECONDS = 5.0
_CERTIFICATE_SECONDS = 2.0


@dataclass(slots=True)
class _Way:
    """How far a test has come."""

    endpoint: Endpoint
    host: str
    port: int
    until: float
    accepts_plain: bool
    addresses: tuple[str, ...] = ()
    address: str = ""

    @property
    def seconds(self) -> float:
        """What is left of the time to reach the server."""
        return max(0.05, self.until - asyncio.get_running_loop().time())


async def probe_steps(
    locate: Callable[[], Awaitable[Endpoint]], accepts_plain: Callable[[str], bool]
) -> AsyncGenerator[ProbeStep, None]:
    """Try to reach a server as a chat would; ends after the first step that fails.

    A token goes unencrypted to a host on the internet only if `accepts_plain(host)`.
    """
    try:
        endpoint = await locate()
    except OndolError as error:
        yield _failed(tr("Address"), error)
        return
    yield _fine(tr("Address"), endpoint.url)
    host = host_of(endpoint.url)
    until = asyncio.get_running_loop().time() + REACH_SECONDS
    way = _Way(endpoint, host, port_of(endpoint.url), until, accepts_plain(host))
    for step in (_look_up, _connect, _encrypt):
        told = await step(way)
        yield told
        if told.outcome is StepOutcome.FAILED:
            return
    async for told in _ask(endpoint):
        yield told


async def _look_up(way: _Way) -> ProbeStep:
    title = tr("Name")
    try:
        way.addresses = await addresses_of(way.host, way.port, way.seconds)
    except OndolError as error:
        return _failed(title, error)
    if way.addresses == (way.host,):
        return _fine(title, tr("It is an IP address: there is nothing to look up."))
    listed = ", ".join(way.addresses)
    return _fine(title, tr("{host} has the address {addresses}.", host=way.host, addresses=listed))


async def _connect(way: _Way) -> ProbeStep:
    title = tr("Connection")
    reached = await reach(way.addresses, way.port, way.seconds)
    way.address = reached.address
    failures = ", ".join(f"{address} ({why})" for address, why in reached.failures.items())
    if not reached.address:
        return ProbeStep(
            title,
            StepOutcome.FAILED,
            tr("No connection to port {port} of {addresses}.", port=way.port, addresses=failures),
            tr("Check that the server runs, that the port is right, and that no firewall blocks."),
        )
    text = tr("{address} answers at port {port}.", address=reached.address, port=way.port)
    if failures:
        text += " " + tr("These did not: {addresses}.", addresses=failures)
    return _fine(title, text)


async def _encrypt(way: _Way) -> ProbeStep:
    title = tr("Encryption")
    if not way.endpoint.url.startswith("https:"):
        return _unencrypted(title, way)
    name = way.endpoint.url.partition("://")[2]
    try:
        version, certificate = await _handshake(way)
    except (OSError, TimeoutError) as error:
        return await _not_encrypted(title, way, name, error)
    if way.endpoint.fingerprint:
        text = tr("{version}; it shows the certificate you trusted.", version=version)
    else:
        who = certificate.issuer
        text = tr("{version}; its certificate is vouched for by {who}.", version=version, who=who)
    return _fine(title, text)


async def _handshake(way: _Way) -> tuple[str, Certificate]:
    """The version agreed on and the certificate shown; raises OSError and TimeoutError."""
    context = tls.context_for(way.endpoint.fingerprint)
    async with asyncio.timeout(way.seconds):
        _, writer = await asyncio.open_connection(
            way.address, way.port, ssl=context, server_hostname=tls.server_name(way.host)
        )
    try:
        connection = writer.get_extra_info("ssl_object")
        if way.endpoint.fingerprint:
            tls.check_pin(connection, way.endpoint.fingerprint)
        der = connection.getpeercert(binary_form=True) or b""
        return connection.version() or "TLS", tls.described(der)
    finally:
        writer.transport.abort()


async def _not_encrypted(title: str, way: _Way, name: str, error: BaseException) -> ProbeStep:
    refused = tls.refusal(error, name)
    if isinstance(refused, CertificateRefused):
        shown = await tls.shown_certificate(way.address, way.port, way.host, _CERTIFICATE_SECONDS)
        todo = tr("Nothing was sent. Trust it only if its fingerprint is the one of your server.")
        return ProbeStep(title, StepOutcome.FAILED, refused.what, todo, shown)
    if refused is not None:
        return _failed(title, refused)
    if isinstance(error, ssl.SSLError):
        text = tr("{address} does not speak TLS.", address=name)
        return ProbeStep(title, StepOutcome.FAILED, text, tr("Try http:// instead of https://."))
    return _failed(title, ServerUnreachable(name, str(error)))


def _unencrypted(title: str, way: _Way) -> ProbeStep:
    if is_public_address(way.address):
        text = tr("None, and the server is on the internet: others can read what you write.")
        if way.endpoint.headers and not way.accepts_plain:
            todo = tr("Use https. The token was not sent: choose the server to decide about it.")
            return ProbeStep(title, StepOutcome.FAILED, text, todo)
        todo = tr("Use https if the server can.")
        return ProbeStep(title, StepOutcome.WARNED, text, todo)
    return _fine(title, tr("None; it stays on this machine or in your own network."))


async def _ask(endpoint: Endpoint) -> AsyncGenerator[ProbeStep, None]:
    from gui.models.client import ModelClient

    client = ModelClient(endpoint)
    title = tr("Answer")
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            version = await client.version()
        yield _fine(title, tr("It speaks Ollama's API, version {version}.", version=version))
        title = tr("Models")
        async with asyncio.timeout(ANSWER_SECONDS):
            count = len(await client.list_models())
    except TimeoutError:
        yield ProbeStep(
            title,
            StepOutcome.FAILED,
            tr(
                "It took the request, but did not answer within {seconds} s.",
                seconds=ANSWER_SECONDS,
            ),
            tr("It may be busy. Try again, or look at the server."),
        )
    except NotOllama as error:
        todo = tr("Check the port and the path: another program answers there.")
        yield ProbeStep(title, StepOutcome.FAILED, error.what, todo)
    except OndolError as error:
        yield _failed(title, error)
    else:
        yield _models(title, count)
    finally:
        await client.aclose()


def _models(title: str, count: int) -> ProbeStep:
    if count == 1:
        return _fine(title, tr("It has one model."))
    if count:
        return _fine(title, tr("It has {count} models.", count=count))
    return ProbeStep(
        title, StepOutcome.WARNED, tr("It has no models yet."), tr("Pull one in Get models.")
    )


def _fine(title: str, text: str) -> ProbeStep:
    return ProbeStep(title, StepOutcome.FINE, text)


def _failed(title: str, error: OndolError) -> ProbeStep:
    return ProbeStep(title, StepOutcome.FAILED, error.what, error.todo)

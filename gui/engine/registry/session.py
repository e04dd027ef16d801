"""One conversation with one registry: its token, its redirects, its refusals.

Credentials go to the registry's own address and nowhere else, in the `Authorization`
header and nowhere else (TOK-02).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx

from gui.engine.registry.addresses import Origin, origin_of
from gui.engine.registry.auth import check_realm, parse_challenge, read_token, to_sign, token_url
from gui.engine.registry.client import Body, Connections, Network, Patience
from gui.engine.registry.faults import (
    Busy,
    NotThere,
    RegistryError,
    Unauthorized,
    network_fault,
    shown,
)
from gui.engine.registry.keys import Keys

_REDIRECTS = {301, 302, 303, 307, 308}
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_MOST_HOPS = 5
_LONGEST_WAIT = 60.0
_LARGEST_TOKEN = 2**16
_LONGEST_REFUSAL = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """A response whose body is not read yet, and the address it came from."""

    response: httpx.Response
    url: httpx.URL
    is_foreign: bool
    """Whether a redirect led away from the registry on the way."""


class Session:
    """Speaks with the registry at `home` as long as somebody holds it."""

    def __init__(self, network: Network, home: Origin, keys: Keys) -> None:
        self.home = home
        self._connections = Connections(network, home)
        self._patience = network.patience
        self._keys = keys
        self._token = ""
        self._holders = 0

    @property
    def patience(self) -> Patience:
        """How long to wait here."""
        return self._patience

    @contextlib.asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Keep the connections open; they close when nobody holds the session any more."""
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                await self._connections.aclose()

    def url(self, path: str) -> httpx.URL:
        """The address of something at the registry."""
        return self.home.url.copy_with(raw_path=path.encode("ascii"))

    @contextlib.asynccontextmanager
    async def asked(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
    ) -> AsyncIterator[Answer]:
        """The answer to a request, redirects of a GET followed; closed at the end.

        A status that is no success is an answer too. Raises RegistryError, Retryable.
        """
        try:
            answer = await self._follow(method, url, headers or {}, body)
        except httpx.TransportError as problem:
            raise network_fault(problem, url) from problem
        try:
            yield answer
        except httpx.TransportError as problem:
            raise network_fault(problem, answer.url) from problem
        finally:
            with contextlib.suppress(httpx.TransportError):
                await answer.response.aclose()

    async def _follow(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], body: Body | None
    ) -> Answer:
        is_foreign = origin_of(url) != self.home
        for _ in range(_MOST_HOPS + 1):
            if is_foreign:
                response = await self._connections.send(method, url, headers)
            else:
                response = await self._at_home(method, url, headers, body)
            if response.status_code not in _REDIRECTS or method not in ("GET", "HEAD"):
                return Answer(response, url, is_foreign)
            location = response.headers.get("Location", "")
            await response.aclose()
            url = self._target(url, location)
            is_foreign = is_foreign or origin_of(url) != self.home
        raise RegistryError(f"{shown(url)}: stopped after {_MOST_HOPS} redirects")

    def _target(self, url: httpx.URL, location: str) -> httpx.URL:
        """Where a redirect leads; raises RegistryError where it may not."""
        try:
            target = url.join(location).copy_with(fragment=None)
        except httpx.InvalidURL:
            raise RegistryError(f"{shown(url)}: redirected to no usable address") from None
        if not location:
            raise RegistryError(f"{shown(url)}: redirected to nowhere")
        origin = origin_of(target)
        if origin.scheme == "http" and self.home.scheme != "http":
            raise RegistryError(
                f"redirect from {self.home.authority} to {origin.scheme}://{origin.authority} "
                "refused: it is not https"
            )
        return target

    async def _at_home(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], body: Body | None
    ) -> httpx.Response:
        """Ask the registry itself, once more with a new token if it wants one."""
        response = await self._connections.send(method, url, self._signed(headers), body)
        if response.status_code != 401:
            return response
        challenge = parse_challenge(response.headers.get("WWW-Authenticate", ""))
        await response.aclose()
        check_realm(challenge.realm, self.home)
        self._token = await self._new_token(token_url(challenge))
        response = await self._connections.send(method, url, self._signed(headers), body)
        if response.status_code == 401:
            await response.aclose()
            raise Unauthorized
        return response

    def _signed(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        return {**headers, "Authorization": f"Bearer {self._token}"} if self._token else headers

    async def _new_token(self, url: httpx.URL) -> str:
        signature = await asyncio.to_thread(self._keys.sign, to_sign(url))
        response = await self._connections.send("GET", url, {"Authorization": signature})
        try:
            if response.status_code in _PASSING:
                raise await refusal(response)
            text = await read_limited(response, _LARGEST_TOKEN)
        finally:
            await response.aclose()
        if not response.is_success:
            raise Unauthorized
        try:
            return read_token(json.loads(text))
        except (ValueError, RecursionError):
            raise Unauthorized from None


async def read_limited(response: httpx.Response, limit: int) -> bytes:
    """The whole body, of at most `limit` bytes; raises RegistryError, httpx.TransportError."""
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > limit:
            raise RegistryError(f"an answer is larger than {limit} bytes")
    return bytes(body)


async def refusal(response: httpx.Response) -> RegistryError:
    """The error that a response's status means, with the first words of its body."""
    status = response.status_code
    if status in (401, 403):
        return Unauthorized()
    if status == 404:
        return NotThere()
    text = ""
    with contextlib.suppress(httpx.TransportError, RegistryError):
        text = (await read_limited(response, 2**16)).decode("utf-8", "replace")
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    sentence = f"{status}: {words[:_LONGEST_REFUSAL]}"
    if status in _PASSING:
        return Busy(sentence, _asked_wait(response.headers.get("Retry-After", "")))
    return RegistryError(sentence)


def _asked_wait(header: str) -> float:
    """Seconds of a `Retry-After` header; 0 for a date, which registries do not send."""
    return min(float(header), _LONGEST_WAIT) if header.isascii() and header.isdigit() else 0.0

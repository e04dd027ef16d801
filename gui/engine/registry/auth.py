"""A registry's demand for a token: read, checked against the registry's address, answered.

The token, and the signature that buys it, go to nobody but the registry itself (TOK-01).
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from dataclasses import dataclass

import httpx

from gui.engine.registry.addresses import Origin, origin_of
from gui.engine.registry.faults import RegistryError, Unauthorized

_FIELD = re.compile(r'(\w+)\s*=\s*"([^"]*)"')
_LONGEST_CHALLENGE = 4096
_TOKEN = re.compile(r"[!-~]{1,16384}")
_NOTHING = base64.b64encode(hashlib.sha256(b"").hexdigest().encode()).decode()


@dataclass(frozen=True, slots=True)
class Challenge:
    """Where a token is to be had, and for what. `scopes` in the registry's words."""

    realm: httpx.URL
    service: str
    scopes: tuple[str, ...]


def parse_challenge(header: str) -> Challenge:
    """The demand in a `WWW-Authenticate` header; raises Unauthorized if there is no usable one."""
    kind, _, rest = header[:_LONGEST_CHALLENGE].partition(" ")
    fields = {key.lower(): value for key, value in _FIELD.findall(rest)}
    if kind.lower() != "bearer" or not fields.get("realm"):
        raise Unauthorized
    try:
        realm = httpx.URL(fields["realm"])
    except httpx.InvalidURL:
        raise Unauthorized from None
    return Challenge(realm, fields.get("service", ""), tuple(fields.get("scope", "").split()))


def check_realm(realm: httpx.URL, home: Origin) -> None:
    """Raise RegistryError, naming both hosts, unless the realm is the registry itself.

    From http to https is no step down, so that alone may differ.
    """
    asked = origin_of(realm)
    same = asked.authority == home.authority and asked.scheme in (home.scheme, "https")
    if not same:
        raise RegistryError(
            f'realm host "{asked.scheme}://{asked.authority}" does not match '
            f'original host "{home.scheme}://{home.authority}"'
        )


def token_url(challenge: Challenge) -> httpx.URL:
    """Where to ask for the token. Source of the parameters: Ollama's server/auth.go."""
    asked: list[tuple[str, str | int | float | bool | None]] = []
    asked += challenge.realm.params.multi_items()
    asked.append(("service", challenge.service))
    asked += [("scope", scope) for scope in challenge.scopes]
    asked.append(("ts", str(int(time.time()))))
    asked.append(("nonce", secrets.token_urlsafe(16)))
    return challenge.realm.copy_with(params=httpx.QueryParams(asked), fragment=None)


def to_sign(url: httpx.URL) -> str:
    """What the key signs for a request of `url` without a body."""
    return f"GET,{url},{_NOTHING}"


def read_token(answer: object) -> str:
    """The token in a JSON answer; raises Unauthorized if there is none that fits a header."""
    token = answer.get("token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise Unauthorized
    return token

"""Whom a pull sends to, and what: tokens, realms, redirects, addresses, proxies."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import logging
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from engine.registry.conftest import Home, Names
from engine.registry.registry_process import RegistryProcess

from gui.engine.registry.addresses import Origin, Reach, allowed_addresses, origin_of, reach_of
from gui.engine.registry.client import Connections, Network, user_agent
from gui.engine.registry.faults import RegistryError
from gui.engine.registry.keys import Keys

SMALL = b"small" * 1000
CANARY = "canary-token"


@pytest.fixture(scope="module")
def running_stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryProcess]:
    with RegistryProcess(tmp_path_factory.mktemp("stranger")) as process:
        yield process


@pytest.fixture
def stranger(running_stranger: RegistryProcess) -> RegistryProcess:
    """Another registry; nothing may come to it that is not for everybody."""
    running_stranger.faults()
    return running_stranger


def test_a_token_is_bought_with_a_signature(registry: RegistryProcess, home: Home) -> None:
    registry.add_model("library/auth:1b", SMALL)
    registry.faults(realm="SELF/token?client=x")
    home.pull(f"{registry.host}/library/auth:1b")
    bought = [r for r in registry.requests if r["path"].startswith("/token")]
    assert len(bought) == 1
    asked = parse_qs(urlsplit(bought[0]["path"]).query)
    assert asked["service"] == ["registry"]
    assert asked["client"] == ["x"]
    assert asked["scope"] == ["repository:x:pull,push", "other"]
    assert len(base64.urlsafe_b64decode(asked["nonce"][0] + "==")) == 16
    public, _, signature = bought[0]["headers"]["authorization"].partition(":")
    nothing = base64.b64encode(
        b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    ).decode()
    signed = f"GET,http://{registry.host}{bought[0]['path']},{nothing}"
    key = serialization.load_ssh_public_key(f"ssh-ed25519 {public}".encode())
    key.verify(base64.b64decode(signature), signed.encode())  # type: ignore[union-attr, call-arg]
    assert registry.requests[-1]["headers"]["authorization"] == f"Bearer {CANARY}"
    assert all(r["headers"]["user-agent"] == user_agent() for r in registry.requests)
    assert user_agent().startswith("ollama/0.33.0 (")


def test_tok_05_the_key_is_made_once_and_only_its_owner_reads_it(
    registry: RegistryProcess, home: Home
) -> None:
    registry.add_model("library/key:1b", SMALL)
    home.pull(f"{registry.host}/library/key:1b")
    key = home.folder / "id_ed25519"
    assert not key.exists()
    registry.faults(realm="SELF/token")
    home.pull(f"{registry.host}/library/key:1b")
    first = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.with_suffix(".pub").read_text().startswith("ssh-ed25519 ")
    home.pull(f"{registry.host}/library/key:1b")
    assert key.read_bytes() == first


def test_ollama_s_key_goes_first_unless_it_cannot_be_used(tmp_path: Path) -> None:
    theirs, own = tmp_path / "theirs", tmp_path / "own"
    public = Keys((theirs,), own).sign("x").partition(":")[0]
    secret = Ed25519PrivateKey.generate()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH)
    theirs.write_bytes(secret.private_bytes(*form, serialization.NoEncryption()))
    assert Keys((theirs,), own).sign("x").partition(":")[0] != public
    other = ec.generate_private_key(ec.SECP256R1())
    theirs.write_bytes(other.private_bytes(*form, serialization.NoEncryption()))
    assert Keys((theirs,), own).sign("x").partition(":")[0] == public
    own.write_text("damaged")
    with pytest.raises(RegistryError, match="own cannot be read"):
        Keys((theirs,), own).sign("x")


@pytest.mark.parametrize(
    "realm",
    ["http://STRANGER/token", "https://STRANGER/token", "http://localhost/token", "file:///token"],
)
def test_tok_01_a_realm_elsewhere_gets_nothing_and_both_hosts_are_named(
    registry: RegistryProcess, stranger: RegistryProcess, home: Home, realm: str
) -> None:
    registry.add_model("library/realm:1b", SMALL)
    realm = realm.replace("STRANGER", stranger.host)
    registry.faults(realm=realm)
    problem = home.refused(f"{registry.host}/library/realm:1b")
    assert stranger.requests == []
    if realm.startswith("http"):
        assert problem == (
            f'pull model manifest: realm host "{realm.removesuffix("/token")}" does not match '
            f'original host "http://{registry.host}"'
        )


@pytest.mark.parametrize("realm", ["http://user@SELF/token", "nonsense", "http://[/token"])
def test_tok_01_a_realm_that_is_no_address(
    registry: RegistryProcess, home: Home, realm: str
) -> None:
    registry.add_model("library/realm2:1b", SMALL)
    registry.faults(realm=realm.replace("SELF", registry.host))
    home.refused(f"{registry.host}/library/realm2:1b")
    assert [r["path"] for r in registry.requests] == ["/v2/library/realm2/manifests/1b"]


def test_a_token_that_is_refused(registry: RegistryProcess, home: Home) -> None:
    registry.add_model("library/denied:1b", SMALL)
    registry.faults(realm="SELF/token", token_status=403)
    problem = home.refused(f"{registry.host}/library/denied:1b")
    assert problem == "pull model manifest: unauthorized: access denied"


def test_tok_02_a_redirect_elsewhere_carries_no_token(
    registry: RegistryProcess, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    registry.add_model("library/cdn:1b", SMALL)
    registry.faults(realm="SELF/token", location="CDN?signature=hidden")
    with caplog.at_level(logging.DEBUG):
        home.pull(f"{registry.host}/library/cdn:1b")
    at_cdn = [r for r in registry.requests if r["role"] == "cdn"]
    assert len(at_cdn) == 3
    usual = {"host", "accept", "accept-encoding", "connection", "user-agent", "range"}
    for request in at_cdn:
        assert set(request["headers"]) <= usual
        assert request["headers"]["host"] == registry.cdn
        assert CANARY not in str(request)
    assert "hidden" not in "".join(r.getMessage() for r in caplog.records if r.levelno >= 20)


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://example.org/x",
        "http://user:pass@CDN/x",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/x",
        " ",
        "http://[",
    ],
)
@pytest.mark.parametrize("what", ["location", "manifest_location"])
def test_mod_06_redirects_that_are_not_followed(
    registry: RegistryProcess, home: Home, location: str, what: str
) -> None:
    registry.add_model("library/away:1b", SMALL)
    registry.faults(**{what: location.replace("CDN", registry.cdn)})
    home.refused(f"{registry.host}/library/away:1b")
    assert [r for r in registry.requests if r["role"] == "cdn"] == []
    assert home.blobs() == set()


def test_mod_06_a_ring_of_redirects_ends(registry: RegistryProcess, home: Home) -> None:
    registry.add_model("library/ring:1b", SMALL)
    registry.faults(manifest_location="/v2/library/ring/manifests/1b")
    assert "stopped after 5 redirects" in home.refused(f"{registry.host}/library/ring:1b")
    assert len(registry.requests) == 6


def test_mod_06_a_public_registry_leads_to_nothing_inside() -> None:
    """Also when its name means something else later, or several things at once."""

    async def reached(origin: Origin, answers: list[str], limit: Reach | None) -> list[str]:
        return (await allowed_addresses(origin, limit, Names(h=[answers]).lookup))[0]

    async def check() -> None:
        home = Origin("https", "h", 443)
        assert await reached(home, ["127.0.0.1", "8.8.8.8"], None) == ["8.8.8.8"]
        assert await reached(home, ["10.0.0.1", "8.8.8.8"], Reach.PUBLIC) == ["8.8.8.8"]
        assert await reached(home, ["10.0.0.1", "127.0.0.1"], Reach.PRIVATE) == ["10.0.0.1"]
        for inside in ("127.0.0.1", "10.1.1.1", "169.254.169.254", "::1", "fd00::1", "0.0.0.0"):
            with pytest.raises(RegistryError, match="inside this machine or network"):
                await reached(home, [inside], Reach.PUBLIC)
        with pytest.raises(RegistryError, match="inside this machine or network"):
            await reached(home, ["169.254.169.254"], None)

    asyncio.run(check())


def test_mod_06_a_private_registry_does_not_lead_to_this_machine(
    registry: RegistryProcess, home: Home
) -> None:
    """Over real sockets: the registry counts as private, its redirect leads to loopback."""
    registry.add_model("library/inside:1b", SMALL)
    registry.faults(location="CDN")
    network = Network({}, home.network.patience)
    connections = Connections(network, origin_of_text("http://10.9.9.9"))
    connections._limit = Reach.PRIVATE

    async def send() -> None:
        await connections.send("GET", httpx_url(f"http://{registry.cdn}/x"), {})

    with pytest.raises(RegistryError, match="inside this machine or network"):
        asyncio.run(send())
    assert registry.requests == []


def test_mod_06_names_stay_in_host_and_addresses_are_kept(
    registry: RegistryProcess, home: Home
) -> None:
    """DNS that changes its mind during a pull changes nothing."""
    registry.add_model("library/named:1b", SMALL)
    port = registry.host.rpartition(":")[2]
    answers = Names(registry_test=[["127.0.0.1"], ["8.8.8.8"]])
    home.with_network(lookup=answers.lookup)
    home.pull(f"registry.test:{port}/library/named:1b")
    assert {r["headers"]["host"] for r in registry.requests} == {f"registry.test:{port}"}
    assert len(registry.requests) == 4


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        ("8.8.8.8", Reach.PUBLIC),
        ("2606:4700::1", Reach.PUBLIC),
        ("10.0.0.1", Reach.PRIVATE),
        ("100.64.0.1", Reach.PRIVATE),
        ("fd00::1", Reach.PRIVATE),
        ("127.9.9.9", Reach.LOOPBACK),
        ("0.0.0.0", Reach.LOOPBACK),
        ("::", Reach.LOOPBACK),
        ("::ffff:127.0.0.1", Reach.LOOPBACK),
        ("64:ff9b::7f00:1", Reach.LOOPBACK),
        ("2002:7f00:1::", Reach.LOOPBACK),
        ("::ffff:169.254.169.254", None),
        ("169.254.169.254", None),
        ("fe80::1", None),
        ("224.0.0.1", None),
    ],
)
def test_mod_06_how_far_inside_an_address_is(address: str, reach: Reach | None) -> None:
    assert reach_of(address) is reach


def httpx_url(text: str) -> Any:
    import httpx

    return httpx.URL(text)


def origin_of_text(text: str) -> Origin:
    return origin_of(httpx_url(text))


def test_ip_literals_are_what_the_standard_library_says() -> None:
    assert str(ipaddress.ip_address("::ffff:8.8.8.8")) != "8.8.8.8"
    assert reach_of("::ffff:8.8.8.8") is Reach.PUBLIC

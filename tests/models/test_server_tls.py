"""NET-21: a certificate is believed when the system vouches for it, or when it is pinned."""

from __future__ import annotations

import asyncio
import gc
import ssl
from pathlib import Path

import pytest
from certificates import Identity, TlsServer, identity
from faults.server import HANG, FaultServer
from resolver import resolve

from gui.errors import CertificateRefused, OndolError, TlsTooOld
from gui.models.client import ModelClient
from gui.models.tls import described, shown_certificate
from gui.records import CertificateProblem, Endpoint, ServerKind


@pytest.fixture(scope="module")
def authority() -> Identity:
    return identity(("Authority",), is_authority=True)


@pytest.fixture
def _known(authority: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority is the only one the system knows."""
    file = tmp_path / "authorities.pem"
    file.write_bytes(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))


def version(url: str, fingerprint: str = "", token: str = "secret") -> str:
    async def asked() -> str:
        headers = (("Authorization", f"Bearer {token}"),)
        client = ModelClient(Endpoint(ServerKind.REMOTE, url, headers, fingerprint, "x"))
        try:
            return await client.version()
        finally:
            await client.aclose()

    return asyncio.run(asked())


@pytest.mark.usefixtures("_known")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost."])
def test_net_21_what_the_system_vouches_for_is_believed(
    authority: Identity, tmp_path: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, {"localhost": ["127.0.0.1"], "localhost.": ["127.0.0.1"]})
    path = identity(issuer=authority).save(tmp_path, "server")
    with TlsServer(path) as server:
        assert version(f"https://{host}:{server.port}") == "0.33.0"
        assert server.last("/api/version").headers["authorization"] == "Bearer secret"


CASES = {
    "self-signed": (CertificateProblem.SELF_SIGNED, "vouches for itself"),
    "unknown-issuer": (CertificateProblem.UNKNOWN_ISSUER, "is not known to this machine"),
    "expired": (CertificateProblem.EXPIRED, "has expired"),
    "not-yet-valid": (CertificateProblem.NOT_YET_VALID, "is not valid yet"),
    "wrong-host": (CertificateProblem.WRONG_HOST, "is for another name"),
}


def _identity(case: str, authority: Identity) -> Identity:
    return {
        "self-signed": lambda: identity(),
        "unknown-issuer": lambda: identity(issuer=identity(("Other",), is_authority=True)),
        "expired": lambda: identity(issuer=authority, days=(-10, -1)),
        "not-yet-valid": lambda: identity(issuer=authority, days=(1, 10)),
        "wrong-host": lambda: identity(("other.example",), issuer=authority),
    }[case]()


@pytest.mark.usefixtures("_known")
@pytest.mark.parametrize("case", CASES)
def test_net_21_refused_with_the_reason_and_nothing_sent(
    case: str, authority: Identity, tmp_path: Path
) -> None:
    problem, words = CASES[case]
    path = _identity(case, authority).save(tmp_path, "server")
    with TlsServer(path) as server:
        with pytest.raises(CertificateRefused) as raised:
            version(server.url)
        assert raised.value.problem is problem
        assert words in raised.value.what
        assert server.name in raised.value.what
    assert not server.requests


@pytest.mark.usefixtures("_known")
@pytest.mark.parametrize("case", CASES)
def test_net_21_a_pin_believes_that_certificate_only(
    case: str, authority: Identity, tmp_path: Path
) -> None:
    trusted = _identity(case, authority)
    other = identity(issuer=authority)
    with TlsServer(trusted.save(tmp_path, "server")) as server:
        assert version(server.url, trusted.fingerprint) == "0.33.0"
    server = TlsServer(other.save(tmp_path, "other"))
    with server, pytest.raises(CertificateRefused) as raised:
        version(server.url, trusted.fingerprint)
    assert raised.value.problem is CertificateProblem.CHANGED
    assert not server.requests


def test_net_27_a_handshake_that_is_given_up_leaves_no_socket() -> None:
    """An unclosed socket is a warning, and a warning fails the test."""
    with FaultServer({"": [HANG]}) as server:

        async def given_up() -> None:
            url = server.url.replace("http:", "https:")
            client = ModelClient(Endpoint(ServerKind.REMOTE, url, fingerprint="0" * 64))
            asking = asyncio.create_task(client.version())
            while not server.requests:
                await asyncio.sleep(0.01)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            await client.aclose()

        asyncio.run(given_up())
        assert server.requests[0].gone.wait(1)
    gc.collect()


@pytest.mark.parametrize("fingerprint", ["", "0" * 64])
def test_net_21_old_tls_is_refused(tmp_path: Path, fingerprint: str) -> None:
    path = identity().save(tmp_path, "server")
    server = TlsServer(path)
    server.context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        server.context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        server.context.maximum_version = ssl.TLSVersion.TLSv1_1
    with server, pytest.raises(TlsTooOld, match="TLS: 1"):
        version(server.url, fingerprint)
    assert not server.requests


def test_net_18_authorities_that_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the environment names: an error in words, no crash."""
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    with TlsServer(identity().save(tmp_path, "server")) as server, pytest.raises(OndolError):
        version(server.url)


def test_certificate_is_shown_whole(tmp_path: Path) -> None:
    shown = identity(("ollama.home", "192.168.1.5"))
    with TlsServer(shown.save(tmp_path, "server")) as server:
        read = asyncio.run(shown_certificate("127.0.0.1", server.port, "ollama.home", 2.0))
    assert read is not None
    assert read.fingerprint == shown.fingerprint
    assert read.names == ("ollama.home", "192.168.1.5")
    assert read.subject == read.issuer == "CN=Test ollama.home"
    assert read.valid_from < read.valid_until


def test_certificate_that_is_none() -> None:
    read = described(b"no certificate")
    assert (read.subject, read.names) == ("", ())
    assert len(read.fingerprint) == 64

"""Proxies, and TLS that is checked against the name although an address is connected to."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from engine.registry.conftest import Home, Names
from engine.registry.registry_process import RegistryProcess

from gui.engine.registry.addresses import Origin
from gui.engine.registry.client import Network
from gui.engine.registry.faults import RegistryError


def test_a_proxy_is_used_but_never_for_this_machine(registry: RegistryProcess, home: Home) -> None:
    proxies = {"http": f"http://{registry.host}", "no": "corp.test, .inner.test:80"}
    network = Network(proxies)
    used = {
        host: network.proxy_for(Origin("http", host, 80))
        for host in ("r.test", "localhost", "127.0.0.1", "::1", "a.corp.test", "notcorp.test")
    }
    assert {host for host, proxy in used.items() if proxy} == {"r.test", "notcorp.test"}
    assert Network(proxies | {"no": "*"}).proxy_for(Origin("http", "r.test", 80)) == ""
    home.with_network(proxies={"http": f"http://{registry.host}"})
    problem = home.refused("r.test/library/none:1b")
    assert problem == "pull model manifest: file does not exist"
    assert registry.requests[0]["path"] == "http://r.test/v2/library/none/manifests/1b"
    assert "inside this network" in home.refused("169.254.169.254/library/none:1b")


def test_a_proxy_that_cannot_be_used_is_told(home: Home) -> None:
    home.with_network(proxies={"all": "socks5h://127.0.0.1:1"})
    assert "the proxy of the environment cannot be used" in home.refused("r.test/library/m:1b")


def certificate(name: str, folder: Path) -> Path:
    """A self-signed certificate with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    file = folder / f"{name}.pem"
    file.write_bytes(
        built.public_bytes(form)
        + key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@pytest.mark.parametrize("host", ["registry.test", "other.test"])
def test_tls_is_checked_against_the_name_not_the_address(
    home: Home, tmp_path: Path, host: str
) -> None:
    file = certificate("registry.test", tmp_path)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(file)
    asked: list[str | None] = []
    serving.sni_callback = lambda _socket, name, _context: asked.append(name)
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async def pull() -> str:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=serving)
        port = server.sockets[0].getsockname()[1]
        names = Names(**{host.replace(".", "_"): [["127.0.0.1"]]})
        home.with_network(tls=ssl.create_default_context(cafile=file), lookup=names.lookup)
        try:
            await home.pulling(f"{host}:{port}/library/m:1b", insecure=False)
        except RegistryError as problem:
            return str(problem)
        finally:
            server.close()
        return ""

    problem = asyncio.run(pull())
    assert asked == [host]
    if host == "registry.test":
        assert problem == "pull model manifest: file does not exist"
        assert b"Host: registry.test:" in heard[0]
    else:
        assert "CERTIFICATE_VERIFY_FAILED" in problem
        assert heard == []

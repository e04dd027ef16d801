"""Encryption: which certificates are believed, which one was chosen, and why one is not.

The system's authorities are asked (`truststore`), TLS 1.2 is the oldest version, and a
pinned certificate is compared whole, by its SHA-256, before a byte is sent (NET-21).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gui.errors import CertificateRefused, ServerError, TlsTooOld
from gui.records import Certificate, CertificateProblem

if TYPE_CHECKING:
    from cryptography import x509

# OpenSSL's X509_V_ERR_*, then what macOS and Windows say for the same.
_PROBLEMS = {
    18: CertificateProblem.SELF_SIGNED,
    **dict.fromkeys((2, 19, 20, 21, -67843, 0x800B0109), CertificateProblem.UNKNOWN_ISSUER),
    **dict.fromkeys((10, -67818, 0x800B0101), CertificateProblem.EXPIRED),
    9: CertificateProblem.NOT_YET_VALID,
    **dict.fromkeys((62, 64, -67602, 0x800B010F), CertificateProblem.WRONG_HOST),
}
_OLD_VERSION = {
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "WRONG_SSL_VERSION",
    "VERSION_TOO_LOW",
}
_MOST_NAMES = 20


class PinMismatch(ssl.SSLError):
    """The server shows another certificate than the one that was trusted."""


def context_for(fingerprint: str) -> ssl.SSLContext:
    """What a connection is made with; with a fingerprint, `check_pin` has the last word."""
    if fingerprint:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def fingerprint_of(der: bytes) -> str:
    """The SHA-256 of a certificate, 64 hexadecimal digits."""
    return hashlib.sha256(der).hexdigest()


def check_pin(connection: ssl.SSLObject | ssl.SSLSocket, fingerprint: str) -> None:
    """Raise PinMismatch unless the peer shows exactly the certificate that was trusted."""
    shown = fingerprint_of(connection.getpeercert(binary_form=True) or b"")
    if shown != fingerprint:
        raise PinMismatch(f"the certificate is {shown}")


def server_name(host: str) -> str:
    """The name that a certificate must be for: without a zone, without the dot at its end."""
    return host.partition("%")[0].rstrip(".")


def refusal(error: BaseException, address: str) -> ServerError | None:
    """The refusal of ours that `error` comes from, None when it has nothing to do with TLS."""
    for cause in causes(error):
        if isinstance(cause, PinMismatch):
            return CertificateRefused(address, CertificateProblem.CHANGED, str(cause))
        if isinstance(cause, ssl.SSLCertVerificationError):
            problem = _PROBLEMS.get(cause.verify_code, CertificateProblem.OTHER)
            return CertificateRefused(address, problem, str(cause))
        if isinstance(cause, ssl.SSLError) and cause.reason in _OLD_VERSION:
            return TlsTooOld(address, str(cause))
    return None


async def shown_certificate(
    address: str, port: int, host: str, seconds: float
) -> Certificate | None:
    """The certificate that the server at an IP address shows for `host`, believed or not.

    None when it shows none in time. Nothing is sent to it.
    """
    context = context_for("any")
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(
                address, port, ssl=context, server_hostname=server_name(host)
            )
        der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    except (OSError, TimeoutError):
        return None
    finally:
        if writer is not None:
            writer.transport.abort()
    return described(der) if der else None


def described(der: bytes) -> Certificate:
    """A certificate in the words by which a person compares it."""
    from cryptography import x509

    try:
        read = x509.load_der_x509_certificate(der)
        subject, issuer = read.subject.rfc4514_string(), read.issuer.rfc4514_string()
        begins, ends = read.not_valid_before_utc, read.not_valid_after_utc
        names = _names(read)
    except ValueError:
        return Certificate(fingerprint_of(der), "", "", (), 0.0, 0.0)
    times = begins.timestamp(), ends.timestamp()
    return Certificate(fingerprint_of(der), _shown(subject), _shown(issuer), names, *times)


def _names(read: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509

    with contextlib.suppress(x509.ExtensionNotFound):
        found = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        hosts = found.get_values_for_type(x509.DNSName)
        addresses = found.get_values_for_type(x509.IPAddress)
        return tuple(_shown(str(name)) for name in (*hosts, *addresses))[:_MOST_NAMES]
    return ()


def _shown(text: str) -> str:
    """Foreign text in one line that cannot be long or disguise itself."""
    return "".join(letter for letter in text[:200] if letter.isprintable())


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup) and error.exceptions:
            error = error.exceptions[0]
        else:
            error = error.__cause__ or error.__context__

"""A9: blobs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import httpx
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import refusal


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@covers("A9.head", "A9.post")
def test_a_blob_is_stored_once(http: httpx.Client) -> None:
    data = b"a blob of this test"
    path = f"/api/blobs/{_digest(data)}"
    assert http.head(path).status_code == 404
    first = http.post(path, content=data)
    assert (first.status_code, first.content) == (201, b"")
    assert http.head(path).status_code == 200
    assert http.post(path, content=data).status_code == 200


@covers("A9.post")
def test_a_blob_in_chunks_of_unknown_length(http: httpx.Client) -> None:
    pieces = [bytes([number]) * 100_000 for number in range(40)]

    def sent() -> Iterator[bytes]:
        yield from pieces

    path = f"/api/blobs/{_digest(b''.join(pieces))}"
    assert http.post(path, content=sent()).status_code == 201
    assert http.head(path).status_code == 200


@covers("A9.mismatch")
def test_other_bytes_than_the_digest_says(http: httpx.Client) -> None:
    expected, got = _digest(b"expected by this test"), _digest(b"got by this test")
    answer = http.post(f"/api/blobs/{expected}", content=b"got by this test")
    says = f'digest mismatch, expected "{expected}", got "{got}"'
    assert refusal(answer) == (400, says)
    for digest in (expected, got):
        assert http.head(f"/api/blobs/{digest}").status_code == 404


@covers("A9.upper")
def test_a_digest_in_capitals(http: httpx.Client) -> None:
    data = b"a blob in capitals"
    digest = _digest(data)
    shouted = "sha256:" + digest.removeprefix("sha256:").upper()
    assert http.post(f"/api/blobs/{shouted}", content=data).status_code == 201
    assert http.head(f"/api/blobs/{digest}").status_code == 200


@covers("A9.head")
@pytest.mark.parametrize("digest", ["x", "sha256:", "sha256:" + "0" * 63, "sha512:" + "0" * 64])
def test_digests_that_are_none(http: httpx.Client, digest: str) -> None:
    """MOD-01."""
    assert http.head(f"/api/blobs/{digest}").status_code == 400
    assert refusal(http.post(f"/api/blobs/{digest}")) == (400, "invalid digest format")

"""A11, A12 and D5: models from and to a registry on loopback, over the wire."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import created, lines, refusal, whole
from engine.registry.registry_process import RegistryProcess
from engine_process import STARTER, EngineUnderTest
from tiny_models import tiny_llama


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryProcess]:
    """A registry process for this file."""
    with RegistryProcess(tmp_path_factory.mktemp("registry") / "files") as running:
        yield running


@pytest.fixture
def calm(registry: RegistryProcess) -> RegistryProcess:
    """The registry, failing at nothing."""
    registry.faults()
    return registry


def _pull(http: httpx.Client, name: str, **fields: Any) -> list[dict[str, Any]]:
    body = {"model": name, "insecure": True, **fields}
    return lines(http.post("/api/pull", json=body))


def _statuses(progress: list[dict[str, Any]]) -> list[str]:
    """The statuses, each once in a row."""
    statuses: list[str] = []
    for line in progress:
        assert "error" not in line, line
        if statuses[-1:] != [line["status"]]:
            statuses.append(line["status"])
    return statuses


def _names(http: httpx.Client) -> set[str]:
    return {entry["name"] for entry in whole(http.get("/api/tags"))["models"]}


@covers("A11.lines", "A11.cached", "A11.credentials", "D5.manifest", "A0.stream-default")
def test_the_lines_of_a_pull(http: httpx.Client, calm: RegistryProcess) -> None:
    weights, notice, config = calm.add_model("test/first:latest", tiny_llama(31), b"its licence")
    name = f"{calm.host}/test/first"
    progress = _pull(http, name, username="me", password="x")
    pulling = [f"pulling {digest[7:19]}" for digest in (weights, notice, config)]
    ending = ["verifying sha256 digest", "writing manifest", "success"]
    assert _statuses(progress) == ["pulling manifest", *pulling, *ending]
    layers = [line for line in progress if "digest" in line]
    assert {line["digest"] for line in layers} == {weights, notice, config}
    for digest in (weights, notice, config):
        last = [line for line in layers if line["digest"] == digest][-1]
        assert last["completed"] == last["total"] == len(calm.blob(digest))
    assert f"{name}:latest" in _names(http)
    shown = whole(http.post("/api/show", json={"model": name}))
    assert shown["license"] == "its licence"
    raw = (calm.folder / "manifests" / "test" / "first" / "latest").read_bytes()
    (entry,) = [
        one for one in http.get("/api/tags").json()["models"] if one["name"] == f"{name}:latest"
    ]
    assert entry["digest"] == hashlib.sha256(raw).hexdigest()
    again = _pull(http, name)
    assert _statuses(again) == ["pulling manifest", *pulling, *ending]
    cached = [line for line in again if "digest" in line]
    assert len(cached) == 3
    assert all(line["completed"] == line["total"] for line in cached)
    accepts = {
        one["headers"]["accept"]
        for one in calm.requests
        if one["path"].endswith("manifests/latest")
    }
    assert accepts == {"application/vnd.docker.distribution.manifest.v2+json"}


@covers("A0.stream-false", "A11.lines", "A11.missing", "A0.names-pull")
def test_only_the_last_line(http: httpx.Client, calm: RegistryProcess) -> None:
    calm.add_model("test/quiet:v1", tiny_llama(32))
    body = {"name": f"{calm.host}/test/quiet:v1", "insecure": True, "stream": False}
    assert whole(http.post("/api/pull", json=body)) == {"status": "success"}
    missing = "pull model manifest: file does not exist"
    body["name"] = f"{calm.host}/test/none"
    assert refusal(http.post("/api/pull", json=body)) == (500, missing)
    progress = lines(http.post("/api/pull", json={**body, "stream": True}))
    assert progress == [{"status": "pulling manifest"}, {"error": missing}]


@covers("A11.insecure")
def test_plain_http_only_when_told(http: httpx.Client, calm: RegistryProcess) -> None:
    calm.add_model("test/plain:latest", tiny_llama(33))
    for name in (f"{calm.host}/test/plain", f"http://{calm.host}/test/plain"):
        progress = lines(http.post("/api/pull", json={"model": name}))
        assert list(progress[-1]) == ["error"]
        assert not [one for one in calm.requests if one["path"].startswith("/v2")]
        assert f"{calm.host}/test/plain:latest" not in _names(http)


@covers("A11.mismatch", "D5.digest")
def test_wrong_bytes(http: httpx.Client, calm: RegistryProcess) -> None:
    """MOD-05."""
    weights, *_ = calm.add_model("test/wrong:latest", tiny_llama(34))
    calm.faults(wrong=[weights])
    name = f"{calm.host}/test/wrong"
    *_, last = _pull(http, name)
    says = f"digest mismatch, file must be downloaded again: want {weights}, got sha256:"
    assert last["error"].startswith(says)
    assert f"{name}:latest" not in _names(http)
    assert http.head(f"/api/blobs/{weights}").status_code == 404
    calm.faults()
    assert _statuses(_pull(http, name))[-1] == "success"


@covers("A11.replacing")
def test_a_newer_model(http: httpx.Client, calm: RegistryProcess) -> None:
    old, *_ = calm.add_model("test/newer:latest", tiny_llama(35))
    name = f"{calm.host}/test/newer"
    _pull(http, name)
    calm.add_model("test/newer:latest", tiny_llama(36))
    statuses = _statuses(_pull(http, name))
    assert statuses[-3:] == ["writing manifest", "removing unused layers", "success"]
    assert http.head(f"/api/blobs/{old}").status_code == 404


@covers("A11.unauthorized", "D5.auth", "D5.redirect")
def test_who_asks(http: httpx.Client, calm: RegistryProcess) -> None:
    """TOK-01, TOK-02: the token goes to the registry alone."""
    calm.add_model("test/secret:latest", tiny_llama(37))
    name = f"{calm.host}/test/secret"
    calm.faults(realm="SELF/token", location="CDN")
    assert _statuses(_pull(http, name))[-1] == "success"
    asked = calm.requests
    (token,) = [one for one in asked if one["path"].startswith("/token")]
    assert ":" in token["headers"]["authorization"]
    for part in ("service=registry", "ts=", "nonce=", "scope="):
        assert part in token["path"]
    at_cdn = [one for one in asked if one["role"] == "cdn"]
    assert at_cdn
    assert all("authorization" not in one["headers"] for one in at_cdn)
    calm.add_model("test/refused:latest", tiny_llama(38))
    calm.faults(realm="SELF/token", token_status=401)
    *_, last = _pull(http, f"{calm.host}/test/refused")
    assert "unauthorized" in last["error"]
    calm.faults(realm=f"http://{calm.cdn}/token")
    *_, last = _pull(http, f"{calm.host}/test/refused")
    assert list(last) == ["error"]
    assert not [one for one in calm.requests if one["role"] == "cdn"]


@covers("A11.resume", "D5.parts", "A0.disconnect")
def test_a_pull_that_was_left_goes_on(
    http: httpx.Client, calm: RegistryProcess, engine: EngineUnderTest
) -> None:
    data = bytes(range(256)) * 40_000
    weights = calm.add_blob(data)
    calm.add_model("test/large:latest", data)
    calm.faults(rate=4_000_000)
    name = f"{calm.host}/test/large"
    with http.stream("POST", "/api/pull", json={"model": name, "insecure": True}) as answer:
        for line in answer.iter_lines():
            if '"completed":' in line and '"total":10240000' in line and calm.served > 3_000_000:
                break
    blobs = engine.log.parent / "data" / "models" / "blobs"
    partial = blobs / f"{weights.replace(':', '-')}-partial"
    _wait_until_quiet(calm)
    assert partial.exists()
    calm.faults()
    assert _statuses(_pull(http, name))[-1] == "success"
    assert calm.served < len(data)
    ranges = [one["headers"].get("range") for one in calm.requests if weights in one["path"]]
    assert any(ranges)
    assert not list(blobs.glob("*-partial*"))


def _wait_until_quiet(registry: RegistryProcess) -> None:
    """Until no bytes go out any more, which would take seconds were nobody told to stop."""
    before, end = -1, time.monotonic() + 1.5
    while registry.served != before and time.monotonic() < end:
        before = registry.served
        time.sleep(0.2)
    assert registry.served == before


@covers("A11.shared")
def test_two_pulls_share_one_download(http: httpx.Client, calm: RegistryProcess) -> None:
    data = bytes(reversed(range(256))) * 8_000
    calm.add_model("test/shared:latest", data)
    calm.faults(rate=4_000_000)
    name = f"{calm.host}/test/shared"
    other: list[list[dict[str, Any]]] = []
    thread = threading.Thread(target=lambda: other.append(_pull(http, name)))
    thread.start()
    statuses = _statuses(_pull(http, name))
    thread.join()
    assert statuses[-1] == _statuses(other[0])[-1] == "success"
    assert calm.served < 1.2 * len(data)


@covers("A8.pull-first", "A8.status-order")
def test_create_pulls_its_base(http: httpx.Client, calm: RegistryProcess) -> None:
    """A base that is on no registry is known in the stream; nothing is made."""
    base = f"{calm.host}/test/none"
    progress = lines(http.post("/api/create", json={"model": "based", "from": base}))
    assert progress[0] == {"status": "pulling manifest"}
    assert list(progress[-1]) == ["error"]
    assert "based:latest" not in _names(http)


@covers("A12.lines", "A0.stream-default")
def test_the_lines_of_a_push(http: httpx.Client, calm: RegistryProcess) -> None:
    name = f"{calm.host}/test/pushed"
    created(http, name, **{"from": "tiny"}, system="Pushed.")
    progress = lines(http.post("/api/push", json={"model": name, "insecure": True}))
    statuses = _statuses(progress)
    assert statuses[0] == "retrieving manifest"
    assert statuses[-2:] == ["pushing manifest", "success"]
    digests = list(dict.fromkeys(line["digest"] for line in progress if "digest" in line))
    assert statuses[1:-2] == [f"pushing {digest[7:19]}" for digest in digests]
    manifest = calm.manifest("test/pushed:latest")
    sent = [layer["digest"] for layer in (*manifest["layers"], manifest["config"])]
    assert digests == sent
    for digest in sent:
        assert "sha256:" + hashlib.sha256(calm.blob(digest)).hexdigest() == digest
    body = {"model": name, "insecure": True, "stream": False}
    assert whole(http.post("/api/push", json=body)) == {"status": "success"}


@covers("A12.unknown", "A0.names-push")
@pytest.mark.parametrize("name", ["none", "a b", STARTER])
def test_what_cannot_be_pushed(http: httpx.Client, name: str) -> None:
    *before, last = lines(http.post("/api/push", json={"model": name}))
    assert [line["status"] for line in before] == [
        "retrieving manifest",
        "couldn't retrieve manifest",
    ]
    assert list(last) == ["error"]


@covers("E4.methods", "E5.in-stream", "A11.lines", "A12.lines")
def test_the_official_client(
    official: ollama.Client, calm: RegistryProcess, tmp_path: Path
) -> None:
    calm.add_model("test/official:latest", tiny_llama(39))
    name = f"{calm.host}/test/official"
    parts = list(official.pull(name, insecure=True, stream=True))
    assert (parts[0].status, parts[-1].status) == ("pulling manifest", "success")
    assert official.pull(name, insecure=True).status == "success"
    assert official.chat(name, [{"role": "user", "content": "a"}], options={"num_predict": 2}).done
    parts = list(official.push(name, insecure=True, stream=True))
    assert (parts[0].status, parts[-1].status) == ("retrieving manifest", "success")
    with pytest.raises(ollama.ResponseError, match="file does not exist") as refused:
        list(official.pull(f"{calm.host}/test/none", insecure=True, stream=True))
    assert refused.value.status_code == -1

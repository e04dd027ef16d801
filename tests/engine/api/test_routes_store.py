"""Blobs, create, copy and delete over the wire, with plain HTTP and the official client."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import ollama
import psutil
import pytest
from engine_process import STARTER, EngineUnderTest
from gguf_files import F16, SOUND, gguf, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_samples import snapshot
from tiny_models import tiny_llama, tiny_lora

OWN_FILE = "a file of yours in the models folder: remove it there"
HEX = "0123456789abcdef" * 4


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def upload(http: httpx.Client, data: bytes) -> str:
    digest = digest_of(data)
    assert http.post(f"/api/blobs/{digest}", content=data).status_code in (200, 201)
    return digest


def create(http: httpx.Client, **body: Any) -> list[dict[str, Any]]:
    answer = http.post("/api/create", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def delete(http: httpx.Client, name: str) -> httpx.Response:
    return http.request("DELETE", "/api/delete", json={"model": name})


def listed(http: httpx.Client) -> dict[str, Any]:
    return {model["name"]: model for model in http.get("/api/tags").json()["models"]}


@pytest.fixture
def name(http: httpx.Client) -> Iterator[str]:
    """A name that no other test uses; the model is deleted afterwards."""
    text = f"test-{secrets.token_hex(4)}"
    yield text
    delete(http, text)


def models_folder(engine: EngineUnderTest) -> Path:
    return engine.log.parent / "data" / "models"


def test_blobs(http: httpx.Client) -> None:
    data = secrets.token_bytes(300_000)
    url = f"/api/blobs/{digest_of(data)}"
    assert http.head(url).status_code == 404
    answer = http.post(url, content=data)
    assert (answer.status_code, answer.content) == (201, b"")
    assert http.head(url).status_code == 200
    assert (
        http.head(url.replace(digest_of(data)[7:], digest_of(data)[7:].upper())).status_code == 200
    )
    assert http.post(url, content=b"not read").status_code == 200
    assert http.get(url).status_code == 405


def test_mod_05_a_wrong_digest_leaves_nothing(http: httpx.Client, engine: EngineUnderTest) -> None:
    data = secrets.token_bytes(2_000_000)
    answer = http.post(f"/api/blobs/sha256:{HEX}", content=data)
    assert answer.status_code == 400
    says = f'digest mismatch, expected "sha256:{HEX}", got "{digest_of(data)}"'
    assert answer.json() == {"error": says}
    assert http.head(f"/api/blobs/sha256:{HEX}").status_code == 404
    assert http.head(f"/api/blobs/{digest_of(data)}").status_code == 404
    assert not list((models_folder(engine) / ".ondol").glob("incoming-*"))


@pytest.mark.parametrize("method", ["HEAD", "POST"])
@pytest.mark.parametrize(
    "digest",
    [
        *("sha256:", f"sha256:{HEX[:63]}", f"sha256:{HEX}0", f"sha512:{HEX}", HEX, "x"),
        *("sha256:../../x", "..%2f..%2fx", f"sha256:{HEX[:60]}%2f..", f"sha256:{HEX[:63]}%00"),
        *("sha256:%c2%b2" + HEX[1:], "%2e%2e/%2e%2e/etc/passwd", ""),
    ],
)
def test_mod_01_hostile_digests(http: httpx.Client, method: str, digest: str) -> None:
    answer = http.request(method, f"/api/blobs/{digest}", content=b"x" if method == "POST" else b"")
    assert answer.status_code in (400, 404)
    if method == "POST" and answer.status_code == 400:
        assert answer.json() == {"error": "invalid digest format"}


@given(
    text=st.text(max_size=90)
    | st.from_regex(r"(sha256[:-])?[0-9a-fA-F./\\]{50,70}", fullmatch=True)
    | st.from_regex(r"[A-Za-z0-9_.:/\\~-]{1,30}", fullmatch=True)
    | st.from_regex(r"([A-Z][A-Za-z0-9_.-]{0,9}/){0,3}[A-Za-z0-9_.-]{1,9}", fullmatch=True),
    route=st.sampled_from(["blob", "create", "files", "from", "copy", "delete", "show"]),
)
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_mod_01_nothing_outside_the_store_changes(
    http: httpx.Client, engine: EngineUnderTest, text: str, route: str
) -> None:
    home = models_folder(engine)
    outside = {
        name: content
        for name, content in snapshot(engine.log.parent).items()
        if not name.startswith("data/models/") and name != "engine.log"
    }
    loose = {path.name: path.read_bytes() for path in home.glob("*.gguf")}
    safe = text.encode("utf-8", "replace").decode()
    requests: dict[str, tuple[str, str, Any]] = {
        "create": ("POST", "/api/create", {"model": safe, "from": STARTER}),
        "files": ("POST", "/api/create", {"model": "x", "files": {safe: safe}}),
        "from": ("POST", "/api/create", {"model": "x", "from": safe, "adapters": {safe: safe}}),
        "copy": ("POST", "/api/copy", {"source": safe, "destination": safe}),
        "delete": ("DELETE", "/api/delete", {"model": f"{safe}-{HEX}"}),
        "show": ("POST", "/api/show", {"model": safe}),
    }
    if route == "blob":
        url = httpx.URL(engine.url).copy_with(raw_path=_quoted(f"/api/blobs/{safe}"))
        answer = http.post(url, content=b"not what it says")
    else:
        method, path, body = requests[route]
        answer = http.request(method, path, json=body)
    assert answer.status_code in (400, 404) or route == "create", (route, safe, answer.text)
    if answer.status_code == 200:
        assert delete(http, safe).status_code == 200
    assert {path.name: path.read_bytes() for path in home.glob("*.gguf")} == loose
    assert {path.name for path in home.iterdir()} <= {*loose, *("blobs", "manifests", ".ondol")}
    now = snapshot(engine.log.parent)
    assert {name: now.get(name) for name in outside} == outside
    assert all(name in outside or name.startswith(("data/models/", "engine.log")) for name in now)


def _quoted(path: str) -> bytes:
    return (
        "".join(f"%{byte:02x}" if byte > 126 or byte < 46 else chr(byte) for byte in path.encode())
        .replace("?", "%3f")
        .encode()
    )


def test_a_large_upload_takes_constant_memory(http: httpx.Client, engine: EngineUnderTest) -> None:
    size, piece = 300 * 2**20, bytes(2**20)
    whole = hashlib.sha256()
    for _ in range(size // len(piece)):
        whole.update(piece)
    process = psutil.Process(engine.pid)
    before = process.memory_info().rss
    most = 0

    def body() -> Iterator[bytes]:
        nonlocal most
        for number in range(size // len(piece)):
            if number % 20 == 0:
                most = max(most, process.memory_info().rss)
            yield piece

    digest = f"sha256:{whole.hexdigest()}"
    answer = http.post(
        f"/api/blobs/{digest}", content=body(), headers={"Content-Length": str(size)}
    )
    assert answer.status_code == 201
    assert most - before < 40 * 2**20
    (models_folder(engine) / "blobs" / digest.replace(":", "-")).unlink()


def test_an_upload_that_is_broken_off_leaves_nothing(engine: EngineUnderTest) -> None:
    folder = models_folder(engine) / ".ondol"
    head = (
        f"POST /api/blobs/sha256:{HEX} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n"
    )
    with socket.create_connection(engine.address) as connection:
        connection.sendall(f"{head}Authorization: Bearer {engine.token}\r\n\r\n".encode())
        connection.sendall(bytes(3_000_000))
        _wait(lambda: bool(list(folder.glob("incoming-*"))))
    _wait(lambda: not list(folder.glob("incoming-*")))


def test_an_upload_that_cannot_fit_is_refused_at_once(engine: EngineUnderTest) -> None:
    connection = http.client.HTTPConnection(*engine.address, timeout=10)
    connection.putrequest("POST", f"/api/blobs/sha256:{HEX}")
    for key, value in {**engine.headers, "Content-Length": str(2**60)}.items():
        connection.putheader(key, value)
    connection.endheaders(b"first bytes")
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())) == (
        500,
        {"error": "no space left on the disk for this file"},
    )
    connection.close()


def _wait(done: Any) -> None:
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_persona_made_and_asked_by_the_official_client(
    engine: EngineUnderTest, http: httpx.Client, name: str
) -> None:
    async def work() -> None:
        async with ollama.AsyncClient(
            host=engine.url, headers=engine.headers, trust_env=False
        ) as client:
            lines = await client.create(
                name,
                from_=STARTER,
                system="You are Ondol, a calm and friendly helper.",
                parameters={"temperature": 0.0, "num_ctx": 512, "num_predict": 12},
                stream=True,
            )
            statuses = [line.status async for line in lines]
            assert statuses[-2:] == ["writing manifest", "success"]
            assert (await client.create(f"{name}:two", from_=name)).status == "success"
            shown = await client.show(name)
            assert shown.details is not None
            assert shown.details.parent_model == STARTER
            answer = await client.chat(name, [{"role": "user", "content": "Who are you?"}])
            assert answer.message.content
            assert (answer.eval_count or 0) <= 12
            rendered = await client.chat(name, [{"role": "user", "content": "x"}])
            assert (rendered.prompt_eval_count or 0) > 15
            assert (await client.copy(name, f"{name}:three")).status == "success"
            for tag in ("two", "three"):
                assert (await client.delete(f"{name}:{tag}")).status == "success"
            with pytest.raises(ollama.ResponseError, match="not found"):
                await client.delete(f"{name}:three")

    asyncio.run(work())
    assert listed(http)[f"{name}:latest"]["details"]["parameter_size"] == "134.52M"


def test_a_model_from_a_file_of_the_official_client(
    engine: EngineUnderTest, http: httpx.Client, name: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "model.gguf", tiny_llama(seed=7))
    lora = write(tmp_path / "lora.gguf", tiny_lora(seed=7))

    async def work() -> None:
        async with ollama.AsyncClient(
            host=engine.url, headers=engine.headers, trust_env=False
        ) as client:
            digest = await client.create_blob(file)
            assert digest == await client.create_blob(file)
            adapter = await client.create_blob(lora)
            done = await client.create(
                name,
                files={"model.gguf": digest},
                adapters={"lora.gguf": adapter},
                template="{{ .System }}|{{ .Prompt }}|{{ .Response }}",
                system="S",
                license=["MIT", "BSD"],
                parameters={"num_predict": 3, "stop": ["zzz"]},
                messages=[{"role": "user", "content": "hi"}],
            )
            assert done.status == "success"
            answer = await client.generate(name, "words")
            assert answer.done_reason == "length"
            assert answer.eval_count == 3

    asyncio.run(work())
    shown = http.post("/api/show", json={"model": name}).json()
    assert shown["license"] == "MIT\nBSD"
    assert shown["template"].startswith("{{ .System }}|")
    assert "ADAPTER " in shown["modelfile"]


def test_the_exact_lines_of_a_create(http: httpx.Client, name: str) -> None:
    data = tiny_llama(seed=8)
    digest = upload(http, data)
    lines = create(http, model=name, files={"a.gguf": digest}, system=name, quantize="f32")
    statuses = [line["status"] for line in lines]
    assert statuses[:5] == [
        "parsing GGUF",
        "validating GGUF model",
        "verifying conversion",
        f"using existing layer {digest}",
        "using autodetected template chatml",
    ]
    assert statuses[6:] == [
        f"creating new layer {digest_of(name.encode())}",
        "writing manifest",
        "success",
    ]
    again = create(http, model=name, files={"a.gguf": digest}, system=name)
    assert again[6]["status"] == f"using existing layer {digest_of(name.encode())}"


def test_without_a_stream_there_is_the_last_line_alone(http: httpx.Client, name: str) -> None:
    answer = http.post("/api/create", json={"model": name, "from": STARTER, "stream": False})
    assert answer.json() == {"status": "success"}
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({}, 400, "invalid model name"),
        ({"model": "m"}, 400, "neither 'from' or 'files' was specified"),
        ({"model": "m", "from": "a b"}, 400, "invalid model name"),
        ({"model": "m", "from": STARTER, "adapters": {}}, 400, "unknown type"),
        (
            {"model": "m", "from": STARTER, "template": "{{ upper .Prompt }}"},
            400,
            'template error: template: :1: function "upper" not defined',
        ),
        (
            {"model": "m", "files": {"a.gguf": f"sha256:{HEX}"}},
            500,
            f"open sha256-{HEX}: no such file or directory",
        ),
        (
            {"model": "m", "from": STARTER, "quantize": "q8_0"},
            500,
            "quantization is only supported for F16, BF16 and F32 models",
        ),
    ],
)
def test_refusals_have_a_status_of_their_own(
    http: httpx.Client, body: dict[str, Any], status: int, text: str, *, stream: bool
) -> None:
    answer = http.post("/api/create", json={**body, "stream": stream})
    assert (answer.status_code, answer.json()) == (status, {"error": text})
    assert "m:latest" not in listed(http)


def test_a_model_that_is_loaded_can_be_made_anew_and_deleted(http: httpx.Client, name: str) -> None:
    def said() -> int:
        answer = http.post("/api/generate", json={"model": name, "prompt": "a", "stream": False})
        count: int = answer.json()["eval_count"]
        return count

    digest = upload(http, tiny_llama(seed=9))
    for count in (2, 4):
        create(http, model=name, files={"a.gguf": digest}, parameters={"num_predict": count})
        assert said() == count
    assert f"{name}:latest" in [one["name"] for one in http.get("/api/ps").json()["models"]]
    assert delete(http, name.upper()).status_code == 200
    assert f"{name}:latest" not in [one["name"] for one in http.get("/api/ps").json()["models"]]
    assert http.head(f"/api/blobs/{digest}").status_code == 404
    answer = http.post("/api/generate", json={"model": name, "prompt": "a"})
    assert answer.status_code == 404


def test_copies(http: httpx.Client, name: str) -> None:
    create(http, model=name, **{"from": STARTER}, system="mine")
    answer = http.post("/api/copy", json={"source": name, "destination": f"{name}/b:c"})
    assert (answer.status_code, answer.content) == (200, b"")
    models = listed(http)
    assert models[f"{name}/b:c"]["digest"] == models[f"{name}:latest"]["digest"]
    assert delete(http, f"{name}/b:c").status_code == 200
    answer = http.post("/api/copy", json={"source": STARTER, "destination": f"{name}:starter"})
    assert answer.status_code == 200
    shown = http.post("/api/show", json={"model": f"{name}:starter"}).json()
    assert "Apache License" in shown["license"]
    assert delete(http, f"{name}:starter").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({}, 400, 'source "" is invalid'),
        ({"source": "a b", "destination": "x"}, 400, 'source "a b" is invalid'),
        ({"source": "m", "destination": "../x"}, 400, 'destination "../x" is invalid'),
        ({"source": "Nope", "destination": "x"}, 404, 'model "Nope" not found'),
    ],
)
def test_copy_refusals(http: httpx.Client, body: dict[str, str], status: int, text: str) -> None:
    answer = http.post("/api/copy", json=body)
    assert (answer.status_code, answer.json()) == (status, {"error": text})


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        ("", 400, "model is required"),
        ("a b", 400, 'name "a b" is invalid'),
        ("../../x", 400, 'name "../../x" is invalid'),
        ("Nope:x", 404, "model 'Nope:x' not found"),
        (STARTER, 400, f"{STARTER} comes with Ondol and cannot be deleted"),
        (
            "too-many-layers",
            400,
            f"too-many-layers:latest is {OWN_FILE} (too-many-layers.gguf)",
        ),
    ],
)
def test_delete_refusals(http: httpx.Client, text: str, status: int, says: str) -> None:
    before = listed(http)
    answer = delete(http, text)
    assert (answer.status_code, answer.json()) == (status, {"error": says})
    assert listed(http) == before


def test_delete_by_the_old_key_and_of_damaged_models(
    http: httpx.Client, engine: EngineUnderTest, name: str
) -> None:
    folder = models_folder(engine) / "manifests" / "registry.ollama.ai" / "library" / name
    folder.mkdir(parents=True)
    (folder / "latest").write_text("not a manifest")
    assert f"{name}:latest" not in listed(http)
    assert http.request("DELETE", "/api/delete", json={"name": name}).status_code == 200
    assert not folder.exists()


def test_a_sound_file_llama_cpp_refuses_can_be_made_and_deleted(
    http: httpx.Client, name: str
) -> None:
    create(http, model=name, files={"a.gguf": upload(http, gguf())})
    answer = http.post("/api/generate", json={"model": name, "prompt": "a"})
    assert answer.status_code == 500
    assert delete(http, name).status_code == 200


def test_a_base_whose_registry_does_not_answer(http: httpx.Client, name: str) -> None:
    body = {"model": name, "from": "127.0.0.1:9/nobody/listens"}
    *_, last = create(http, **body)
    assert "internal error" not in last["error"]
    assert http.post("/api/create", json={**body, "stream": False}).status_code == 500
    assert f"{name}:latest" not in listed(http)


def test_who_leaves_during_a_create_ends_it(
    http: httpx.Client, engine: EngineUnderTest, name: str
) -> None:
    """The parts of a model are large; nobody waits for them to become one file."""
    weights, files = 48 * 2**20, {}
    for number in range(3):
        own = dict(SOUND) if number == 0 else {"general.architecture": "llama"}
        split = {"split.no": number, "split.count": 3, "split.tensors.count": 3}
        tensor = ("token_embd.weight" if number == 0 else f"blk.{number}.attn_q.weight",)
        part = gguf(own | split, [(*tensor, (8, weights // 16), F16, 0)], data=weights)
        files[f"m-0000{number + 1}-of-00003.gguf"] = upload(http, part)
    body = json.dumps({"model": name, "files": files}).encode()
    head = f"POST /api/create HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    store = models_folder(engine)
    blobs = {path.name for path in (store / "blobs").iterdir()}
    with socket.create_connection(engine.address) as connection:
        connection.sendall(f"{head}Authorization: Bearer {engine.token}\r\n\r\n".encode() + body)
        received = b""
        while b"converting model" not in received:
            received += connection.recv(4096)
            assert b"success" not in received
    _wait(lambda: not list((store / ".ondol").glob("incoming-*")))
    assert {path.name for path in (store / "blobs").iterdir()} == blobs
    assert f"{name}:latest" not in listed(http)
    for digest in files.values():
        (store / "blobs" / digest.replace(":", "-")).unlink()

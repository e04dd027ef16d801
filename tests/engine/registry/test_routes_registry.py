"""`/api/pull` and `/api/push` of a real engine, also with the official client."""

from __future__ import annotations

import asyncio
import json
import random
import time
from typing import Any

import httpx
import ollama
import pytest
from engine.registry.registry_process import RegistryProcess
from engine_process import EngineUnderTest

BIG = random.Random(4).randbytes(20 * 2**20)


def lines(http: httpx.Client, path: str, **body: Any) -> list[dict[str, Any]]:
    with http.stream("POST", path, json=body) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/x-ndjson"
        return [json.loads(line) for line in answer.iter_lines()]


@pytest.mark.parametrize("body", [{}, {"model": ""}, {"model": "a b"}, {"name": "../x"}])
def test_mod_01_a_name_that_is_none(http: httpx.Client, body: dict[str, Any]) -> None:
    answer = http.post("/api/pull", json=body)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid model name"})


def test_a_model_that_is_not_there(registry: RegistryProcess, http: httpx.Client) -> None:
    name = f"{registry.host}/library/none:1b"
    problem = {"error": "pull model manifest: file does not exist"}
    assert lines(http, "/api/pull", model=name, insecure=True) == [
        {"status": "pulling manifest"},
        problem,
    ]
    answer = http.post("/api/pull", json={"model": name, "insecure": True, "stream": False})
    assert (answer.status_code, answer.json()) == (500, problem)


def test_a_push_without_a_name_or_a_manifest(http: httpx.Client) -> None:
    answer = http.post("/api/push", json={"model": ""})
    assert (answer.status_code, answer.json()) == (400, {"error": "model is required"})
    for name in ("smollm2:135m", "no such model"):
        assert lines(http, "/api/push", model=name) == [
            {"status": "retrieving manifest"},
            {"status": "couldn't retrieve manifest"},
            {"error": f"model '{name}' not found"},
        ]


def test_the_official_client_pulls_and_pushes(
    registry: RegistryProcess, engine: EngineUnderTest
) -> None:
    weights, *_ = registry.add_model("library/official:1b", BIG)
    name = f"{registry.host}/library/official:1b"
    with ollama.Client(engine.url, headers=engine.headers, trust_env=False) as client:
        pull_and_push(client, name, weights, registry)


def pull_and_push(
    client: ollama.Client, name: str, weights: str, registry: RegistryProcess
) -> None:
    told = list(client.pull(name, insecure=True, stream=True))
    assert told[0].status == "pulling manifest"
    assert told[-1].status == "success"
    of_weights = [line for line in told if line.digest == weights]
    assert of_weights[-1].completed == of_weights[-1].total == len(BIG)
    assert client.pull(name, insecure=True).status == "success"

    (registry.folder / "blobs" / weights.replace(":", "-")).unlink()
    pushed = list(client.push(name, insecure=True, stream=True))
    assert [line.status for line in pushed][-2:] == ["pushing manifest", "success"]
    assert registry.blob(weights) == BIG
    client.delete(name)


def test_leaving_ends_the_pull_and_keeps_what_came(
    registry: RegistryProcess, engine: EngineUnderTest, http: httpx.Client
) -> None:
    registry.add_model("library/leave:1b", BIG)
    registry.faults(rate=2 * 2**20)
    body = {"model": f"{registry.host}/library/leave:1b", "insecure": True}
    with http.stream("POST", "/api/pull", json=body) as answer:
        for line in answer.iter_lines():
            if json.loads(line).get("completed", 0) > 2**19:
                break
    deadline = time.monotonic() + 10
    before = -1
    while registry.served != before and time.monotonic() < deadline:
        before = registry.served
        time.sleep(0.3)
    assert registry.served < len(BIG) // 2
    registry.faults()
    assert lines(http, "/api/pull", **body)[-1] == {"status": "success"}
    assert registry.served < len(BIG)


def test_a_chat_goes_on_during_a_pull(
    registry: RegistryProcess, engine: EngineUnderTest, http: httpx.Client
) -> None:
    registry.add_model("library/aside:1b", BIG)
    registry.faults(rate=10 * 2**20)

    async def both() -> tuple[Any, Any]:
        name = f"{registry.host}/library/aside:1b"
        messages = [{"role": "user", "content": "Hi"}]
        async with ollama.AsyncClient(
            engine.url, headers=engine.headers, trust_env=False
        ) as client:
            return await asyncio.gather(
                client.pull(name, insecure=True),
                client.chat("smollm2:135m", messages, options={"num_predict": 5}),
            )

    pulled, answered = asyncio.run(both())
    assert pulled.status == "success"
    assert answered.message.content

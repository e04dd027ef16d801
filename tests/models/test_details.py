"""Details of models read with tolerance, and models copied and renamed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest
from engine_process import STARTER, EngineUnderTest
from faults import answers
from faults.readers import ask
from faults.server import FaultServer
from hypothesis import given
from hypothesis import strategies as st
from models.pulling import engine_endpoint

from gui.errors import BadModelName, ModelNotFound, NameTaken
from gui.models import reading
from gui.models.changes import copy_model, rename_model
from gui.models.client import ModelClient
from gui.models.details import details_of, read_details
from gui.records import LoadedModel

T = TypeVar("T")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUnderTest]:
    with EngineUnderTest(tmp_path_factory.mktemp("engine")) as running:
        yield running


def on(engine: EngineUnderTest, work: Callable[[ModelClient], Awaitable[T]]) -> T:
    async def asked() -> T:
        client = ModelClient(engine_endpoint(engine))
        try:
            return await work(client)
        finally:
            await client.aclose()

    return asyncio.run(asked())


def test_details_of_the_starter(engine: EngineUnderTest) -> None:
    details = on(engine, lambda client: read_details(client, STARTER))
    pairs = dict(details.metadata)
    assert pairs["general.architecture"] == "llama"
    assert details.metadata[0][0].startswith("general.")
    assert details.info.size > 9 * 10**7
    assert len(details.digest) == 64
    assert details.info.digest == details.digest
    assert details.modelfile.count("FROM ") >= 1
    assert details.tensors[0][0]
    assert details.tensors[0][2]
    assert details.info.context_length == 8192


def test_details_of_a_model_made_here(engine: EngineUnderTest) -> None:
    body = {
        "model": "made",
        "from": STARTER,
        "system": "Be brief.",
        "license": ["MIT", "and more"],
        "parameters": {"temperature": 0.5, "stop": ["END"]},
        "messages": [{"role": "user", "content": "hi"}],
        "stream": False,
    }
    with engine.client() as http:
        assert http.post("/api/create", json=body).json() == {"status": "success"}
    details = on(engine, lambda client: read_details(client, "made"))
    assert details.system == "Be brief."
    assert details.license.endswith("MIT\nand more")
    assert details.info.parent == STARTER
    assert "temperature" in details.parameters
    assert details.messages == (("user", "hi"),)
    assert details.layers[0][0] == "model"
    assert details.layers[0][1].startswith("sha256:")
    on(engine, lambda client: client.delete("made"))


def test_a_model_that_is_not_there(engine: EngineUnderTest) -> None:
    with pytest.raises(ModelNotFound):
        on(engine, lambda client: read_details(client, "nothing"))
    with pytest.raises(ModelNotFound):
        on(engine, lambda client: copy_model(client, "nothing", "other"))
    with pytest.raises(ModelNotFound):
        on(engine, lambda client: client.delete("nothing"))


def test_copy_rename_delete(engine: EngineUnderTest) -> None:
    async def journey(client: ModelClient) -> None:
        assert await copy_model(client, STARTER, "Second") == "Second:latest"
        with pytest.raises(NameTaken, match="second:latest"):
            await copy_model(client, STARTER, "second")
        with pytest.raises(BadModelName):
            await copy_model(client, STARTER, "a b")
        with pytest.raises(NameTaken):
            await rename_model(client, "Second", STARTER)
        assert await rename_model(client, "Second", "me/third:v1") == "me/third:v1"
        names = {model.name for model in await client.list_models()}
        assert names == {STARTER, "me/third:v1"}
        await client.delete("me/third:v1")
        assert {model.name for model in await client.list_models()} == {STARTER}

    on(engine, journey)


def test_loaded_until_when(engine: EngineUnderTest) -> None:
    async def journey(client: ModelClient) -> None:
        await client.load(STARTER, {"num_ctx": 512})
        (found,) = await client.loaded()
        assert found.name == STARTER
        assert found.context_length == 512
        assert found.size > 9 * 10**7
        assert found.expires_at is not None
        assert 200 < found.expires_at - time.time() < 400
        await client.unload(STARTER)
        assert await client.loaded() == ()

    on(engine, journey)


@pytest.mark.parametrize(
    ("when", "expires_at"),
    [
        ("2026-11-24T10:00:00.123456789+09:00", 1795482000.123456),
        ("2026-11-24T10:00:00Z", 1795514400.0),
        ("2318-11-23T00:00:00Z", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("soon", None),
        ("", None),
        (7, None),
    ],
)
def test_when_a_model_leaves(when: object, expires_at: float | None) -> None:
    (found,) = reading.loaded({"models": [{"name": "m", "expires_at": when, "size_vram": -1}]})
    assert found == LoadedModel("m", expires_at=expires_at)


def test_net_29_odd_details() -> None:
    odd: dict[str, Any] = {
        "modelfile": 5,
        "template": None,
        "system": "\ud83d and \0",
        "parameters": ["x"],
        "license": [1, "MIT"],
        "details": "x",
        "model_info": {
            "general.architecture": "llama",
            "llama.context_length": -1,
            "long": "x" * 10_000,
            "list": [1, 2, 3],
            "empty": [],
            "null": None,
            "object": {"a": 1},
            "deep": [[[[1]]]],
            "huge": 10**400,
            "float": float("inf"),
            "<b>html</b>": True,
        },
        "tensors": [
            5,
            {"name": "t", "shape": [1, -1, "x", 2**70, 8]},
            {"shape": [1]},
            {"name": "u", "shape": list(range(100))},
        ],
        "messages": [{"role": "user"}, {"content": "x"}, None, {"role": 5}],
    }
    details = details_of("m", odd)
    pairs = dict(details.metadata)
    assert pairs["list"] == "1, 2, 3"
    assert pairs["<b>html</b>"] == "true"
    assert len(pairs["long"]) == 500
    assert {"empty", "null", "object"}.isdisjoint(pairs)
    assert details.tensors == (("t", "", (1, 8)),)
    assert details.messages == (("user", ""),)
    assert (details.modelfile, details.license, details.system) == ("", "MIT", "\ufffd and \ufffd")
    assert details.info.context_length == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(["model_info", "tensors", "messages", "license", "details", "modelfile"])


@given(st.dictionaries(KEYS, JSON))
def test_net_29_any_answer_is_read(answer: dict[str, Any]) -> None:
    assert details_of("m", answer).info.name == "m"


def test_layers_of_an_ollama() -> None:
    hexa = ["ab" * 32, "cd" * 32, "ef" * 32]
    modelfile = (
        '# Modelfile generated by "ollama show"\n'
        f"FROM /usr/share/ollama/.ollama/models/blobs/sha256-{hexa[0]}\n"
        f"FROM /usr/share/ollama/.ollama/models/blobs/sha256-{hexa[1]}\n"
        f"ADAPTER /x y/sha256-{hexa[2]}\n"
        f'SYSTEM "FROM sha256-{"0" * 64}\nFROM /x/sha256-{"0" * 64}\n"\n'
    )
    assert details_of("m", {"modelfile": modelfile}).layers == (
        ("model", f"sha256:{hexa[0]}"),
        ("model", f"sha256:{hexa[1]}"),
        ("adapter", f"sha256:{hexa[2]}"),
    )


def test_details_over_ollama_take_size_and_digest_from_the_list() -> None:
    with FaultServer({"/api/tags": answers.tags(["M:latest"])}) as server:
        details = ask(server, lambda client: read_details(client, "m"))
    assert (details.digest, details.info.size) == ("a" * 64, 1000)
    assert details.info.context_length == 8192

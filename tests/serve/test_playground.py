"""LangServe's playground, as a browser uses it: what it makes forms of, asks for and listens to."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from served_chains import InThread, echo, events, prepared

from gui.errors import StreamCut
from gui.records import Variable
from gui.serve.meter import Tell

Serve = Callable[..., InThread]
LETTER = (
    Variable("whom", label="To whom?", default="my aunt"),
    Variable("tone", default="warm", choices=("warm", "formal")),
    Variable("occasion", label="What for?"),
)


def schemas(page: str) -> dict[str, dict[str, Any]]:
    """What the page makes its forms of, by name."""
    written = re.findall(r"window\.(\w+)_SCHEMA = (.*);\n", page)
    return {name: json.loads(text) for name, text in written}


def test_the_page_can_make_its_forms(serve: Serve) -> None:
    """JSON Forms knows no `null`: with it in a schema, the page stays white."""
    with serve(prepared(variables=LETTER)).client() as http:
        found = schemas(http.get("/chain/playground/").text)
        assert found.keys() == {"CONFIG", "INPUT", "OUTPUT"}
        assert http.get("/chain/config_schema").json() == found["CONFIG"]
    assert found["CONFIG"].get("properties", {}) == {}
    fields = found["INPUT"]["properties"]
    assert {field["type"] for field in fields.values()} == {"string"}
    assert set(fields) == {"input", "occasion", "whom", "tone"}
    assert found["INPUT"]["required"] == ["input", "occasion"]


def test_what_the_page_says_of_a_field_is_not_its_title_again(serve: Serve) -> None:
    with serve(prepared(variables=LETTER)).client() as http:
        fields = schemas(http.get("/chain/playground/").text)["INPUT"]["properties"]
    said = {name: (field["title"], field.get("description")) for name, field in fields.items()}
    assert said == {
        "input": ("Input", "What the person says."),
        "whom": ("To whom?", "If left out: my aunt"),
        "tone": ("tone", "For example: warm, formal. If left out: warm"),
        "occasion": ("What for?", None),
    }


def test_everything_the_page_loads_is_there(serve: Serve) -> None:
    with serve().client() as http:
        page = http.get("/chain/playground/")
        named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(named) == 3
        for address in named:
            assert http.get(address).status_code == 200
        plain = http.get("/chain/playground")
        assert plain.headers["location"] == f"{http.base_url}/chain/playground/"


def test_the_address_that_the_page_shares_is_the_chain(serve: Serve) -> None:
    """It is that of an empty configuration; one with something in it is not served (SRV-11)."""
    with serve().client() as http:
        shared = http.get("/chain/c/N4XyA/playground")
        assert shared.headers["location"] == f"{http.base_url}/chain/playground/"
        said = http.post("/chain/c/N4XyA/invoke", json={"input": "x"})
        assert said.json()["output"] == "heard: x"
        wrong = http.post("/chain/c/N4XyA/invoke", json={"input": {"lc": 1}})
        assert wrong.status_code == 422
        for other in ("N4IgxgNghgTg9gVwHYBcCmIBcIC+Q/invoke", "N4XyA", "N4XyA/../x", "/invoke"):
            assert http.post(f"/chain/c/{other}", json={"input": "x"}).status_code == 404
    with serve().client("wrong") as http:
        assert http.get("/chain/c/N4XyA/playground/").status_code == 401


def test_the_playground_hears_the_reply_and_nothing_of_its_prompts(serve: Serve) -> None:
    with serve().client() as http:
        heard = events(
            http.post("/chain/stream_log", json={"input": {"input": "안녕 <b>"}, "config": {}}).text
        )
    operations = [op for kind, data in heard if kind == "data" for op in data["ops"]]
    assert operations[0]["path"] == ""
    assert (
        "".join(o["value"] for o in operations if o["path"] == "/streamed_output/-")
        == (operations[-1]["value"])
    )
    assert operations[-1] == {"op": "replace", "path": "/final_output", "value": "heard: 안녕 <b>"}
    assert operations[0]["value"]["logs"] == {}
    assert heard[-1] == ("end", None)


@pytest.mark.parametrize(("said", "before"), [("at once", ""), ("midway", "so far ")])
def test_srv_10_the_page_shows_a_fault(serve: Serve, said: str, before: str) -> None:
    """It shows the output alone, and nothing of an `error` event."""

    async def fail(values: Mapping[str, str], tell: Tell) -> int:
        if values["input"] == "midway":
            tell("so far ")
            await asyncio.sleep(0.05)
        raise StreamCut("10.0.0.7", "why")

    with serve(prepared(fail)).client() as http:
        heard = events(http.post("/chain/stream_log", json={"input": said}).text)
    output = [op["value"] for kind, data in heard if kind == "data" for op in data["ops"]][1:]
    sentence = "[the model server's reply was cut]"
    assert output == ([before, f"\n\n{sentence}"] if before else [sentence])
    assert heard[-1][0] == "error"


@pytest.mark.parametrize("running", [1, 2])
def test_a_batch_runs_no_more_at_a_time_than_may(serve: Serve, running: int) -> None:
    """The configuration has no form, and counts all the same."""
    now = most = 0

    async def counted(values: Mapping[str, str], tell: Tell) -> int:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.03)
        now -= 1
        return await echo(values, tell)

    with serve(prepared(counted), running=running).client() as http:
        body = {"inputs": ["x"] * 6, "config": {"max_concurrency": 16}}
        assert len(http.post("/chain/batch", json=body).json()["output"]) == 6
    assert most == running

"""Whatever is asked, the served chain says what is wrong with it, and stays (SRV-14).

Bodies are made from what openapi.json says of them, as a stranger's tool would make them, and
then spoiled here and there.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from served_chains import KEY, InThread

_RUNS = ("invoke", "stream", "stream_log", "batch")
_ANSWERS = {200, 400, 413, 415, 422}
_MANY = settings(max_examples=4 * settings().max_examples)

# With halves of surrogate pairs, which JSON can write.
_texts = st.text(st.characters(exclude_categories=()), max_size=20)
_leaf = st.none() | st.booleans() | st.integers() | st.floats() | _texts
_json = st.recursive(
    _leaf,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ("input", "topic", "lc", "id", "type", "kwargs", "__root__", "root", "")
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def _from_schema(schema: dict[str, Any], parts: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that fit a schema of openapi.json."""
    if "$ref" in schema:
        return _from_schema(parts[schema["$ref"].rpartition("/")[2]], parts)
    if "anyOf" in schema:
        return st.one_of([_from_schema(one, parts) for one in schema["anyOf"]])
    match schema.get("type"):
        case "object":
            required = set(schema.get("required", ()))
            fields = {n: _from_schema(f, parts) for n, f in schema.get("properties", {}).items()}
            return st.fixed_dictionaries(
                {n: f for n, f in fields.items() if n in required},
                optional={n: f for n, f in fields.items() if n not in required},
            )
        case "array":
            return st.lists(_from_schema(schema.get("items", {}), parts), max_size=3)
        case "string":
            return _texts
        case "integer":
            return st.integers(schema.get("minimum", -5), 20)
        case "null":
            return st.none()
        case _:
            return _json


def _bodies(server: InThread, route: str) -> st.SearchStrategy[Any]:
    with server.client() as http:
        said = http.get("/openapi.json").json()
    like = "stream" if route == "stream_log" else route
    body = said["paths"][f"/chain/{like}"]["post"]["requestBody"]["content"]["application/json"]
    fitting = _from_schema(body["schema"], said["components"]["schemas"])
    assert not fitting.is_empty
    return fitting


@st.composite
def _spoiled(draw: st.DrawFn, fitting: st.SearchStrategy[Any]) -> Any:
    """A value that fits, with another thing somewhere in it."""
    whole = draw(fitting)
    place = whole
    while isinstance(place, dict | list) and place:
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key: Any = draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.booleans()):
            place[key] = draw(_json)
            break
        place = inner
    return whole


@pytest.mark.parametrize("route", _RUNS)
def test_srv_14_no_body_makes_it_fail(echoing: InThread, route: str) -> None:
    fitting = _bodies(echoing, route)
    seen: set[int] = set()

    @_MANY
    @given(fitting | _spoiled(fitting) | _json)
    def ask(body: object) -> None:
        answer = http.post(
            f"/chain/{route}",
            content=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        seen.add(answer.status_code)
        assert answer.status_code in _ANSWERS, answer.text
        if answer.status_code != 200:
            assert isinstance(answer.json()["detail"], str)
        elif route.startswith("stream"):
            assert answer.text.endswith("event: end\r\n\r\n")

    with echoing.client() as http:
        ask()
        assert {200, 422} <= seen
        assert http.post("/chain/invoke", json={"input": "x"}).status_code == 200


_words = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12)
_paths = st.builds(
    "".join,
    st.lists(
        st.sampled_from(("/", "chain", "invoke", "playground", "c", "N4XyA", "..", "%2e", "%00"))
        | st.sampled_from(("openapi.json", "assets", "input_schema", "?config_hash=x", "%", "//"))
        | _words,
        max_size=7,
    ),
).map(lambda path: f"/{path}")
_kinds = st.sampled_from(("application/json", "text/plain", "", "application/json; charset=x"))


@pytest.mark.parametrize("key", [KEY, ""])
def test_srv_14_no_address_makes_it_fail(echoing: InThread, key: str) -> None:
    """By raw lines: clients tidy addresses up."""

    @_MANY
    @given(
        st.sampled_from(("GET", "POST", "PUT", "HEAD", "OPTIONS", "TRACE", "QUERY")),
        _paths,
        _kinds,
        st.binary(max_size=40) | _json.map(lambda value: json.dumps(value).encode()),
    )
    def ask(method: str, path: str, kind: str, body: bytes) -> None:
        lines = (
            *(f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{echoing.port}"),
            *(f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close"),
            *((f"Authorization: Bearer {key}",) if key else ()),
        )
        answer = echoing.send(*lines, body=body)
        status = int(answer.split(b" ", 2)[1])
        assert status < 500, answer
        if not key:
            assert status in (400, 401)  # 400 is for what is no HTTP

    ask()

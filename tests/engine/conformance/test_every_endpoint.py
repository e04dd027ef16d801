"""A0: what all endpoints have in common, seen as bytes."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from engine.conformance.contract import covers
from engine.conformance.samples import (
    GREETING,
    LEGACY,
    SHORT,
    chat,
    lines,
    refusal,
    rendered,
    whole,
)
from engine_process import STARTER

BODY = {"model": STARTER, "messages": GREETING, "options": SHORT}
JSON = "application/json; charset=utf-8"


@covers("A0.any-content-type")
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "image/png"])
def test_the_content_type_is_not_looked_at(http: httpx.Client, kind: str) -> None:
    body = json.dumps({**BODY, "stream": False}).encode()
    assert whole(http.post("/api/chat", content=body, headers={"content-type": kind}))["done"]


POSTS = [
    "/api/chat",
    "/api/generate",
    "/api/embed",
    "/api/embeddings",
    "/api/show",
    "/api/create",
    "/api/copy",
    "/api/pull",
    "/api/push",
]


@covers("A0.empty-body", "A0.malformed-json", "A0.error-shape", "A0.error-before-stream")
@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "missing request body"),
        (b"x", "invalid character 'x' looking for beginning of value"),
        (b'{"model":', "unexpected EOF"),
        (b'{"model":"a', "unexpected EOF"),
    ],
)
@pytest.mark.parametrize("path", POSTS)
def test_bodies_that_are_no_json(http: httpx.Client, path: str, body: bytes, says: str) -> None:
    assert refusal(http.post(path, content=body)) == (400, says)


@covers("A0.wrong-json-type", "A0.error-shape")
@pytest.mark.parametrize(
    ("path", "field", "value", "says"),
    [
        ("/api/chat", "model", 1, "json: cannot unmarshal number into Go struct field"),
        ("/api/chat", "messages", "x", "json: cannot unmarshal string into Go struct field"),
        ("/api/chat", "stream", "no", "json: cannot unmarshal string into Go struct field"),
        ("/api/generate", "prompt", ["x"], "json: cannot unmarshal array into Go struct field"),
        ("/api/show", "model", {}, "json: cannot unmarshal object into Go struct field"),
        ("/api/create", "files", [], "json: cannot unmarshal array into Go struct field"),
        ("/api/copy", "source", True, "json: cannot unmarshal bool into Go struct field"),
        ("/api/pull", "insecure", "x", "json: cannot unmarshal string into Go struct field"),
    ],
)
def test_fields_of_a_wrong_type(
    http: httpx.Client, path: str, field: str, value: Any, says: str
) -> None:
    status, text = refusal(http.post(path, json={"model": STARTER, field: value}))
    assert status == 400
    assert text.startswith(says)
    assert field in text


@covers("A0.unknown-fields", "A0.case-blind-keys", "A0.first-value")
def test_bodies_are_read_leniently(http: httpx.Client) -> None:
    plain = chat(http)["message"]["content"]
    body = {"MODEL": STARTER, "Messages": GREETING, "OPTIONS": SHORT, "Stream": False, "x": [1]}
    body["messages"] = [{"Role": "user", "CONTENT": "Say hi.", "mood": "good"}]
    del body["Messages"]
    content = json.dumps(body).encode() + b'}{ "model": 1'
    assert whole(http.post("/api/chat", content=content))["message"]["content"] == plain


@covers("A0.null-body")
@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/api/chat", 400, "model is required"),
        ("/api/generate", 404, "model '' not found"),
        ("/api/show", 400, "model is required"),
        ("/api/create", 400, "invalid model name"),
    ],
)
def test_null_is_a_body_of_defaults(http: httpx.Client, path: str, status: int, says: str) -> None:
    assert refusal(http.post(path, content=b"null")) == (status, says)


@covers("A0.ndjson", "A0.stream-default", "A0.stream-false", "A0.json-type")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/chat", BODY),
        ("/api/generate", {"model": STARTER, "prompt": "x", "options": SHORT}),
        ("/api/create", {"model": "streamed", "from": STARTER, "system": "x"}),
    ],
)
def test_streams_and_whole_answers(http: httpx.Client, path: str, body: dict[str, Any]) -> None:
    answer = http.post(path, json=body)
    assert len(lines(answer)) > 1
    for line in answer.content.splitlines():
        assert (
            line
            == json.dumps(json.loads(line), separators=(",", ":"))
            .replace("<", "\\u003c")
            .replace(">", "\\u003e")
            .encode()
        )
    assert whole(http.post(path, json={**body, "stream": False}))
    streamed = http.post(path, json={**body, "stream": True})
    assert len(lines(streamed)) == len(lines(answer))


@covers("A0.stream-false", "A0.error-before-stream", "A0.error-in-stream", "A0.stream-default")
def test_where_an_error_goes(http: httpx.Client) -> None:
    """The base is not here: it is known once a line is out."""
    body = {"model": "new", "from": "127.0.0.1:1/library/none", "system": "x"}
    *before, last = lines(http.post("/api/create", json=body))
    assert before == [{"status": "pulling manifest"}]
    assert list(last) == ["error"]
    status, text = refusal(http.post("/api/create", json={**body, "stream": False}))
    assert (status, text) == (500, last["error"])
    answer = http.post("/api/chat", json={**BODY, "model": "none"})
    assert refusal(answer) == (404, "model 'none' not found")
    assert answer.headers["content-type"] == JSON


@covers("A0.escapes")
def test_html_and_line_separators_are_escaped(http: httpx.Client) -> None:
    text = "<a> & \u2028\u2029\u0085 한 \x0b\x0c\x1c"
    messages = [{"role": "user", "content": text}]
    body = {"model": LEGACY, "messages": messages}
    answer = http.post("/api/chat", json={**body, "_debug_render_only": True})
    for escape in (b"\\u003ca\\u003e", b"\\u0026", b"\\u2028\\u2029"):
        assert escape in answer.content
    assert not set(b"<>&") & set(answer.content)
    assert text in rendered(http, LEGACY, messages)


TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?"


@covers("A0.times", "A0.durations")
def test_times_and_durations(http: httpx.Client) -> None:
    answer = chat(http)
    assert re.fullmatch(TIME + "Z", answer["created_at"])
    for name, value in answer.items():
        assert not name.endswith("_duration") or type(value) is int
    assert answer["total_duration"] >= answer["eval_duration"] > 1_000_000
    entry = http.get("/api/tags").json()["models"][0]
    assert re.fullmatch(TIME + r"(Z|[+-]\d\d:\d\d)", entry["modified_at"])
    loaded = http.get("/api/ps").json()["models"][0]
    assert re.fullmatch(TIME + r"(Z|[+-]\d\d:\d\d)", loaded["expires_at"])


@covers("A0.keep-alive-forms", "A0.keep-alive-forever", "A3.forever")
@pytest.mark.parametrize(
    ("value", "seconds"),
    [(600, 600), (90.5, 90.5), ("5m", 300), ("1h30m", 5400), (None, 300)],
)
def test_keep_alive(http: httpx.Client, value: Any, seconds: float) -> None:
    from datetime import UTC, datetime

    http.post("/api/chat", json={"model": STARTER, "messages": [], "keep_alive": value})
    entries = {one["name"]: one for one in http.get("/api/ps").json()["models"]}
    expires = datetime.fromisoformat(entries[STARTER]["expires_at"])
    left = (expires - datetime.now(UTC)).total_seconds()
    assert seconds - 5 < left <= seconds


@covers("A0.keep-alive-forever", "A3.forever", "A0.keep-alive-zero")
@pytest.mark.parametrize("value", [-1, -0.5, "-1s", "-1h"])
def test_for_ever_and_not_at_all(http: httpx.Client, value: Any) -> None:
    load = {"model": STARTER, "messages": []}
    http.post("/api/chat", json={**load, "keep_alive": value})
    entries = {one["name"]: one for one in http.get("/api/ps").json()["models"]}
    assert int(entries[STARTER]["expires_at"][:4]) > 2200
    chat(http, keep_alive=0)
    assert STARTER not in {one["name"] for one in http.get("/api/ps").json()["models"]}


@covers("A0.keep-alive-refused")
@pytest.mark.parametrize("path", ["/api/chat", "/api/generate", "/api/embed", "/api/embeddings"])
@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("-1", 'time: missing unit in duration "-1"'),
        ("10", 'time: missing unit in duration "10"'),
        ("", 'time: invalid duration ""'),
        (True, "keep_alive: unsupported type: must be a number or a duration"),
        ([1], "keep_alive: unsupported type: must be a number or a duration"),
    ],
)
def test_keep_alive_refused(http: httpx.Client, path: str, value: Any, says: str) -> None:
    assert refusal(http.post(path, json={"model": STARTER, "keep_alive": value})) == (400, says)

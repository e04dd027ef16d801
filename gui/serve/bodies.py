"""Bodies of requests, read with limits and made plain before LangServe sees them.

What comes out holds the texts of the input and nothing else: no configuration (SRV-11), no
arguments, no objects. A dictionary with an `lc` key is no text and is refused; such a text
stays a text (TPL-04).
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.datastructures import Headers
from starlette.types import Receive

from gui.records import INPUT
from gui.serve.faults import Refused

LARGEST_BODY = 2**20
SLOWEST_BODY = 30.0
"""Seconds for a whole body."""
LARGEST_BATCH = 16
_DEEPEST = 16
_CLOSE = (("Connection", "close"),)
# What a client of LangChain sends with every request, and what has no meaning here.
_IGNORED = frozenset({"tags", "metadata", "recursion_limit", "run_name", "run_id", "callbacks"})
_CONFIG = frozenset({"configurable", "max_concurrency"})


async def read_body(headers: Headers, receive: Receive) -> bytes:
    """The whole body, of JSON by its type; raises Refused before too much is read (SRV-08)."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "the content type must be application/json", _CLOSE)
    declared = headers.get("content-length")
    # h11 has refused a length that is no number.
    if declared is not None and int(declared) > LARGEST_BODY:
        raise _too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(SLOWEST_BODY):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refused(400, "the client left")
                body += message.get("body", b"")
                if len(body) > LARGEST_BODY:
                    raise _too_large()
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise Refused(408, "the body came too slowly", _CLOSE) from None


def one_input(body: bytes, schema: type[BaseModel], running: int) -> bytes:
    """A body for `invoke` and `stream`, checked and written anew; raises Refused."""
    request = _decoded(body)
    config = _config(request.get("config"), running)
    return _encoded({"input": _input(request, "input", schema), "config": config})


def many_inputs(body: bytes, schema: type[BaseModel], running: int) -> bytes:
    """A body for `batch`, checked and written anew; raises Refused."""
    request = _decoded(body)
    given = request.get("inputs")
    if not isinstance(given, list):
        raise Refused(422, "inputs: a list is needed")
    if len(given) > LARGEST_BATCH:
        raise Refused(413, f"inputs: at most {LARGEST_BATCH} at a time")
    configs = request.get("config")
    several = configs if isinstance(configs, list) else [configs]
    config = min((_config(one, running) for one in several), key=_concurrency, default={})
    inputs = [_input({"input": one}, f"inputs.{n}", schema) for n, one in enumerate(given)]
    return _encoded({"inputs": inputs, "config": config or _config(None, running)})


def texts(body: bytes) -> str:
    """The texts of a body made here, for a log that may have them."""
    request = json.loads(body)
    return json.dumps(request.get("input", request.get("inputs")), ensure_ascii=False)


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON") from None
    if not isinstance(value, dict):
        raise Refused(422, "an object is needed")
    if _depth(value) > _DEEPEST:
        raise Refused(400, "the body is nested too deeply")
    if value.get("kwargs"):
        raise Refused(422, "kwargs: a request cannot set any")
    return value


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _depth(value: Any) -> int:
    """How deep lists and objects are nested, counted to just above the limit."""
    level, depth = [value], 0
    while level and depth <= _DEEPEST:
        depth += 1
        inner = (list(v.values()) if isinstance(v, dict) else v for v in level)
        level = [item for items in inner for item in items if isinstance(item, dict | list)]
    return depth


def _config(given: Any, running: int) -> dict[str, int]:
    """The only thing of a configuration that counts: how much of a batch at a time, capped."""
    if given is None:
        return {"max_concurrency": running}
    if not isinstance(given, dict):
        raise Refused(422, "config: an object is needed")
    for name in given.keys() - _IGNORED - _CONFIG:
        raise Refused(422, f"config.{_shown(name)}: a request cannot set this")
    if given.get("configurable"):
        raise Refused(422, "config.configurable: a request cannot set this")
    wanted = given.get("max_concurrency")
    if wanted is None:
        return {"max_concurrency": running}
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 1:
        raise Refused(422, "config.max_concurrency: a number from 1 is needed")
    return {"max_concurrency": min(wanted, running)}


def _concurrency(config: dict[str, int]) -> int:
    return config["max_concurrency"]


def _input(request: dict[str, Any], place: str, schema: type[BaseModel]) -> dict[str, str]:
    """The input's texts by name; a text alone is the one called `input`."""
    if "input" not in request:
        raise Refused(422, f"{place}: it is missing")
    given = request["input"]
    if isinstance(given, str):
        given = {INPUT: given}
    if not isinstance(given, dict):
        raise Refused(422, f"{place}: an object with texts, or one text, is needed")
    try:
        checked = schema.model_validate(_whole(given))
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(_shown(str(part)) for part in (place, *first["loc"]))
        raise Refused(422, f"{where}: {first['msg']}") from None
    values: dict[str, str] = checked.model_dump(by_alias=True)
    return values


def _whole(given: dict[str, Any]) -> dict[str, Any]:
    """The same with halves of surrogate pairs, which are no characters, replaced."""
    return {
        _scrubbed(name): _scrubbed(value) if isinstance(value, str) else value
        for name, value in given.items()
    }


def _scrubbed(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _shown(name: str) -> str:
    return _scrubbed(name[:64])


def _encoded(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode("ascii")


def _too_large() -> Refused:
    return Refused(413, f"the body is larger than {LARGEST_BODY // 2**20} MB", _CLOSE)

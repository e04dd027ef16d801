"""The lines between the process that serves and the one that started it: JSON objects.

In, first: `preset` (TOML), `preset_id`, `model`, `endpoint`, `host`, `port`, `key`, ... (see
`greeting`). Then any of

    {"do": "busy"}  {"do": "free"}  {"do": "stop"}  {"do": "reload", "preset": ..., ...}
    {"endpoint": {...}} or {"endpoint_error": {...}}     the answer to "need"

Out, first: {"url": ..., "fields": [...]} or {"error": ..., "todo": ..., "detail": ...}. Then

    {"request": {...}}                     one that is over
    {"need": "endpoint"}                   where is the model server now?
    {"reloaded": true}, {"error": ...}     the answer to "reload"

The end of the input ends the process. Secrets go this way only: arguments and environment
of a process can be read by others.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from gui import language
from gui.chat.presets import reading, writing
from gui.errors import OndolError, ServeError
from gui.records import Endpoint, Preset, ServedRequest, ServerKind, Serving

LONGEST = 8 * 2**20
"""Bytes of a line."""

Line = dict[str, Any]


def written(line: Line) -> bytes:
    """The line's bytes."""
    return json.dumps(line).encode("ascii") + b"\n"


def read(data: bytes) -> Line:
    """The line; an empty one for what is none."""
    try:
        line = json.loads(data)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def greeting(serving: Serving, endpoint: Endpoint, *, can_move: bool) -> Line:
    """The first line in. `can_move` says that the model server may be elsewhere later."""
    return {
        **of_preset(serving.preset, serving.model),
        "host": serving.host,
        "port": serving.port,
        "key": serving.key,
        "everyone": serving.everyone,
        "log_text": serving.log_text,
        "running": serving.running,
        "waiting": serving.waiting,
        "endpoint": of_endpoint(endpoint),
        "can_move": can_move,
        "language": language.chosen(),
    }


def serving_of(line: Line) -> Serving:
    """What a greeting asks for; raises KeyError, ValueError."""
    return Serving(
        preset=preset_of(line),
        model=line["model"],
        host=line["host"],
        port=line["port"],
        key=line["key"],
        everyone=line["everyone"],
        log_text=line["log_text"],
        running=line["running"],
        waiting=line["waiting"],
    )


def of_preset(preset: Preset, model: str) -> Line:
    """A preset and the model for it, in a line."""
    return {"preset": writing.render(preset), "preset_id": preset.id, "model": model}


def preset_of(line: Line) -> Preset:
    """The preset in a line; raises KeyError, ValueError."""
    return reading.parse(line["preset"], line["preset_id"], language.chosen())


def of_endpoint(endpoint: Endpoint) -> Line:
    """An endpoint in a line."""
    return asdict(endpoint)


def endpoint_of(value: Line) -> Endpoint:
    """An endpoint in a line; raises KeyError, ValueError."""
    headers = tuple((name, text) for name, text in value["headers"])
    kind = ServerKind(value["kind"])
    return Endpoint(kind, value["url"], headers, value["fingerprint"], value["id"])


def of_problem(problem: Exception) -> Line:
    """An error of ours in a line."""
    if isinstance(problem, OndolError):
        return {"error": problem.what, "todo": problem.todo, "detail": problem.detail}
    return {"error": f"{type(problem).__name__}: {problem}", "todo": "", "detail": ""}


def problem_of(line: Line) -> ServeError:
    """The error in a line."""
    return ServeError(line["error"], line.get("todo", ""), line.get("detail", ""))


def of_request(request: ServedRequest) -> Line:
    """A request that is over, in a line."""
    return {"request": asdict(request)}


def request_of(line: Line) -> ServedRequest:
    """The request in a line; raises TypeError for another shape."""
    return ServedRequest(**line["request"])

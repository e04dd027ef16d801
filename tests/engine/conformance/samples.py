"""Models, messages and answers that many of these tests use."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from engine_process import STARTER

ABLE = "able"
"""The starter with a Go template that can think and call tools."""
FILLER = "filler"
"""The starter with a Go template for filling gaps."""
LEGACY = "legacy"
"""The starter with a Go template that knows no messages."""
TINY = "tiny"
"""A tiny model of the llama family, trained for 512 tokens; it talks nonsense."""
BERT = "bert"
"""A tiny model for embeddings."""
SEER = "seer"
"""A tiny model with a projector and a Go template, trained for 4096 tokens."""
NATIVE_SEER = "native-seer"
"""The same with the template in its file only."""

START, END = "<|im_start|>", "<|im_end|>"
ABLE_TEMPLATE = (
    "{{ if .Tools }}<|im_start|>system\nTools: {{ .Tools }}<|im_end|>\n{{ end }}"
    "{{ range .Messages }}<|im_start|>{{ .Role }}\n"
    "{{ if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}{{ .Content }}"
    "{{ if .ToolCalls }}{{ range .ToolCalls }}"
    '<tool_call>{"name": "{{ .Function.Name }}", "arguments": '
    "{{ .Function.Arguments }}}</tool_call>"
    "{{ end }}{{ end }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
)
FILLER_TEMPLATE = "<PRE>{{ .Prompt }}<SUF>{{ .Suffix }}<MID>"
TAGGED = "{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }}\n{% endfor %}[assistant] "
"""A template in jinja that is near to none of the named ones."""
LEGACY_TEMPLATE = (
    "{{if .System}}<s>{{.System}}</s>{{end}}{{if .Prompt}}<u>{{.Prompt}}</u>{{end}}"
    "<a>{{.Response}}</a>"
)

SHORT: dict[str, Any] = {"temperature": 0, "seed": 1, "num_predict": 5}
LONGER: dict[str, Any] = {**SHORT, "num_predict": 60}
GREETING = [{"role": "user", "content": "Say hi."}]
LONG_TEXT = "word " * 300

COUNTS = {"prompt_eval_count", "eval_count"}
DURATIONS = {"total_duration", "load_duration", "prompt_eval_duration", "eval_duration"}

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city",
        "parameters": {
            "type": "object",
            "required": ["city"],
            "properties": {"city": {"type": "string", "description": "its name"}},
        },
    },
}


def thoughtful() -> list[dict[str, Any]]:
    """A conversation that a small model goes on with by thinking `upper case`, saying `E`."""
    messages: list[dict[str, Any]] = []
    for letter in "abcd":
        messages.append({"role": "user", "content": letter})
        answer = {"role": "assistant", "thinking": "upper case", "content": letter.upper()}
        messages.append(answer)
    return [*messages, {"role": "user", "content": "e"}]


def weather_call(city: str) -> dict[str, Any]:
    """A turn of the assistant that asks for the weather."""
    function = {"name": "weather", "arguments": {"city": city}}
    return {"role": "assistant", "tool_calls": [{"function": function}]}


def asking_for_weather() -> list[dict[str, Any]]:
    """A conversation that a small model goes on with by asking for London's weather."""
    messages: list[dict[str, Any]] = []
    for city in ("Paris", "Rome", "Berlin"):
        messages.append({"role": "user", "content": f"Weather in {city}?"})
        messages.append(weather_call(city))
        messages.append({"role": "tool", "content": "sunny"})
    return [*messages, {"role": "user", "content": "Weather in London?"}]


def created(http: httpx.Client, name: str, **fields: Any) -> str:
    """Make a model and give its name."""
    answer = http.post("/api/create", json={"model": name, "stream": False, **fields})
    assert answer.json() == {"status": "success"}, answer.text
    return name


def uploaded(http: httpx.Client, data: bytes) -> str:
    """Store a blob and give its digest."""
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    answer = http.post(f"/api/blobs/{digest}", content=data)
    assert answer.status_code in (200, 201), answer.text
    return digest


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    """The objects of a stream, whose form is checked."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.content.isascii()
    assert answer.content.endswith(b"}\n")
    return [json.loads(line) for line in answer.content[:-1].split(b"\n")]


def whole(answer: httpx.Response) -> dict[str, Any]:
    """The one object of an answer, whose form is checked."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    value: dict[str, Any] = answer.json()
    return value


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and sentence of an error, whose form is checked."""
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert list(answer.json()) == ["error"], answer.text
    return answer.status_code, answer.json()["error"]


def chat(http: httpx.Client, model: str = STARTER, **fields: Any) -> dict[str, Any]:
    """The whole answer of a short chat."""
    body = {"model": model, "messages": GREETING, "options": SHORT, "stream": False, **fields}
    return whole(http.post("/api/chat", json=body))


def generate(http: httpx.Client, model: str = STARTER, **fields: Any) -> dict[str, Any]:
    """The whole answer to a short prompt."""
    body = {"model": model, "prompt": "Say hi.", "options": SHORT, "stream": False, **fields}
    return whole(http.post("/api/generate", json=body))


def rendered(
    http: httpx.Client, model: str, messages: Sequence[Mapping[str, Any]], **fields: Any
) -> str:
    """The prompt that messages become."""
    answer = chat(http, model, messages=messages, _debug_render_only=True, **fields)
    text: str = answer["_debug_info"]["rendered_template"]
    return text

"""C4: tools and thinking by the template in a model's file, which llama.cpp renders and parses."""

from __future__ import annotations

import json
from typing import Any

import httpx
import ollama
import pytest
from engine.conformance.contract import covers
from engine.conformance.native import ABLE_JINJA, with_template
from engine.conformance.samples import (
    LONGER,
    WEATHER,
    asking_for_weather,
    chat,
    created,
    lines,
    rendered,
    thoughtful,
    uploaded,
    weather_call,
)
from engine_process import EngineUnderTest

from gui.engine.store.loose import starter_path

NATIVE = "native-able"


@pytest.fixture(scope="module", autouse=True)
def model(engine: EngineUnderTest) -> None:
    """The starter with such a template."""
    path = starter_path()
    assert path is not None
    with engine.client() as http:
        digest = uploaded(http, with_template(path, ABLE_JINJA))
        created(http, NATIVE, files={"able.gguf": digest})


@covers("C4.native", "A4.capabilities", "A4.template")
def test_what_the_file_says(http: httpx.Client) -> None:
    shown = http.post("/api/show", json={"model": NATIVE}).json()
    assert shown["template"] == ABLE_JINJA
    assert set(shown["capabilities"]) == {"completion", "tools", "thinking"}


@covers("C4.native", "A5.tools", "A5.results")
def test_tools_calls_and_results_reach_the_template(http: httpx.Client) -> None:
    messages = [
        {"role": "user", "content": "?"},
        {**weather_call("Paris"), "thinking": "hm"},
        {"role": "tool", "content": "sunny", "tool_name": "weather"},
    ]
    text = rendered(http, NATIVE, messages, tools=[WEATHER])
    (tool,) = [line for line in text.splitlines() if line.startswith('{"type"')]
    assert json.loads(tool) == WEATHER
    assert "<think>\nhm\n</think>" in text
    assert '<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n</tool_call>' in text
    assert text.endswith("<|im_start|>tool\nsunny<|im_end|>\n<|im_start|>assistant\n")
    assert rendered(http, NATIVE, messages, think=False).endswith("<think>\n\n</think>\n\n")


@covers("A5.think", "A5.think-default", "A5.think-off", "C4.native")
@pytest.mark.parametrize("fields", [{}, {"think": True}, {"think": "high"}])
def test_thinking(http: httpx.Client, fields: dict[str, Any]) -> None:
    body = {"model": NATIVE, "messages": thoughtful(), "options": LONGER, **fields}
    *chunks, last = lines(http.post("/api/chat", json=body))
    thinking = [chunk["message"].get("thinking", "") for chunk in chunks]
    content = [chunk["message"]["content"] for chunk in chunks]
    assert "".join(thinking).strip() == "upper case"
    assert "".join(content).strip() == "E"
    assert not any(thinking[next(place for place, text in enumerate(content) if text) :])
    assert last["done_reason"] == "stop"
    quiet = chat(http, NATIVE, messages=thoughtful(), options=LONGER, think=False)["message"]
    assert "thinking" not in quiet
    assert quiet["content"].strip() == "E"


@covers("A5.format-thinking", "C4.native")
def test_thinking_is_free_and_the_answer_keeps_the_format(http: httpx.Client) -> None:
    schema = {
        "type": "object",
        "properties": {"letter": {"type": "string", "enum": ["E", "F"]}},
        "required": ["letter"],
    }
    fields: dict[str, Any] = {"messages": thoughtful(), "format": schema, "options": LONGER}
    message = chat(http, NATIVE, think=True, **fields)["message"]
    assert message["thinking"].strip() == "upper case"
    assert json.loads(message["content"])["letter"] in ("E", "F")


@covers("A5.calls", "A5.calls-stop", "C4.native")
def test_a_call_comes_whole(http: httpx.Client) -> None:
    fields: dict[str, Any] = {"messages": asking_for_weather(), "tools": [WEATHER]}
    body = {"model": NATIVE, "options": LONGER, **fields}
    *chunks, last = lines(http.post("/api/chat", json=body))
    (calling,) = [chunk for chunk in chunks if "tool_calls" in chunk["message"]]
    (call,) = calling["message"]["tool_calls"]
    assert call["id"]
    assert call["function"] == {"index": 0, "name": "weather", "arguments": {"city": "London"}}
    assert "".join(chunk["message"]["content"] for chunk in chunks).strip() == ""
    assert last["done_reason"] == "stop"
    whole = chat(http, NATIVE, options=LONGER, **fields)["message"]
    assert [one["function"] for one in whole["tool_calls"]] == [call["function"]]


@covers("A5.calls", "E4.methods")
def test_special_texts_do_not_break_it(official: ollama.Client) -> None:
    """ENG-09: with control tokens typed by a person the prompt takes another way."""
    messages = asking_for_weather()
    messages[0] = {"role": "user", "content": "Weather in <|im_end|> Paris?"}
    answer = official.chat(NATIVE, messages, tools=[WEATHER], options=LONGER)
    (call,) = answer.message.tool_calls or ()
    assert (call.function.name, call.function.arguments) == ("weather", {"city": "London"})

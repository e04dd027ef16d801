"""A5: tools, by a model that goes on with a pattern of calls."""

from __future__ import annotations

import re
from typing import Any

import httpx
import ollama
from engine.conformance.contract import covers
from engine.conformance.samples import (
    ABLE,
    LONGER,
    WEATHER,
    asking_for_weather,
    chat,
    lines,
    rendered,
    weather_call,
)

BODY: dict[str, Any] = {
    "model": ABLE,
    "messages": asking_for_weather(),
    "tools": [WEATHER],
    "options": LONGER,
}
LONDON = {"index": 0, "name": "weather", "arguments": {"city": "London"}}


@covers("A5.calls", "A5.calls-stop", "C4.tool-tag")
def test_a_call_comes_whole(http: httpx.Client) -> None:
    *chunks, last = lines(http.post("/api/chat", json=BODY))
    (calling,) = [chunk for chunk in chunks if "tool_calls" in chunk["message"]]
    (call,) = calling["message"]["tool_calls"]
    assert re.fullmatch("call_[a-z0-9]{8}", call["id"])
    assert call["function"] == LONDON
    assert calling["message"]["content"] == ""
    assert calling["done"] is False
    assert "".join(chunk["message"]["content"] for chunk in chunks) == ""
    assert (last["done"], last["done_reason"]) == (True, "stop")


@covers("A5.calls", "A0.stream-false")
def test_a_call_in_a_whole_answer(http: httpx.Client) -> None:
    answer = chat(http, ABLE, messages=asking_for_weather(), tools=[WEATHER], options=LONGER)
    (call,) = answer["message"]["tool_calls"]
    assert call["function"] == LONDON
    assert answer["message"]["content"] == ""
    assert answer["done_reason"] == "stop"


@covers("A5.calls-unknown")
def test_a_call_of_another_tool_is_text(http: httpx.Client) -> None:
    function: Any = WEATHER["function"]
    other = {**WEATHER, "function": {**function, "name": "clock"}}
    for tools in ([other], []):
        answer = chat(http, ABLE, messages=asking_for_weather(), tools=tools, options=LONGER)
        assert "tool_calls" not in answer["message"]
        assert '"weather"' in answer["message"]["content"]


@covers("A5.tools", "A5.results", "C1.json", "C1.fields")
def test_tools_calls_and_results_reach_the_template(http: httpx.Client) -> None:
    messages = [
        {"role": "user", "content": "?"},
        weather_call("Paris"),
        {"role": "tool", "content": "sunny", "tool_name": "weather"},
    ]
    text = rendered(http, ABLE, messages, tools=[WEATHER])
    tools = (
        '[{"type":"function","function":{"name":"weather","description":"The weather in a city",'
        '"parameters":{"type":"object","required":["city"],"properties":'
        '{"city":{"type":"string","description":"its name"}}}}}]'
    )
    assert f"Tools: {tools}<|im_end|>" in text
    assert '<tool_call>{"name": "weather", "arguments": {"city":"Paris"}}</tool_call>' in text
    assert "<|im_start|>tool\nsunny<|im_end|>" in text


@covers("A5.tool-keywords")
def test_keywords_that_ollama_does_not_know_are_dropped(http: httpx.Client) -> None:
    number = {"type": "integer", "minimum": 1, "default": 3, "title": "N", "enum": [1, 2]}
    parameters = {"type": "object", "additionalProperties": False, "properties": {"n": number}}
    function = {"name": "f", "strict": True, "parameters": parameters}
    text = rendered(
        http, ABLE, asking_for_weather()[-1:], tools=[{"type": "function", "function": function}]
    )
    kept = '"properties":{"n":{"type":"integer","enum":[1,2]}}'
    assert kept in text
    for gone in ("minimum", "default", "title", "strict", "additionalProperties"):
        assert gone not in text


@covers("A5.results")
def test_the_model_goes_on_after_a_result(http: httpx.Client) -> None:
    messages = [*asking_for_weather()[:3], {"role": "assistant", "content": "It is sunny."}]
    messages += [{"role": "user", "content": "Weather in Rome?"}, weather_call("Rome")]
    messages += [{"role": "tool", "content": "rainy", "tool_call_id": "call_12345678"}]
    options = {**LONGER, "num_predict": 12}
    answer = chat(http, ABLE, messages=messages, tools=[WEATHER], options=options)
    assert answer["message"]["content"] or answer["message"].get("tool_calls")


def weather(city: str) -> str:
    """The weather in a city.

    Args:
        city: its name

    Returns:
        str: the weather
    """
    return f"{city} is sunny"


@covers("E4.methods", "A5.calls")
def test_the_official_client(official: ollama.Client) -> None:
    """With a Python function as a tool, as its users do."""
    answer = official.chat(ABLE, asking_for_weather(), tools=[weather], options=LONGER)
    (call,) = answer.message.tool_calls or ()
    assert (call.function.name, call.function.arguments) == ("weather", {"city": "London"})
    result = {"role": "tool", "content": weather("London"), "tool_name": "weather"}
    messages: list[Any] = [*asking_for_weather(), answer.message, result]
    assert official.chat(ABLE, messages, tools=[weather], options=LONGER).done
    parts = official.chat(ABLE, asking_for_weather(), tools=[weather], options=LONGER, stream=True)
    calls = [call for part in parts for call in part.message.tool_calls or ()]
    assert [call.function.arguments for call in calls] == [{"city": "London"}]

"""C4 and C5: which template makes the prompts of a model."""

from __future__ import annotations

from typing import Any

import httpx
from engine.conformance.contract import covers
from engine.conformance.samples import (
    ABLE_TEMPLATE,
    TAGGED,
    created,
    lines,
    rendered,
    uploaded,
    whole,
)
from engine_process import STARTER
from tiny_models import tiny_llama

FROM = {"from": STARTER}
TYPES = "F32, F16, Q4_K_S, Q4_K_M, Q8_0"


def _show(http: httpx.Client, model: str) -> dict[str, Any]:
    return whole(http.post("/api/show", json={"model": model}))


def _statuses(http: httpx.Client, name: str, **fields: Any) -> list[str]:
    progress = lines(http.post("/api/create", json={"model": name, **fields}))
    return [line["status"] for line in progress]


CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + "
    "message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


@covers("C5.detected", "C5.stop-stays", "C5.only-files")
def test_a_named_template_is_detected(http: httpx.Client) -> None:
    files = {"a.gguf": uploaded(http, tiny_llama(13, template=CHATML))}
    statuses = _statuses(http, "detected", files=files)
    assert "using autodetected template chatml" in statuses
    shown = _show(http, "detected")
    assert "range" in shown["template"]
    assert '"<|im_end|>"' in shown["parameters"]
    created(http, "templated", files=files, template="{{ .Prompt }}")
    given = _show(http, "templated")
    assert given["template"] == "{{ .Prompt }}"
    assert given["parameters"] == shown["parameters"]
    created(http, "undetected", files={"a.gguf": uploaded(http, tiny_llama(14, template=TAGGED))})
    assert "parameters" not in _show(http, "undetected")
    created(http, "from-starter", **FROM)
    assert "parameters" not in _show(http, "from-starter")


@covers("C4.go", "C4.native", "C4.jinja-wins")
def test_who_makes_the_prompt(http: httpx.Client) -> None:
    """The Go template, unless the file's own can do more; without one the file's own."""
    hi = [{"role": "user", "content": "hi"}]
    digest = uploaded(http, tiny_llama(14, template=TAGGED))
    created(http, "native", files={"a.gguf": digest})
    assert rendered(http, "native", hi) == "[user] hi\n[assistant] "
    created(http, "gone", **{"from": "native"}, template="go: {{ .Prompt }}")
    assert rendered(http, "gone", hi) == "go: hi"
    tools = TAGGED + "{% if tools %}{{ tools }}{% endif %}"
    created(http, "jinja", files={"a.gguf": uploaded(http, tiny_llama(15, template=tools))})
    created(http, "more", **{"from": "jinja"}, template="go: {{ .Prompt }}")
    assert rendered(http, "more", hi) == "[user] hi\n[assistant] "
    assert _show(http, "more")["template"] == tools
    created(http, "equal", **{"from": "jinja"}, template=ABLE_TEMPLATE)
    assert rendered(http, "equal", hi).startswith("<|im_start|>user")

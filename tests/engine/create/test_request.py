"""Bodies of a create: read, or refused in Ollama's words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.engine.create.request import read_create
from gui.engine.wire import ApiError

DIGEST = f"sha256:{'a' * 64}"
FROM = {"model": "m", "from": "smollm2:135m"}


def refusal(body: dict[str, Any]) -> tuple[int, str]:
    with pytest.raises(ApiError) as caught:
        read_create(body)
    return caught.value.status, caught.value.text


def test_all_of_it() -> None:
    request = read_create(
        {
            **FROM,
            "stream": False,
            "adapters": {"lora.gguf": DIGEST.upper().replace("SHA256", "sha256")},
            "template": "{{ .Prompt }}",
            "system": "Be \ud83d kind.",
            "license": ["MIT", "", "BSD"],
            "parameters": {"temperature": 1, "stop": ["a"]},
            "messages": [{"Role": "USER", "Content": "hi"}, {"role": "assistant"}],
            "quantization": "q4_0",
            "renderer": "r",
            "parser": "p",
            "requires": "v0.14.0",
            "info": {"context_length": 4096, "model_family": 5, "capabilities": ["tools"]},
        }
    )
    assert request.name.shortest == "m:latest"
    assert request.base is not None
    assert request.base.shortest == "smollm2:135m"
    assert request.adapters == {"lora.gguf": DIGEST}
    assert request.system == "Be \ufffd kind."
    assert request.licenses == ("MIT", "BSD")
    assert request.messages == (
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": ""},
    )
    assert request.quantize == "q4_0"
    assert request.config == {
        "renderer": "r",
        "parser": "p",
        "requires": "0.14.0",
        "context_length": 4096,
        "capabilities": ["tools"],
    }
    assert not request.stream


def test_the_name_may_be_called_name_and_streams_are_the_rule() -> None:
    request = read_create({"name": "m", "from": "x", "license": "MIT"})
    assert request.name.shortest == "m:latest"
    assert request.stream
    assert request.licenses == ("MIT",)


def test_from_wins_over_files() -> None:
    request = read_create({**FROM, "files": {"a.gguf": DIGEST}})
    assert request.files == {}
    assert read_create({**FROM, "files": {}}).base is not None


@pytest.mark.parametrize(
    ("change", "status", "text"),
    [
        ({"model": ""}, 400, "invalid model name"),
        ({"model": "../x"}, 400, "invalid model name"),
        ({"from": "a b"}, 400, "invalid model name"),
        ({"from": "./missing.gguf"}, 400, "invalid model name"),
        ({"from": ""}, 400, "neither 'from' or 'files' was specified"),
        ({"from": "", "files": {}}, 400, "unknown type"),
        ({"adapters": {}}, 400, "unknown type"),
        ({"from": "", "files": {"../a.gguf": DIGEST}}, 400, "file path must be relative"),
        ({"from": "", "files": {"/a.gguf": DIGEST}}, 400, "file path must be relative"),
        ({"from": "", "files": {"a/../../b": DIGEST}}, 400, "file path must be relative"),
        ({"from": "", "files": {"": DIGEST}}, 400, "file path must be relative"),
        ({"from": "", "files": {"a.gguf": ""}}, 400, "invalid digest format"),
        ({"from": "", "files": {"a.gguf": "sha256:../../x"}}, 400, "invalid digest format"),
        ({"adapters": {"a": f"{DIGEST}0"}}, 400, "invalid digest format"),
        ({"requires": "soon"}, 400, "requires must be a valid semver (e.g. 0.14.0)"),
        ({"draft_quantize": "q4_0"}, 400, "--draft-quantize requires a DRAFT model"),
        ({"draft_files": {"a": DIGEST}}, 400, "draft models are not supported by this engine"),
        (
            {"messages": [{"role": "robot", "content": "x"}]},
            400,
            'message role must be one of "system", "user", or "assistant"',
        ),
    ],
)
def test_refusals(change: dict[str, Any], status: int, text: str) -> None:
    assert refusal({**FROM, **change}) == (status, text)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"system": 5}, "json: cannot unmarshal number into Go struct field CreateRequest.system"),
        ({"files": [], "from": ""}, "json: cannot unmarshal array"),
        ({"license": {"a": 1}}, "json: cannot unmarshal object"),
        ({"license": [1]}, "json: cannot unmarshal number"),
        ({"messages": ["hi"]}, "json: cannot unmarshal string"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "Go struct field Message.content"),
        ({"parameters": "x"}, "json: cannot unmarshal string"),
        ({"stream": "no"}, "json: cannot unmarshal string"),
        ({"remote_host": "https://ollama.com"}, "bad remote"),
    ],
)
def test_wrong_types(change: dict[str, Any], text: str) -> None:
    status, says = refusal({**FROM, **change})
    assert status == 400
    assert text in says


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        *("model", "from", "files", "adapters", "template", "system", "license", "parameters"),
        *("messages", "quantize", "info", "requires", "draft_files", "stream", "renderer"),
    ]
)


@given(st.dictionaries(KEYS, json_values))
def test_mod_01_any_body_is_read_or_refused(body: dict[str, Any]) -> None:
    refused: int | None = None
    try:
        request = read_create({**FROM, **body})
    except ApiError as problem:
        refused = problem.status
    else:
        assert all(digest.startswith("sha256:") for digest in request.files.values())
    assert refused in (None, 400)

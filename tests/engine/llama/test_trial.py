"""ENG-13: chat templates that never end or end the process, tried where they do no harm."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from engine_process import STARTER, EngineUnderTest
from gguf_files import pair, write
from tiny_models import CHAT, Vocabulary, spm_vocabulary, tiny_llama

from gui.engine.gguf.header import DamagedModel
from gui.engine.gguf.reader import read_header
from gui.engine.llama.trial import Trials

ROOT = Path(__file__).resolve().parents[3]
KEY = "tokenizer.chat_template"
ENDLESS = "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}"
RECURSIVE = "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}"
MACRO = "{% macro line(it) %}{{ it.role ~ ': ' ~ it.content }}{% endmacro %}"
SPOKEN = MACRO + "{% for it in messages %}{{ line(it) }}{% endfor %}"

ENDS_NOT = "its chat template does not end"
CRASHES = "its chat template crashes"

HOSTILE: dict[str, tuple[str, str]] = {
    "nested loops": (ENDLESS, ENDS_NOT),
    "a long list": ("{% for a in range(2000000000) %}{% endfor %}", ""),
    "a long text": ("{{ 'x' * 2000000000 }}", ""),
    "a wide text": ("{{ messages | tojson(indent=2000000000) }}", ""),
    "a text doubled": (
        (
            "{% set ns = namespace(x='0') %}{% for a in range(40) %}"
            "{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
        ),
        "",
    ),
    "a macro that calls itself": (RECURSIVE, CRASHES),
    "a list within itself": ("{% set a = [1] %}{% set b = a.append(a) %}{{ a }}", CRASHES),
    "only with tools": ("{% if tools %}" + RECURSIVE + "{% endif %}", CRASHES),
    "only without thinking": (
        CHAT + "{% if enable_thinking is false %}" + ENDLESS + "{% endif %}",
        ENDS_NOT,
    ),
}
"""Each with the end of the sentence; "" where time or memory may run out first."""

LLAMA_LIKE = """
{%- macro parameters(tool) -%}
{%- for name, about in tool.parameters.properties.items() %}
    {{- "- " + name + ": " + (about | tojson) + "\\n" }}
{%- endfor %}
{%- endmacro -%}
{%- if not date_string is defined %}{%- set date_string = "01 Jan 2026" %}{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system = messages[0]['content'] | trim %}{%- set messages = messages[1:] %}
{%- else %}{%- set system = "" %}{%- endif %}
{{- bos_token + "<|im_start|>system\\nToday is " + date_string + "\\n" + system }}
{%- if tools is not none and tools is defined %}
    {%- for tool in tools %}{{- parameters(tool.function) }}{%- endfor %}
{%- endif %}{{- "<|im_end|>" }}
{%- for message in messages %}
    {%- if message.tool_calls is defined and message.tool_calls %}
        {%- for call in message.tool_calls %}
            {{- "<|im_start|>assistant\\n" + (call.function | tojson) + "<|im_end|>" }}
        {%- endfor %}
    {%- else %}
        {{- "<|im_start|>" + message.role + "\\n" + message.content | trim + "<|im_end|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- "<|im_start|>assistant\\n" }}{%- endif %}
"""

QWEN_LIKE = """
{%- macro wrapped(name, text) -%}{{- "<" ~ name ~ ">\\n" ~ text ~ "\\n</" ~ name ~ ">" }}{%- endmacro -%}
{%- set ns = namespace(last=-1, seen=false) %}
{%- for message in messages[::-1] %}
    {%- set place = (messages | length - 1) - loop.index0 %}
    {%- if not ns.seen and message.role == "user" %}
        {%- set ns.last = place %}{%- set ns.seen = true %}
    {%- endif %}
{%- endfor %}
{%- if tools %}
    {{- "<|im_start|>system\\n" }}
    {%- for tool in tools %}{{- wrapped("tool", tool | tojson) }}{%- endfor %}{{- "<|im_end|>\\n" }}
{%- endif %}
{%- for message in messages %}
    {%- set content = message.content if message.content is string else "" %}
    {%- if message.role == "tool" %}
        {{- "<|im_start|>user\\n" + wrapped("tool_response", content) + "<|im_end|>\\n" }}
    {%- elif message.role == "assistant" and "</think>" in content %}
        {{- "<|im_start|>assistant\\n" + content.split("</think>")[-1].lstrip("\\n") }}
        {{- "<|im_end|>\\n" }}
    {%- else %}
        {{- "<|im_start|>" + message.role + "\\n" + content + "<|im_end|>\\n" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- "<|im_start|>assistant\\n" }}
    {%- if enable_thinking is defined and not enable_thinking %}{{- "<think>\\n\\n</think>\\n" }}{%- endif %}
{%- endif %}
"""  # noqa: E501 - as templates are

GOOD = {"macro": SPOKEN, "llama-like": LLAMA_LIKE, "qwen-like": QWEN_LIKE}


def _name(case: str) -> str:
    return case.replace(" ", "-")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUnderTest]:
    """One engine for all templates here, good and hostile."""
    home = tmp_path_factory.mktemp("trials")
    models = home / "data" / "models"
    models.mkdir(parents=True)
    templates = {case: template for case, (template, _) in HOSTILE.items()} | GOOD
    code = f"cycler.__init__.__globals__.os.popen('touch {home / 'canary'}').read()"
    templates["canary"] = MACRO + "{{ " + code + " }}"
    for seed, (case, template) in enumerate(templates.items()):
        write(models / f"{_name(case)}.gguf", tiny_llama(seed, template=template))
    hidden = tiny_llama(99, extra={f"{KEY}.tool_use": RECURSIVE})
    write(models / "hidden.gguf", hidden)
    with EngineUnderTest(home) as running:
        yield running


def _chat(http: httpx.Client, model: str) -> httpx.Response:
    body = {
        "model": model,
        "messages": [{"role": "user", "content": "hi"}],
        "stream": False,
        "options": {"num_predict": 2},
    }
    return http.post("/api/chat", json=body)


@pytest.mark.parametrize("case", [*HOSTILE, "hidden"])
def test_eng_13_a_hostile_template_ends_only_its_request(
    case: str, engine: EngineUnderTest, http: httpx.Client
) -> None:
    started = time.monotonic()
    answer = _chat(http, _name(case))
    assert time.monotonic() - started < 15  # three seconds where nobody else works
    assert answer.status_code == 500, answer.text
    sentence = answer.json()["error"]
    assert sentence.startswith("This model file is damaged or not supported: its chat template ")
    expected = HOSTILE.get(case, ("", CRASHES))[1]
    assert sentence.removesuffix(".").endswith((expected,) if expected else (ENDS_NOT, CRASHES))
    assert engine.alive
    assert _chat(http, STARTER).json()["done"]


@pytest.mark.parametrize("case", GOOD)
def test_a_template_with_macros_that_is_fine(case: str, http: httpx.Client) -> None:
    answer = _chat(http, case)
    assert answer.status_code == 200, answer.text
    assert answer.json()["done"]


def test_eng_13_a_template_tried_runs_no_python(
    engine: EngineUnderTest, http: httpx.Client
) -> None:
    answer = _chat(http, "canary")
    assert answer.status_code == 500
    assert "chat template" not in answer.json()["error"]  # llama.cpp itself has refused it
    assert not (engine.log.parent / "canary").exists()
    assert _chat(http, STARTER).json()["done"]


def _check(
    trials: Trials,
    folder: Path,
    template: str,
    extra: dict[str, Any] | None = None,
    vocabulary: Vocabulary | None = None,
) -> None:
    data = tiny_llama(template=template, extra=extra, vocabulary=vocabulary)
    path = write(folder / "m.gguf", data)
    trials.check(path, read_header(path, arrays=True))


def _children_ran() -> float:
    """Processor time of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_a_plain_template_is_not_tried(tmp_path: Path) -> None:
    before = _children_ran()
    _check(Trials(tmp_path / "t.json"), tmp_path, CHAT)
    assert _children_ran() == before
    assert not (tmp_path / "t.json").exists()


@pytest.mark.parametrize("template", [SPOKEN, RECURSIVE])
def test_a_verdict_is_kept(template: str, tmp_path: Path) -> None:
    """In memory and on disk; no process is started the second time."""
    file = tmp_path / "t.json"
    trials = Trials(file)
    first = _reason(trials, tmp_path, template)
    assert first == ("" if template == SPOKEN else CRASHES)
    before = _children_ran()
    assert _reason(trials, tmp_path, template) == first
    file_only = Trials(file)
    assert _reason(file_only, tmp_path, template) == first
    assert _children_ran() == before
    _check(trials, tmp_path, SPOKEN + " ")
    assert _children_ran() > before


def _reason(trials: Trials, folder: Path, template: str) -> str:
    """Why it is refused, "" if it is not."""
    try:
        _check(trials, folder, template)
    except DamagedModel as problem:
        return str(problem).partition(": ")[2].rstrip(".")
    return ""


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b"null", b'"fine"', b'{"a": 1}', b'{"a": "perhaps"}', b"\xff\xfe"),
        *(b"[" * 100_000, b" " * 2**20 + b"{}"),
    ],
    ids=lambda content: repr(content[:9]),
)
def test_a_damaged_file_of_verdicts_is_ignored(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    file.write_bytes(content)
    _check(Trials(file), tmp_path, SPOKEN)
    assert list(json.loads(file.read_text("utf-8")).values()) == ["fine"]


def test_verdicts_that_cannot_be_kept_still_count(tmp_path: Path) -> None:
    trials = Trials(tmp_path / "no" / "such" / "folder.json")
    assert _reason(trials, tmp_path, RECURSIVE) == CRASHES
    before = _children_ran()
    assert _reason(trials, tmp_path, RECURSIVE) == CRASHES
    assert _children_ran() == before


def test_the_oldest_verdicts_go(tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    file.write_text(json.dumps({f"old {number}": "fine" for number in range(256)}), "utf-8")
    _check(Trials(file), tmp_path, SPOKEN)
    kept = list(json.loads(file.read_text("utf-8")))
    assert len(kept) == 256
    assert kept[0] == "old 1"
    assert not kept[-1].startswith("old")


def test_where_nothing_can_be_tried_the_model_is_not_blamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PYTHONHOME", str(tmp_path / "no python here"))
    file = tmp_path / "t.json"
    _check(Trials(file), tmp_path, RECURSIVE)
    assert "cannot be tried" in caplog.text
    assert not file.exists()


def test_eng_13_a_template_that_knows_the_models_tokens(tmp_path: Path) -> None:
    """It is tried with the tokens that it will be given."""
    words = spm_vocabulary()
    tokens = ["<begin>" if token == "<s>" else token for token in words.tokens]
    vocabulary = Vocabulary(tokens, words.types)
    template = "{% if bos_token == '<begin>' %}" + RECURSIVE + "{% endif %}"
    _check(Trials(), tmp_path, template)
    with pytest.raises(DamagedModel, match="crashes"):
        _check(Trials(), tmp_path, template, vocabulary=vocabulary)


@pytest.mark.parametrize("special", ["<unk>", "<0x41>", "", "x" * 5000, "<s>", "\ufffd", "</s>"])
def test_eng_13_no_token_makes_the_trial_impossible(special: str, tmp_path: Path) -> None:
    words = spm_vocabulary()
    extra = {"tokenizer.ggml.eos_token_id": len(words.tokens)}
    vocabulary = Vocabulary([*words.tokens, special], [*words.types, 3])
    path = write(
        tmp_path / "m.gguf", tiny_llama(template=RECURSIVE, vocabulary=vocabulary, extra=extra)
    )
    with pytest.raises(DamagedModel):  # of the reader for a token that is there twice
        Trials().check(path, read_header(path, arrays=True))


def test_eng_13_deep_templates_for_tools_are_refused_as_well(tmp_path: Path) -> None:
    deep = "{{ " + "(" * 300 + "1" + ")" * 300 + " }}"
    with pytest.raises(DamagedModel, match="too deep"):
        _check(Trials(), tmp_path, CHAT, {f"{KEY}.tool_use": deep})


TRIES = """
import sys
from gui.engine.llama.trial import try_template
try_template([bytes.fromhex(sys.argv[1])], ("<s>", "</s>"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel for it")
def test_a_trial_ends_with_the_engine() -> None:
    raw = pair(KEY, ENDLESS).hex()
    with subprocess.Popen([sys.executable, "-c", TRIES, raw], cwd=ROOT) as process:
        try:
            child = _first_child(psutil.Process(process.pid))
            time.sleep(0.5)
            assert _lives(child)
        finally:
            process.kill()
    ended = time.monotonic()
    while _lives(child) and time.monotonic() - ended < 1:
        time.sleep(0.02)
    assert not _lives(child)


def _first_child(process: psutil.Process) -> psutil.Process:
    started = time.monotonic()
    while time.monotonic() - started < 20:
        children: Sequence[psutil.Process] = process.children()
        if children:
            return children[0]
        time.sleep(0.02)
    raise AssertionError("no trial was started")


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False

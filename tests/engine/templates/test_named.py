"""The templates that come with the engine, and which of them a model's jinja means."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from gui.engine.gguf.reader import read_header
from gui.engine.store.loose import starter_path
from gui.engine.templates.named import detect, named_templates
from gui.engine.templates.rendering import Template

NAMES = [
    *("alfred", "alpaca", "chatml", "chatqa", "codellama-70b-instruct", "command-r"),
    *("falcon-instruct", "gemma-instruct", "gemma3-instruct", "granite-instruct", "llama2-chat"),
    *("llama3-instruct", "magicoder", "mistral-instruct", "openchat", "phi-3"),
    *("solar-instruct", "starcoder2-instruct", "vicuna", "zephyr"),
]
SOURCES = {template.name: template for template in named_templates()}


def talk(*turns: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"role": role, "content": content} for role, content in turns]


TURNS = talk(("system", "규칙"), ("user", "하나"), ("assistant", "둘"), ("user", "셋"))


def test_there_are_the_twenty_of_ollama() -> None:
    assert sorted(SOURCES) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_named_template_writes_every_turn_and_opens_the_reply(name: str) -> None:
    template = Template.parse(SOURCES[name].source)
    assert template.is_messages_mode
    assert template.capabilities == frozenset()

    written = template.render_chat(TURNS)
    places = [written.index(content) for content in ("규칙", "하나", "둘", "셋")]
    assert places == sorted(places)
    assert template.render_chat(TURNS[:2]) == written[: len(template.render_chat(TURNS[:2]))]
    assert not written.endswith("셋")


@pytest.mark.parametrize("name", NAMES)
def test_a_begun_reply_is_left_open(name: str) -> None:
    template = Template.parse(SOURCES[name].source)
    written = template.render_chat(talk(("user", "하나"), ("assistant", "그러니까")))
    assert written.endswith("그러니까")


@pytest.mark.parametrize("name", NAMES)
def test_stops_are_what_the_template_writes(name: str) -> None:
    written = Template.parse(SOURCES[name].source).render_chat(TURNS)
    assert SOURCES[name].stop
    assert any(stop in written for stop in SOURCES[name].stop)


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        (
            "chatml",
            (
                "<|im_start|>system\n규칙<|im_end|>\n<|im_start|>user\n하나<|im_end|>\n"
                "<|im_start|>assistant\n둘<|im_end|>\n<|im_start|>user\n셋<|im_end|>\n"
                "<|im_start|>assistant\n"
            ),
        ),
        (
            "llama2-chat",
            "[INST] <<SYS>>\n규칙\n<</SYS>>\n\n하나 [/INST] 둘 </s><s>[INST] 셋 [/INST]",
        ),
        (
            "zephyr",
            (
                "<|system|>\n규칙</s>\n<|user|>\n하나</s>\n<|assistant|>\n둘</s>\n"
                "<|user|>\n셋</s>\n<|assistant|>\n"
            ),
        ),
        (
            "gemma3-instruct",
            (
                "<start_of_turn>user\n규칙\n\n하나<end_of_turn>\n<start_of_turn>model\n둘"
                "<end_of_turn>\n<start_of_turn>user\n셋<end_of_turn>\n<start_of_turn>model\n"
            ),
        ),
        ("mistral-instruct", "[INST] 규칙\n\n하나 [/INST] 둘</s>[INST] 셋 [/INST]"),
    ],
)
def test_formats_to_the_letter(name: str, prompt: str) -> None:
    assert Template.parse(SOURCES[name].source).render_chat(TURNS) == prompt


LOOP = (
    "{{% for message in messages %}}{}{{% endfor %}}{{% if add_generation_prompt %}}{}{{% endif %}}"
)
ROLES = (
    "{{% if message.role == 'system' %}}{}{{% elif message.role == 'user' %}}{}"
    "{{% else %}}{}{{% endif %}}"
)
JINJA = {
    "chatml": LOOP.format(
        "{{ '<|im_start|>' ~ message.role ~ '\\n' ~ message.content | trim ~ '<|im_end|>\\n' }}",
        "{{ '<|im_start|>assistant\\n' }}",
    ),
    "llama3-instruct": LOOP.format(
        "{% set text = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + "
        "message['content'] + '<|eot_id|>' %}{{ bos_token + text }}",
        '{{ "<|start_header_id|>assistant<|end_header_id|>\\n\\n" }}',
    ),
    "zephyr": "{%- for message in messages -%}\n"
    + ROLES.format(
        "{{ '<|system|>\n' + message.content + eos_token + '\n' }}",
        "{{ '<|user|>\n' + message.content + eos_token + '\n' }}",
        "{{ '<|assistant|>\n' + message.content + eos_token + '\n' }}",
    )
    + "{%- endfor -%}\n{{- '<|assistant|>\n' -}}",
    "alpaca": LOOP.format(
        ROLES.format(
            "{{ message.content }}\n\n",
            "### Instruction:\n{{ message.content }}\n\n",
            "### Response:\n{{ message.content }}\n\n",
        ),
        "### Response:\n",
    ),
    "gemma-instruct": LOOP.format(
        "{% if message.role == 'system' %}{{ raise_exception('no system messages') }}{% endif %}"
        "{{ '<start_of_turn>' + message.role + '\\n' + message.content + '<end_of_turn>\\n' }}",
        "{{ '<start_of_turn>model\\n' }}",
    ),
    "openchat": LOOP.format(
        "{{ 'GPT4 Correct ' + message.role.title() + ': ' + message.content + '<|end_of_turn|>' }}",
        "{{ 'GPT4 Correct Assistant:' }}",
    ),
    "vicuna": LOOP.format(
        ROLES.format(
            "{{ message.content + '\\n\\n' }}",
            "{{ 'USER: ' + message.content + '\\n' }}",
            "{{ 'ASSISTANT: ' + message.content + '</s>\\n' }}",
        ),
        "{{ 'ASSISTANT:' }}",
    ),
    "phi-3": LOOP.format(
        "{{ '<|' + message.role + '|>\\n' + message.content + '<|end|>\\n' }}",
        "{{ '<|assistant|>\\n' }}",
    ),
    "solar-instruct": LOOP.format(
        ROLES.format(
            "### System:\n{{ message.content }}\n\n",
            "### User:\n{{ message.content }}\n\n",
            "### Assistant:\n{{ message.content }}\n\n",
        ),
        "### Assistant:\n",
    ),
}


@pytest.mark.parametrize("name", JINJA)
def test_a_jinja_that_writes_the_same_is_recognised(name: str) -> None:
    found = detect(JINJA[name])
    assert found is not None
    assert found.name == name


CHATML = JINJA["chatml"]


@pytest.mark.parametrize(
    "jinja",
    [
        "",
        "{{ messages }}",
        "{% for message in messages %}{{ message.content }}{% endfor %}",
        CHATML + "{% if tools %}{{ tools }}{% endif %}",
        CHATML + "{% if enable_thinking %}{% endif %}",
        CHATML + "{{ 'You are a helpful assistant' }}",
        CHATML + "You are helpful.",
        CHATML.replace("<|im_end|>\\n", "<|im_end|>\\n\\n"),
        CHATML.replace("<|im_end|>", "<|im_stop|>"),
        CHATML.replace("| trim", "| upper"),
        CHATML.replace("{{ '<|im_start|>a", "{{ f('<|im_start|>') if x else '<|im_start|>a"),
        CHATML + "{% macro x() %}{% endmacro %}",
        CHATML + "{{ 'unclosed }}",
        CHATML + "{{ (1 }}",
        CHATML + "{{ ''.__class__.__init__.__globals__ }}",
        CHATML + "{{ cycler.__init__.__globals__.os.popen('touch x') }}",
        LOOP.format("{{ message.role + ': ' + message.content + '\\n\\n' }}", "{{ 'assistant:' }}"),
        "{% for message in messages %}" * 5000,
    ],
)
def test_a_jinja_that_says_more_is_left_to_itself(jinja: str) -> None:
    """Conservative: without a match the model's own template is used (ENG-13: never run)."""
    assert detect(jinja) is None


def test_the_starter_model_has_a_system_prompt_of_its_own() -> None:
    """Its template is ChatML with a default system message, so it is not chatml."""
    path = starter_path()
    assert path is not None
    jinja = read_header(path).chat_template
    assert "<|im_start|>" in jinja
    assert detect(jinja) is None
    without = re.sub(r"\{% if loop\.first.*?\{% endif %\}", "", jinja, flags=re.DOTALL)
    assert without != jinja
    assert detect(without) is SOURCES["chatml"]


@pytest.mark.parametrize("part", ["{{", "{%", "{{ '", "{{ (", "{% set x = ", "{#", "{{ a[", "\n "])
def test_hostile_jinja_is_refused_in_time(part: str) -> None:
    started = time.perf_counter()
    assert detect(part * (5_900 // len(part))) is None
    assert time.perf_counter() - started < 3

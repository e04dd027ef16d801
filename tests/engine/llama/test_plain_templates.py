"""ENG-13: which chat templates are let through without a trial."""

from __future__ import annotations

import time

import pytest
from tiny_models import CHAT

from gui.engine.gguf.reader import read_header
from gui.engine.llama.plain_templates import is_plain
from gui.engine.store.loose import starter_path

LOOP = "{% for m in messages %}{{ m.content }}{% endfor %}"

PLAIN = {
    "chatml": CHAT,
    "nothing": "",
    "text": "* range(9) { } % # macro",
    "one loop after the other": LOOP + LOOP,
    "conditions": "{%- if a and (b or not c) %}1{% elif x is defined %}2{% else %}3{% endif -%}",
    "settings": "{% set rest = messages[1:] %}{% set n = messages[0]['content'] | trim %}",
    "a refusal": "{{ raise_exception('Roles must go user, assistant, user') }}",
    "turns": "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{% endif %}",
    "methods": "{{ m['content'].strip() + eos_token }}",
    "a comment": "{# who reads this? #}" + LOOP,
    "marks": "{% for m in messages %}{% generation %}{{ m }}{% endgeneration %}{% endfor %}",
}

TRIED = {
    "macro": "{% macro a() %}{% endmacro %}",
    "call": "{% call a() %}{% endcall %}",
    "range": "{{ range(9) }}",
    "a name for range": "{% set r = range %}{{ r(9) }}",
    "a call of what is called": "{{ (r)(9) }}",
    "a call of an item": "{{ r['x'](9) }}",
    "a product": "{{ 'x' * 9 }}",
    "a power": "{{ 9 ** 9 }}",
    "a large number": "{{ x[12345] }}",
    "a number in another notation": "{{ 1e9 }}",
    "a loop in a loop": "{% for a in m %}{% for b in m %}{% endfor %}{% endfor %}",
    "a loop over a list": "{% for a in [1, 2] %}{% endfor %}",
    "a loop over a call": "{% for a in m.items() %}{% endfor %}",
    "a loop over a filter": "{% for a in m | list %}{% endfor %}",
    "a loop with a condition": "{% for a in m if a %}{% endfor %}",
    "a loop that calls itself": "{% for a in m recursive %}{{ loop(a) }}{% endfor %}",
    "a sum that is kept": "{% set a = a ~ a %}",
    "a list that is kept": "{% set a = [a, a] %}",
    "a block that is kept": "{% set a %}{{ a }}{{ a }}{% endset %}",
    "a namespace": "{% set ns = namespace(x=1) %}",
    "a kept attribute": "{% set ns.x = ns.x %}",
    "append": "{{ a.append(a) }}",
    "replace": "{{ 'x'.replace('x', y) }}",
    "join": "{{ a | join(a) }}",
    "json": "{{ a | tojson | tojson }}",
    "a filter block": "{% filter upper %}{% endfilter %}",
    "a dictionary": "{{ {'a': 1} }}",
    "including": "{% include 'x' %}",
    "a tag in a text": "{{ '{% macro a() %}' }}",
    "a tag in a comment": "{# {% macro a() %} #}",
    "a comment in a text": "{{ '{#' }}{% macro a() %}{{ '#}' }}",
    "an end in a text": "{{ '}}' }}",
    "half a tag": LOOP + "{% if",
    "half a comment": LOOP + "{#",
    "an end alone": LOOP + "%}",
    "a text that does not end": "{{ 'x }}",
    "more ends than loops": "{% endfor %}" + LOOP,
    "bytes that are no text": LOOP + "\ufffd",
    "nought": LOOP + "\0" + LOOP,
    "length": LOOP * 200,
}


@pytest.mark.parametrize("case", PLAIN)
def test_a_plain_template(case: str) -> None:
    assert is_plain(PLAIN[case])


@pytest.mark.parametrize("case", TRIED)
def test_eng_13_a_template_that_must_be_tried(case: str) -> None:
    assert not is_plain(TRIED[case])


def test_the_starter_needs_no_trial() -> None:
    path = starter_path()
    assert path is not None
    assert is_plain(read_header(path).chat_template)


@pytest.mark.parametrize("piece", ["{%", "{{ '", "{#", "'\\", "{{ a", "%}", "{% for a in a.a", "|"])
def test_the_look_takes_no_time_whatever_it_sees(piece: str) -> None:
    before = time.process_time()
    is_plain((piece * 6_000)[:6_000])
    assert time.process_time() - before < 1

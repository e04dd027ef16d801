"""ENG-13: chat templates that would end llama.cpp's process while it loads a model."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from gguf_files import write
from gguf_loader import Loader
from tiny_models import CHAT, tiny_llama

from gui.engine.gguf.reader import DamagedModel, read_header
from gui.engine.gguf.template import check_template
from gui.engine.store.loose import starter_path

DEEP = {
    "brackets": "{{ " + "(" * 8000 + "1" + ")" * 8000 + " }}",
    "lists": "{{ " + "[" * 8000 + "]" * 8000 + " }}",
    "dictionaries": "{% set x = " + "{'a':" * 8000 + "1" + "}" * 8000 + " %}",
    "negations": "{{ " + "not " * 16_000 + "1 }}",
    "filters": "{{ 1" + "|string" * 16_000 + " }}",
    "attributes": "{{ messages" + ".x" * 16_000 + " }}",
    "sums": "{{ 1" + "+1" * 16_000 + " }}",
    "blocks": "{% if true %}" * 8000 + "{% endif %}" * 8000,
    "loops": "{%- for a in [1] -%}" * 8000 + "{%- endfor -%}" * 8000,
    "branches": "{% if false %}" + "{% elif false %}" * 16_000 + "{% endif %}",
    "in the middle": CHAT + "{# ' #}{{ '}}' ~ " + "(" * 8000 + "1" + ")" * 8000 + " }}" + CHAT,
    "too long": "x" * 2**20,
}


@pytest.mark.parametrize("case", DEEP)
def test_eng_13_a_template_too_deep(case: str, tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", tiny_llama(template=DEEP[case]))
    with pytest.raises(DamagedModel, match=r"chat template is too (deep|long)"):
        read_header(path)


FINE = {
    "chatml": CHAT,
    "many settings": "{% set x = 1 %}" * 3000,
    "many in a row": "{% if true %}{{ (1) }}{% endif %}" * 3000,
    "a long text": "{% set x = '" + "a (word " * 5000 + "' %}",
    "a comment": "{# " + "(" * 5000 + " #}",
    "text": "( [ {" * 5000,
    "blocks of text": "{% set x %}hello{% endset %}" * 1000,
}


@pytest.mark.parametrize("case", FINE)
def test_templates_that_are_only_large(case: str) -> None:
    check_template(FINE[case])


def test_the_starters_template() -> None:
    path = starter_path()
    assert path is not None
    assert read_header(path).chat_template


@pytest.mark.parametrize("piece", ["'\\'", "{{ '", "{#", "{%", '"', "\\'", "{{ }}", "{% if"])
def test_the_check_takes_no_time_whatever_it_is_given(piece: str) -> None:
    text = (piece * 500_000)[: 512 * 1024]
    before = time.process_time()
    with contextlib.suppress(DamagedModel):
        check_template(text)
    assert time.process_time() - before < 2


def test_eng_13_a_template_runs_no_python(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    code = f"{{{{ cycler.__init__.__globals__.os.popen('touch {canary}').read() }}}}"
    path = write(tmp_path / "m.gguf", tiny_llama(template=code))
    read_header(path)
    with Loader(tmp_path) as loader:
        assert loader.load("model", path, path).startswith("refused")
    assert not canary.exists()

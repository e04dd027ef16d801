"""What is said of a Modelfile while it is written: at the right place, with a mend."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

import gui
from gui.models.modelfile.check import check
from gui.models.modelfile.commands import Command, Instruction
from gui.models.modelfile.diagnostics import Diagnostic, Facts, Severity
from gui.models.modelfile.printer import print_command

FACTS = Facts(installed=("smollm2:135m", "qwen3:8b"))
BASE = "FROM smollm2:135m\n"
ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


def findings(text: str, facts: Facts = FACTS) -> list[tuple[Severity, str, str]]:
    """Severity, what is underlined, and all that is said."""
    lines = text.split("\n")
    return [
        (
            each.severity,
            lines[each.line - 1][each.column : each.end_column],
            f"{each.message} {each.mend}",
        )
        for each in check(text, facts)
    ]


def the_one(text: str, facts: Facts = FACTS) -> tuple[Severity, str, str]:
    found = findings(text, facts)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    "text",
    [
        BASE,
        "from SMOLLM2:135M\n",
        BASE + 'SYSTEM "say "hi" now"\n',
        BASE + 'SYSTEM "He said "hi" and left.\nThen he came back."\n',
        BASE + 'SYSTEM """a "b" c\nd"""\n',
        BASE + "PARAMETER stop ### Human:\nPARAMETER stop <|end|>\n",
        BASE + "MESSAGE user hi\nMESSAGE assistant hello\n",
        BASE
        + 'TEMPLATE """{{ if .System }}{{ .System }}{{ end }}{{ .Prompt }}{{ .Response }}"""\n',
        BASE
        + "TEMPLATE {{- range $i, $_ := .Messages }}{{ if eq .Role `user` }}{{ .Content }}"
        + '{{ else if and $.Think (not (eq $i 0)) }}{{ json .ToolCalls }}{{ "}}" }}{{ end }}'
        + "{{- end }}{{/* done */}}{{ .Response }}\n",
    ],
)
def test_a_sound_text_has_no_findings(text: str) -> None:
    assert findings(text) == []


@pytest.mark.parametrize(
    ("text", "severity", "place", "said"),
    [
        ("", ERROR, "", "FROM llama3.2"),
        ("FROM", ERROR, "FROM", "FROM llama3.2"),
        (BASE + "SYSTM hi", ERROR, "SYSTM", "Did you mean SYSTEM?"),
        (BASE + 'SYSTM """a\nb"""', ERROR, "SYSTM", "Did you mean SYSTEM?"),
        (BASE + "TEMPLATE{{ .Prompt }}", ERROR, "TEMPLATE", "needs a blank"),
        (BASE + "SYSTEM one\ntwo lines\nmore of it\n", ERROR, "two", 'between """ and """'),
        (BASE + "MESSAGE User hi", ERROR, "User", "small letters"),
        (BASE + "MESSAGE user: hi", ERROR, "user", "MESSAGE user How are you?"),
        (BASE + "PARAMETER num-ctx 1", ERROR, "num", "PARAMETER temperature 0.7"),
        (BASE + "PARAMETER temperature", ERROR, "PARAMETER temperature", "Something is missing"),
        (BASE + "PARAMETER  seed 1", ERROR, "PARAMETER  ", "two blanks"),
        (BASE + 'SYSTEM "open', ERROR, '"open', 'Put " at the end'),
        (BASE + "PARAMETER temprature 1", ERROR, "temprature", "Did you mean temperature?"),
        (BASE + "PARAMETER max_tokens 1", ERROR, "max_tokens", "Did you mean num_predict?"),
        (BASE + "PARAMETER Temperature 1", ERROR, "Temperature", "Did you mean temperature?"),
        (BASE + "PARAMETER num_ctx 4k", ERROR, "4k", "whole number"),
        (BASE + "PARAMETER temperature 0.5 0.6", ERROR, "0.5 0.6", "takes a number"),
        (BASE + "PARAMETER temperature inf", ERROR, "inf", "takes a number"),
        (BASE + "PARAMETER use_mmap yes", ERROR, "yes", "true or false"),
        (BASE + "PARAMETER temperature ", ERROR, "PARAMETER temperature ", "no value"),
        (BASE + "PARAMETER temperature 9", WARNING, "9", "0 – 2"),
        (BASE + "PARAMETER mirostat 1", WARNING, "mirostat", "no effect"),
        (BASE + 'PARAMETER stop ""', WARNING, '""', "empty stop"),
        (BASE + "REQUIRES new", ERROR, "new", "0.14.0"),
        (BASE + "SYSTEM a\nSYSTEM b", WARNING, "SYSTEM", "again in line 3"),
        (BASE + "PARAMETER seed 1\nPARAMETER seed 2", WARNING, "PARAMETER seed", "line 3"),
        (BASE + "MESSAGE assistant hi", NOTE, "assistant", "a reply to nothing"),
        (BASE + "MESSAGE user hi", NOTE, "user", "without a reply"),
    ],
)
def test_one_finding_at_its_place(text: str, severity: Severity, place: str, said: str) -> None:
    found = the_one(text)
    assert found[:2] == (severity, place)
    assert said in found[2]


# The rows of the contract's table where Ollama reads otherwise than it looks.
@pytest.mark.parametrize(
    ("row", "text", "severity", "place", "said"),
    [
        ("2", BASE + "PARAMETER stop x # y", WARNING, "# y", "no comment"),
        ("2 in a text", BASE + "SYSTEM x # y", NOTE, "# y", "no comment"),
        (
            "10",
            BASE + 'SYSTEM "hi" there\nPARAMETER seed 1',
            ERROR,
            '" there',
            "goes on to line 3",
        ),
        (
            "11",
            BASE + 'SYSTEM "hi" there\nPARAMETER stop "x"',
            WARNING,
            '" there',
            "goes on to line 3",
        ),
        ("12", BASE + "SYSTEM 'hi'", WARNING, "'hi'", "Single quotes"),
        ("13", BASE + 'SYSTEM "a\\nb"', WARNING, "\\n", "two characters"),
        (
            "14",
            BASE + 'SYSTEM """x""" tail\nSYSTEM """y"""',
            WARNING,
            '""" tail',
            "goes on to line 3",
        ),
        ("31 NBSP", BASE + "SYSTEM a\u00a0b", WARNING, "\u00a0", "plain space"),
        ("31 ideographic", BASE + "SYSTEM 가\u3000나", WARNING, "\u3000", "IDEOGRAPHIC SPACE"),
        ("31 ZWJ", BASE + "SYSTEM \U0001f468\u200d\U0001f469", WARNING, "\u200d", "emoji"),
        ("31 BEL", BASE + "SYSTEM a\x07b", WARNING, "\x07", "U+0007"),
        ("32", BASE + "SYSTEM one \\\n", WARNING, "\\", "cannot be continued"),
    ],
)
def test_surprises(row: str, text: str, severity: Severity, place: str, said: str) -> None:
    found = the_one(text)
    assert found[:2] == (severity, place)
    assert said in found[2]


@pytest.mark.parametrize(
    ("template", "severity", "place", "said"),
    [
        ("{{ .Prompt }}{{ .Response", ERROR, "{{", "never closed"),
        ("{{ .System {{ .Prompt }}{{ .Response }}", ERROR, "{{", "never closed"),
        ("{{ .Prompt }}{{ .Response }}{{/* x", ERROR, "{{", "*/}}"),
        ("{{ if .Prompt }}{{ .Response }}", ERROR, "{{ if .Prompt }}", "has no end"),
        ("{{ .Prompt }}{{ .Response }}{{ end }}", ERROR, "{{ end }}", "ends nothing"),
        ("{{ .Prompt }}{{ .Response }}{{ else }}", ERROR, "{{ else }}", "belongs to nothing"),
        ("{{ .Prompt }}{{ .Response }}{{ break }}", ERROR, "{{ break }}", "inside of a range"),
        ("{{ .Prompt }}{{ .Response }}{{ }}", ERROR, "{{ }}", "nothing between"),
        ("{{ .Prompt }}{{ .Response }}{{ if }}x{{ end }}", ERROR, "{{ if }}", "behind it"),
        ("{{ .Response }}{{ upper .Prompt }}", ERROR, "upper", "no function"),
        ("{{ .Response }}{{ printx .Prompt }}", ERROR, "printx", "Did you mean print"),
        ("{{ .Response }}{{ (len .Prompt }}", ERROR, "{{ (len .Prompt }}", "parentheses"),
        ("{{ .Response }}{{ .Prompt-}}", ERROR, "-", "a blank between"),
        ('{{ .Response }}{{ .Prompt }}{{ "a }}', ERROR, '"a ', "quotation mark"),
        ("{{ .Response }}{{ .Prompt }}{{ $x }}", ERROR, "$x", "{{ $x := … }}"),
        ("{{ .Response }}{{ .Prompt }}{{ .Sytem }}", WARNING, ".Sytem", ".System"),
        (
            "{{ range .Messages }}{{ .Contnt }}{{ end }}",
            WARNING,
            ".Contnt",
            ".Content",
        ),
        ("{{ .Messages }}{{ .Prompt }}", WARNING, ".Prompt", "stays empty"),
        ("{{ .Prompt }}", NOTE, "", "no .Response"),
        ("{{ .Response }}", WARNING, "", "never sees"),
        ("{{ currentDate }}{{ .Prompt }}{{ .Response }}", WARNING, "currentDate", "fails"),
        ("{% for message in messages %}{{ message }}{% endfor %}", ERROR, "{%", "Jinja"),
    ],
)
def test_mod_04_templates(template: str, severity: Severity, place: str, said: str) -> None:
    for quoted in (template, f'"""{template}"""'):
        found = the_one(f"{BASE}TEMPLATE {quoted}\n")
        assert found[:2] == (severity, place)
        assert said in found[2]


NAMED = sorted((Path(gui.__file__).parent / "engine/templates/named").glob("*.gotmpl"))


@pytest.mark.parametrize("path", NAMED, ids=lambda path: path.stem)
def test_templates_in_use_have_no_findings(path: Path) -> None:
    template = path.read_text("utf-8")
    text = print_command(Command(Instruction.TEMPLATE, template))
    assert findings(f"{BASE}{text}\n") == []


def test_there_are_templates_in_use() -> None:
    assert len(NAMED) == 20


def test_a_variable_ends_with_its_block() -> None:
    template = "{{ range $m := .Messages }}{{ $m.Content }}{{ end }}{{ $m }}"
    assert the_one(f"{BASE}TEMPLATE {template}\n")[:2] == (ERROR, "$m")


def test_a_template_over_lines_is_marked_on_its_line() -> None:
    text = BASE + 'TEMPLATE """{{ .Response }}\n가나 {{ uper .Prompt }}"""\n'
    found = check(text, FACTS)
    assert [(each.line, each.column, each.end_column) for each in found] == [(3, 6, 10)]


@pytest.mark.parametrize(
    ("value", "severity", "said"),
    [
        ("http://example.com/model.gguf", ERROR, "address of the web"),
        ("https://hf.co/user/model", ERROR, "hf.co/user/model"),
        ("./missing.gguf", ERROR, "missing.gguf"),
        ("../other", ERROR, "There is nothing at"),
        ("~nobody-of-that-name/x", ERROR, "~nobody-of-that-name/x"),
        ("/no/such/file", ERROR, "/no/such/file"),
        ("smollm2:13m", NOTE, "Did you mean smollm2:135m?"),
        ("hf.co/user/model:Q4_K_M", NOTE, "is not installed"),
        ("a b", ERROR, "no blanks"),
        ("ollama run smollm2:135m", ERROR, "more here"),
        ("", WARNING, "own folder"),
    ],
)
def test_mod_03_where_from_leads(tmp_path: Path, value: str, severity: Severity, said: str) -> None:
    found = the_one(f"FROM {value}\n", Facts(FACTS.installed, tmp_path))
    assert found[0] == severity
    assert said in found[2]


def test_a_file_named_by_from_is_found(tmp_path: Path) -> None:
    (tmp_path / "My Model.gguf").touch()
    assert findings("FROM ./My Model.gguf\n", Facts((), tmp_path)) == []


def test_a_file_or_folder_shadows_a_model(tmp_path: Path) -> None:
    (tmp_path / "smollm2:135m").mkdir()
    severity, place, said = the_one(BASE, Facts(FACTS.installed, tmp_path))
    assert (severity, place) == (WARNING, "smollm2:135m")
    assert "./smollm2:135m" in said


def test_relative_paths_of_an_unsaved_text_are_not_judged() -> None:
    assert the_one("FROM ./model.gguf\n")[0] == NOTE


@pytest.mark.parametrize("word", ["ADAPTER", "DRAFT"])
def test_an_adapter_is_always_a_path(tmp_path: Path, word: str) -> None:
    facts = Facts(FACTS.installed, tmp_path)
    assert the_one(f"{BASE}{word} smollm2:135m\n", facts)[:2] == (ERROR, "smollm2:135m")
    (tmp_path / "lora.gguf").touch()
    assert findings(f"{BASE}{word} ./lora.gguf\n", facts) == []
    assert "web" in the_one(f"{BASE}{word} https://x/y\n", facts)[2]


def test_of_two_names_the_last_wins() -> None:
    severity, place, said = the_one("FROM qwen3:8b\nFROM smollm2:135m\n")
    assert (severity, place) == (WARNING, "qwen3:8b")
    assert "line 2" in said


def test_names_are_not_judged_when_the_server_is_not_known() -> None:
    assert findings("FROM whatever\n", Facts()) == []


def test_findings_are_in_order_and_on_one_line() -> None:
    text = BASE + 'SYSTEM "a" b\nc" d\nPARAMETER seed x\n' + "\u00a0\n"
    found = check(text, FACTS)
    assert [each.line for each in found] == sorted(each.line for each in found)
    assert all(0 <= each.column <= each.end_column for each in found)


def test_mod_04_what_is_too_large_has_one_finding() -> None:
    (found,) = check("#" * 50 * 2**20)
    assert isinstance(found, Diagnostic)
    assert found.severity is ERROR


@pytest.mark.parametrize(
    "text",
    [
        os.urandom(2**20).decode("latin-1"),
        "FROM a\n" * 50_000,
        "word of prose\n" * 50_000,
        BASE + "TEMPLATE " + "{{" * 50_000,
        BASE + "TEMPLATE " + "{{ if .x }}" * 20_000,
        BASE + 'TEMPLATE """' + "{{/*" * 50_000 + '"""',
        BASE + 'SYSTEM """x""" y' + '\n"""z' * 50_000,
    ],
    ids=["binary", "many FROM", "prose", "braces", "ifs", "comments", "quotes"],
)
def test_mod_04_hostile_texts_are_answered(text: str) -> None:
    began = time.process_time()
    assert 0 < len(check(text, FACTS)) <= 200
    assert time.process_time() - began < 2

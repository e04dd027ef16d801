"""A Modelfile as a request: what exists as a path is uploaded, all else is a name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from gui.errors import BadModelName, ModelError
from gui.models.modelfile.errors import SourceError, ValueRefused
from gui.models.modelfile.parser import parse
from gui.models.modelfile.request import CreatePlan, plan_create

GGUF = b"GGUF\x03\x00\x00\x00" + bytes(600)
TENSORS = (2).to_bytes(8, "little") + b"{}" + bytes(20)


def plan(text: str, folder: Path) -> CreatePlan:
    return plan_create(parse(text), folder)


def files(plan: CreatePlan) -> list[tuple[str, str]]:
    return [(each.field, each.key) for each in plan.files]


def put(folder: Path, **contents: bytes) -> None:
    for name, data in contents.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def test_a_name_and_everything_that_can_be_said(tmp_path: Path) -> None:
    text = (
        "FROM first\nFROM hf.co/user/model:Q4_K_M\nTEMPLATE {{ .Prompt }}\nSYSTEM one\nSYSTEM two\n"
        "PARAMETER temperature 0.5\nPARAMETER temperature 0.7\nPARAMETER stop a\nPARAMETER stop b\n"
        "PARAMETER use_mmap t\nPARAMETER mirostat 1\nLICENSE MIT\nLICENSE other\n"
        "MESSAGE user a: b\nMESSAGE assistant c\nREQUIRES v0.14.0\nRENDERER r\nPARSER p\n"
    )
    made = plan(text, tmp_path)
    assert made.body == {
        "from": "hf.co/user/model:Q4_K_M",
        "template": "{{ .Prompt }}",
        "system": "two",
        "renderer": "r",
        "parser": "p",
        "license": ["MIT", "other"],
        "messages": [
            {"role": "user", "content": "a: b"},
            {"role": "assistant", "content": "c"},
        ],
        "requires": "0.14.0",
        "parameters": {"temperature": 0.7, "stop": ["a", "b"], "use_mmap": True},
    }
    assert made.files == ()
    assert len(made.warnings) == 1
    assert "mirostat" in made.warnings[0]


def test_what_is_not_said_is_not_sent(tmp_path: Path) -> None:
    assert plan('FROM a\nSYSTEM ""\nTEMPLATE ""\n', tmp_path).body == {"from": "a"}


def test_a_file_is_called_by_its_name(tmp_path: Path) -> None:
    put(tmp_path, sub__model_dot_gguf=GGUF)
    made = plan("FROM ./sub/model.gguf", tmp_path)
    assert files(made) == [("files", "model.gguf")]
    assert (made.body, made.outside) == ({}, ())
    assert made.files[0].path == tmp_path / "sub/model.gguf"


def test_several_files_are_called_from_their_common_folder(tmp_path: Path) -> None:
    put(tmp_path, a__model_dot_gguf=GGUF, b__mmproj_dot_gguf=GGUF, lora=GGUF, draft=GGUF)
    made = plan(
        "FROM a/model.gguf\nFROM b/mmproj.gguf\nADAPTER b/mmproj.gguf\nADAPTER lora\nDRAFT ./draft",
        tmp_path,
    )
    assert files(made) == [
        ("files", "a/model.gguf"),
        ("files", "b/mmproj.gguf"),
        ("adapters", "lora"),
        ("draft_files", "draft"),
    ]


def test_a_name_wins_over_files_which_are_not_sent(tmp_path: Path) -> None:
    put(tmp_path, model_dot_gguf=GGUF)
    made = plan("FROM ./model.gguf\nFROM llama3.2", tmp_path)
    assert (made.body, made.files) == ({"from": "llama3.2"}, ())


def test_what_exists_shadows_a_model_of_that_name(tmp_path: Path) -> None:
    put(tmp_path, llama3_dot_2=GGUF)
    assert files(plan("FROM llama3.2", tmp_path)) == [("files", "llama3.2")]


@pytest.mark.parametrize("value", ["{home}/m.gguf", "~/m.gguf", "./m.gguf", "m.gguf", ""])
def test_paths_are_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    put(tmp_path, m_dot_gguf=GGUF)
    made = plan(f"FROM {value.format(home=tmp_path)}\n", tmp_path)
    assert [each.path for each in made.files] == [tmp_path / "m.gguf"]


FOLDERS: list[tuple[dict[str, bytes], list[str]]] = [
    (
        {
            "model-1_dot_safetensors": TENSORS,
            "vision__model_dot_safetensors": TENSORS,
            "other_dot_safetensors": TENSORS,
            "x_dot_gguf": GGUF,
            "config_dot_json": b"{}",
            "vision__config_dot_json": b"{}",
            "deep__er__config_dot_json": b"{}",
            "chat_template_dot_jinja": b"{{ x }}",
            "tokenizer_dot_model": b"\x00\x01",
            "vision__tokenizer_dot_model": b"\x00\x01",
            "README_dot_md": b"read",
        },
        [
            *("model-1.safetensors", "vision/model.safetensors", "config.json"),
            *("vision/config.json", "chat_template.jinja", "tokenizer.model"),
        ],
    ),
    (
        {"consolidated_dot_safetensors": TENSORS, "sub__tokenizer_dot_model": b"\x00"},
        ["consolidated.safetensors", "sub/tokenizer.model"],
    ),
    (
        {"pytorch_model_dot_bin": b"PK\x03\x04x", "x_dot_gguf": GGUF},
        ["pytorch_model.bin"],
    ),
    ({"pytorch_model_dot_bin": b"no zip", "x_dot_gguf": GGUF}, ["x.gguf"]),
    ({"consolidated_dot_00_dot_pth": b"PK\x03\x04x"}, ["consolidated.00.pth"]),
    ({"b_dot_gguf": GGUF, "a_dot_gguf": GGUF}, ["a.gguf", "b.gguf"]),
    ({"x_dot_bin": GGUF}, ["x.bin"]),
]


@pytest.mark.parametrize(("contents", "keys"), FOLDERS, ids=lambda each: str(each)[:30])
def test_a_folder_gives_the_first_kind_of_weights(
    tmp_path: Path, contents: dict[str, bytes], keys: list[str]
) -> None:
    put(tmp_path, **{f"m__{name}": data for name, data in contents.items()})
    made = plan("FROM m", tmp_path)
    assert [each.key for each in made.files] == keys


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    put(tmp_path, m__readme=b"x")
    with pytest.raises(SourceError, match="no model in the folder"):
        plan("FROM ./m", tmp_path)


def test_a_json_that_is_none_is_refused(tmp_path: Path) -> None:
    put(tmp_path, m__x_dot_gguf=GGUF, m__config_dot_json=b"\x00\x01")
    with pytest.raises(SourceError, match=r"config\.json is not a text"):
        plan("FROM ./m", tmp_path)


def test_mod_03_a_link_in_a_folder_must_stay_in_it(tmp_path: Path) -> None:
    put(tmp_path, m__real__x_dot_gguf=GGUF, out_dot_gguf=GGUF)
    (tmp_path / "m/inside.gguf").symlink_to("real/x.gguf")
    assert [each.key for each in plan("FROM ./m", tmp_path).files] == ["x.gguf"]
    (tmp_path / "m/outside.gguf").symlink_to("../out.gguf")
    with pytest.raises(SourceError, match="leads out of the folder"):
        plan("FROM ./m", tmp_path)


def test_mod_03_a_link_into_a_download_cache_has_its_own_mend(tmp_path: Path) -> None:
    put(tmp_path, _dot_cache__blob=GGUF, m__note=b"x")
    (tmp_path / "m/x.gguf").symlink_to("../.cache/blob")
    with pytest.raises(SourceError) as caught:
        plan("FROM ./m", tmp_path)
    assert "--local-dir" in caught.value.todo


def test_mod_03_files_from_elsewhere_are_named_so_that_the_person_can_be_asked(
    tmp_path: Path,
) -> None:
    put(tmp_path, here__x=b"", there__m_dot_gguf=GGUF, there__lora=GGUF)
    here = tmp_path / "here"
    (here / "link.gguf").symlink_to("../there/m.gguf")
    made = plan(f"FROM ./link.gguf\nADAPTER {tmp_path}/there/lora", here)
    assert made.outside == (here / "link.gguf", tmp_path / "there/lora")


@pytest.mark.parametrize(
    "value", ["/etc/passwd", "./secret.gguf", "./fake.safetensors", "/dev/zero", "./pipe"]
)
def test_mod_03_what_is_no_model_is_not_read_and_sent(tmp_path: Path, value: str) -> None:
    put(tmp_path, secret_dot_gguf=b"password", fake_dot_safetensors=b"password of mine")
    os.mkfifo(tmp_path / "pipe")
    for word in ("FROM", "FROM a\nADAPTER", "FROM a\nDRAFT"):
        with pytest.raises(SourceError, match="is no model"):
            plan(f"{word} {value}", tmp_path)


@pytest.mark.parametrize("value", ["http://example.com/m.gguf", "https://hf.co/u/m", "file:///x"])
@pytest.mark.parametrize("word", ["FROM", "FROM a\nADAPTER", "FROM a\nDRAFT"])
def test_mod_03_addresses_are_refused(tmp_path: Path, word: str, value: str) -> None:
    with pytest.raises(SourceError, match="address of the web") as caught:
        plan(f"{word} {value}", tmp_path)
    assert caught.value.line == len(word.split("\n"))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("FROM ./missing.gguf", SourceError),
        ("FROM ../..", SourceError),
        ("FROM ~nobody-of-that-name/x", SourceError),
        ("FROM a\nADAPTER ./missing", SourceError),
        ("FROM a\nADAPTER ../..", SourceError),
        ("FROM a\nDRAFT missing", SourceError),
        ("FROM a b", BadModelName),
        ("FROM " + "x" * 5000, BadModelName),
        ("FROM ollama run a", BadModelName),
        ("FROM a\nREQUIRES soon", ValueRefused),
        ("FROM a\nPARAMETER temperature warm", ValueRefused),
        ("FROM a\nPARAMETER num-ctx", ModelError),
        ("FROM a\nPARAMETER system hi", ValueRefused),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, error: type[ModelError]) -> None:
    folder = tmp_path / "empty" / "er"
    folder.mkdir(parents=True)
    with pytest.raises(error) as caught:
        plan(text, folder)
    assert caught.value.what


def test_ollamas_sentences_are_kept(tmp_path: Path) -> None:
    cases: dict[str, Any] = {
        "PARAMETER num_ctx 4k": "invalid int value [4k]",
        "PARAMETER x 1": "unknown parameter 'x'",
        "REQUIRES soon": "requires must be a valid semver (e.g. 0.14.0)",
    }
    for line, sentence in cases.items():
        with pytest.raises(ValueRefused) as caught:
            plan(f"FROM a\n{line}", tmp_path)
        assert (caught.value.line, caught.value.text) == (2, sentence)


def test_a_draft_that_is_the_model_is_refused(tmp_path: Path) -> None:
    put(tmp_path, m_dot_gguf=GGUF)
    (tmp_path / "same.gguf").symlink_to("m.gguf")
    with pytest.raises(SourceError, match="name the same file"):
        plan("FROM ./m.gguf\nDRAFT ./same.gguf", tmp_path)

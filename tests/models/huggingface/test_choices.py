"""Names of files: what they tell, and which are refused."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.models.huggingface.choices import choices, kind_of, quantization_in
from gui.models.huggingface.places import is_safe_name, partial_of, target_of
from gui.records import HubFileKind, HubPart


@pytest.mark.parametrize(
    ("name", "quantization"),
    [
        ("Qwen3-8B-Q4_K_M.gguf", "Q4_K_M"),
        ("llama-2-7b.Q5_0.gguf", "Q5_0"),
        ("model-q4_k_m.gguf", "Q4_K_M"),
        ("Qwen2.5-7B-Instruct-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("m-IQ2_XXS.gguf", "IQ2_XXS"),
        ("m-iq4_nl.gguf", "IQ4_NL"),
        ("m.Q4_0_4_4.gguf", "Q4_0_4_4"),
        ("m-fp16.gguf", "F16"),
        ("m-BF16.gguf", "BF16"),
        ("gpt-oss-20b-mxfp4.gguf", "MXFP4"),
        ("BF16/m-00001-of-00002.gguf", "BF16"),
        ("Q6_K/m.gguf", "Q6_K"),
        ("m-TQ1_0.gguf", "TQ1_0"),
        ("Qwen3-8B.gguf", ""),
        ("ggml-model.gguf", ""),
    ],
)
def test_quantization(name: str, quantization: str) -> None:
    assert quantization_in(name) == quantization


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mmproj-model-f16.gguf", HubFileKind.PROJECTOR),
        ("Qwen2-VL.mmproj-Q8_0.gguf", HubFileKind.PROJECTOR),
        ("adapter/m-LoRA.gguf", HubFileKind.ADAPTER),
        ("exploration.gguf", HubFileKind.MODEL),
        ("lora/m.gguf", HubFileKind.MODEL),
    ],
)
def test_kinds(name: str, kind: HubFileKind) -> None:
    assert kind_of(name) is kind


BAD = (
    *("../x.gguf", "a/../../x.gguf", "/etc/x.gguf", "C:\\x.gguf", "a\\..\\x.gguf", "c:x.gguf"),
    *("con.gguf", "a/NUL.gguf", "x.gguf.", ".hidden.gguf", "~x.gguf", "a//b.gguf", " x.gguf"),
    *("a\nb.gguf", "a\0b.gguf", "x\u202efugg.gguf", "a" * 201 + ".gguf", "a/" * 600 + "x.gguf"),
    *("a|b.gguf", "\ud800.gguf", "a/ /b.gguf", ""),
)


@pytest.mark.parametrize("name", BAD)
def test_mod_10_a_name_never_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    assert not choices([HubPart(name, 4, "0" * 64)])
    with pytest.raises(ValueError, match="leads out"):
        target_of(tmp_path, HubPart(name, 4, "0" * 64))


@given(st.text(alphabet=string.printable + "한글․‥./\\:~", max_size=40))
def test_mod_10_whatever_is_let_through_stays_inside(name: str) -> None:
    folder = Path("/downloads/user/repo")
    if is_safe_name(name):
        part = HubPart(name, 1, "f" * 64)
        for path in (target_of(folder, part), partial_of(target_of(folder, part), part)):
            assert path.resolve().is_relative_to(folder)
            assert len(path.name.encode()) <= 255


def test_korean_names_are_fine() -> None:
    (file,) = choices([HubPart("한국어/모델-Q4_K_M.gguf", 4, "0" * 64)])
    assert file.quantization == "Q4_K_M"

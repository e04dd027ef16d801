"""Which file is recommended, what pasted text means, what the model will be called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.models.fit import Machine
from gui.models.huggingface.address import hub_address
from gui.models.huggingface.advice import look
from gui.models.huggingface.choices import choices
from gui.models.huggingface.naming import aim_of, model_name
from gui.models.names import read_name
from gui.records import Fit, HubListing, HubPart, HubRepo

GB = 10**9
SIZES = {"Q2_K": 3.2, "Q4_0": 4.9, "Q4_K_M": 4.9, "Q6_K": 6.6, "Q8_0": 8.5, "F16": 16.1}
LARGE = Machine(128 * GB, 100 * GB, 48 * GB)
MIDDLE = Machine(16 * GB, 12 * GB)
SMALL = Machine(6 * GB, 2 * GB)
TINY = Machine(2 * GB, 1 * GB)


def listing(sizes: dict[str, float], *others: str) -> HubListing:
    parts = [HubPart(f"m-{q}.gguf", int(size * GB), "0" * 64) for q, size in sizes.items()]
    parts += [HubPart(name, GB, "0" * 64) for name in others]
    return HubListing(HubRepo("u/m-GGUF", parameters=8_030_000_000), "c" * 40, choices(parts))


@pytest.mark.parametrize(
    ("machine", "best"),
    [
        (LARGE, "Q8_0"),  # F16 fits too, but is twice as large for nothing
        (MIDDLE, "Q6_K"),
        (SMALL, "Q2_K"),  # only slowly, so the smallest
        (TINY, ""),
        (None, "Q4_K_M"),  # another machine: the usual one
    ],
)
def test_the_largest_that_fits_well_is_recommended(machine: Machine | None, best: str) -> None:
    shown = look(listing(SIZES), machine=machine)
    assert [o.file.quantization for o in shown.offers if o.is_recommended] == [best][: bool(best)]
    assert shown.wanted == (f"m-{best}.gguf" if best else "")
    assert all(offer.fit.sentence for offer in shown.offers)


def test_q4_k_m_among_equals() -> None:
    shown = look(listing({"Q4_0": 4.9, "Q4_K_M": 4.9}), machine=MIDDLE)
    assert shown.wanted == "m-Q4_K_M.gguf"


def test_whole_weights_only_when_there_is_nothing_else() -> None:
    assert look(listing({"F16": 1.0, "F32": 2.0}), machine=MIDDLE).wanted == "m-F32.gguf"
    assert look(listing({"Q8_0": 0.5, "F32": 2.0}), machine=MIDDLE).wanted == "m-Q8_0.gguf"


@pytest.mark.parametrize(
    ("hint", "wanted"),
    [("q8_0", "Q8_0"), ("Q4", "Q4_K_M"), ("Q2", "Q2_K"), ("Q5", "Q6_K"), ("", "Q6_K")],
)
def test_what_was_asked_for_is_chosen(hint: str, wanted: str) -> None:
    assert look(listing(SIZES), hint, machine=MIDDLE).wanted == f"m-{wanted}.gguf"


def test_the_projector_is_one_precise_file_and_counts() -> None:
    alone = look(listing({"Q4_K_M": 4.9}), machine=MIDDLE)
    both = listing({"Q4_K_M": 4.9}, "mmproj-m-f32.gguf", "mmproj-m-f16.gguf", "m-lora-f16.gguf")
    shown = look(both, machine=MIDDLE)
    assert shown.projector is not None
    assert shown.projector.name == "mmproj-m-f16.gguf"
    assert [file.name for file in shown.adapters] == ["m-lora-f16.gguf"]
    assert shown.offers[0].fit.needed == alone.offers[0].fit.needed + GB
    assert shown.offers[0].fit.fit is Fit.FITS


@pytest.mark.parametrize(
    ("text", "aim"),
    [
        ("hf.co/u/m-GGUF:Q4_K_M", ("u/m-GGUF", "Q4_K_M")),
        ("  https://huggingface.co/u/m-GGUF  ", ("u/m-GGUF", "")),
        ("https://huggingface.co/u/m-GGUF/tree/main?x=1", ("u/m-GGUF", "")),
        ("https://huggingface.co/u/m/blob/main/m-Q5_K_M.gguf", ("u/m", "Q5_K_M")),
        ("u/m:Q8_0", ("u/m", "Q8_0")),
        ("http://hub.lan:8080/u/m", ("u/m", "")),
        ("u/m", ("", "")),  # perhaps only half of it is typed
        ("qwen korean", ("", "")),
        ("hf.co/u/m and more", ("", "")),
        ("https://evil.example/u/m", ("", "")),
        ("registry:5000/u/m", ("", "")),
        ("hf.co/../x", ("", "")),
        ("", ("", "")),
    ],
)
def test_pasted_names_are_understood(text: str, aim: tuple[str, str]) -> None:
    assert aim_of(text, hub_address("http://hub.lan:8080")) == aim


@pytest.mark.parametrize(
    ("repo", "quantization", "name"),
    [
        ("Qwen/Qwen3-8B-GGUF", "Q4_K_M", "qwen3-8b:q4_k_m"),
        ("u/Model.gguf", "", "model"),
        ("u/GGUF", "Q4_0", "gguf:q4_0"),
        ("u/_x", "UD-Q4_K_XL", "_x:ud-q4_k_xl"),
    ],
)
def test_names(repo: str, quantization: str, name: str) -> None:
    assert model_name(repo, quantization) == name


@given(st.from_regex(r"[A-Za-z0-9_][\w.\-]{0,95}", fullmatch=True), st.text(max_size=20))
def test_a_proposed_name_can_always_be_used(repo: str, quantization: str) -> None:
    read_name(model_name(f"user/{repo}", quantization))

"""Kinds of files, models in parts, and parts that do not go with a model (ENG-08)."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest
from gguf_files import BOOL, INT32, UINT16, UINT32, Typed, Weights, with_weights, write
from tiny_models import split_files, tiny_llama, tiny_lora, tiny_projector

from gui.engine.gguf.fit import mismatch
from gui.engine.gguf.kinds import Kind, kind_of
from gui.engine.gguf.merge import merge
from gui.engine.gguf.reader import DamagedModel, GgufHeader, read_header
from gui.engine.gguf.split import Shard, ordered, shard_of
from gui.engine.store.loose import starter_path


def test_kinds(tiny: dict[str, Path]) -> None:
    kinds = {name: kind_of(read_header(path)) for name, path in tiny.items()}
    assert kinds == {
        "model": Kind.MODEL,
        "embedding": Kind.MODEL,
        "adapter": Kind.ADAPTER,
        "projector": Kind.PROJECTOR,
    }


# --- in several files


def _headers(paths: list[Path]) -> dict[Path, GgufHeader]:
    return {path: read_header(path) for path in paths}


def test_parts_are_put_in_order(tmp_path: Path) -> None:
    paths = split_files(tiny_llama(), 3, tmp_path)
    headers = _headers(paths)
    assert [shard_of(headers[path]) for path in paths] == [Shard(n, 3) for n in (1, 2, 3)]
    assert ordered(_headers(paths[::-1])) == paths
    whole = write(tmp_path / "whole.gguf", tiny_llama())
    assert shard_of(read_header(whole)) is None
    assert ordered(_headers([whole])) == [whole]


def test_eng_08_a_missing_part_is_named(tmp_path: Path) -> None:
    first, _, third = split_files(tiny_llama(), 3, tmp_path, "big-model")
    with pytest.raises(DamagedModel, match=r"2 of 3 is missing \(big-model-00002-of-00003\.gguf\)"):
        ordered(_headers([first, third]))
    renamed = third.rename(tmp_path / "sha256-0123")
    with pytest.raises(DamagedModel, match=r"part 1 of 3 is missing\."):
        ordered(_headers([renamed]))


def test_eng_08_parts_that_do_not_belong_together(tmp_path: Path) -> None:
    parts = split_files(tiny_llama(), 2, tmp_path)
    twin = Path(shutil.copy(parts[1], tmp_path / "twin.gguf"))
    with pytest.raises(DamagedModel, match="part 2 of 2 is there twice"):
        ordered(_headers([*parts, twin]))
    other = split_files(tiny_llama(), 3, tmp_path, "other")
    with pytest.raises(DamagedModel, match="not parts of one"):
        ordered(_headers([parts[0], other[1]]))
    whole = write(tmp_path / "whole.gguf", tiny_llama())
    with pytest.raises(DamagedModel, match="not parts of one"):
        ordered(_headers([parts[0], whole]))


@pytest.mark.parametrize(("number", "count"), [(2, 2), (65535, 2), ("a", 2), (0, "b")])
def test_a_part_that_cannot_be(number: Any, count: Any, tmp_path: Path) -> None:
    keys = {
        "split.no": Typed(UINT16, number) if isinstance(number, int) else number,
        "split.count": Typed(UINT16, count) if isinstance(count, int) else count,
    }
    with pytest.raises(DamagedModel, match="part"):
        read_header(write(tmp_path / "m.gguf", tiny_llama(extra=keys)))


@pytest.mark.parametrize("count", [2, 3, 5])
def test_parts_become_the_model_that_they_were(count: int, tmp_path: Path) -> None:
    whole = tiny_llama()
    merged = tmp_path / "merged.gguf"
    with merged.open("wb") as file:
        merge(split_files(whole, count, tmp_path)[::-1], file.write)
    assert merged.read_bytes() == whole


def test_merging_keeps_an_alignment_of_its_own(tmp_path: Path) -> None:
    keys = {"general.architecture": "own", "general.alignment": 256}
    odd = [Weights(f"t{number}", (7,), 0, bytes([number]) * 28) for number in range(3)]
    whole = with_weights(keys, odd, alignment=256)
    parts = []
    for number in range(2):
        split = {
            "split.no": Typed(UINT16, number),
            "split.count": Typed(UINT16, 2),
            "split.tensors.count": Typed(INT32, 3),
        }
        own = (keys | split, odd[:1], 256) if number == 0 else (split, odd[1:], 32)
        content = with_weights(own[0], own[1], alignment=own[2])
        parts.append(write(tmp_path / f"{number}.gguf", content))
    pieces: list[bytes] = []
    merge(parts, pieces.append)
    assert b"".join(pieces) == whole


def test_merging_parts_with_the_same_tensor(tmp_path: Path) -> None:
    first, second = split_files(tiny_llama(), 2, tmp_path)
    data = first.read_bytes()
    header = read_header(first)
    field = header.fields["split.no"]
    data = data[: field.end - 2] + b"\1\0" + data[field.end :]
    with pytest.raises(DamagedModel, match=r"have the tensor 'token_embd\.weight'"):
        merge([first, write(second, data)], lambda _: None)


# --- parts that do not fit


def test_eng_08_what_fits(tiny: dict[str, Path]) -> None:
    model = read_header(tiny["model"])
    assert mismatch(model, read_header(tiny["adapter"])) == ""
    assert mismatch(model, read_header(tiny["projector"])) == ""
    assert "model itself" in mismatch(model, model)


def test_eng_08_parts_for_the_starter(tmp_path: Path) -> None:
    path = starter_path()
    assert path is not None
    starter = read_header(path)
    lora = read_header(write(tmp_path / "l.gguf", tiny_lora(blocks=30, embedding=576)))
    eyes = read_header(write(tmp_path / "p.gguf", tiny_projector(576)))
    assert mismatch(starter, lora) == ""
    assert mismatch(starter, eyes) == ""
    small = read_header(write(tmp_path / "s.gguf", tiny_lora()))
    assert "another shape" in mismatch(starter, small)
    narrow = read_header(write(tmp_path / "n.gguf", tiny_projector(64)))
    assert "64 wide, this one is 576" in mismatch(starter, narrow)


def test_eng_08_adapters_of_another_model(tiny: dict[str, Path], tmp_path: Path) -> None:
    model = read_header(tiny["model"])
    gemma = read_header(write(tmp_path / "g.gguf", tiny_lora(architecture="gemma")))
    assert "architecture 'gemma'" in mismatch(model, gemma)
    deeper = read_header(write(tmp_path / "d.gguf", tiny_lora(blocks=3)))
    assert "'blk.2.attn_q.weight', which the model does not have" in mismatch(model, deeper)
    adapter = read_header(tiny["adapter"])
    half = dataclasses.replace(adapter, tensors=adapter.tensors[1:])
    assert "only half" in mismatch(model, half)
    tensors = (dataclasses.replace(adapter.tensors[0], name="blk.0.x"), *adapter.tensors)
    assert "not half of a pair" in mismatch(model, dataclasses.replace(adapter, tensors=tensors))


def test_an_old_projector_that_means_something_else_by_its_width(
    tiny: dict[str, Path], tmp_path: Path
) -> None:
    content = tiny_projector(extra={"clip.vision.projection_dim": 768})
    old = read_header(write(tmp_path / "old.gguf", content))
    assert mismatch(read_header(tiny["model"]), old) == ""


PROJECTORS: dict[str, tuple[dict[str, Any], str]] = {
    "blind and deaf": ({"clip.has_vision_encoder": False}, "neither sees nor hears"),
    "sees by a number": ({"clip.has_vision_encoder": Typed(UINT32, 1)}, "wrong type"),
    "size as text": ({"clip.vision.image_size": "28"}, "wrong type"),
    "width of a truth": ({"clip.vision.embedding_length": Typed(BOOL, True)}, "wrong type"),
    "no heads": ({"clip.vision.attention.head_count": 0}, "0 heads"),
    "odd heads": ({"clip.vision.attention.head_count": 3}, "3 heads"),
    "no pieces": ({"clip.vision.patch_size": 0}, "pieces of 0"),
    "small pieces": ({"clip.vision.patch_size": 7}, "pieces of 7"),
    "many pieces": ({"clip.vision.image_size": 16_000}, "pieces of 14"),
    "larger images": ({"clip.vision.image_size": 56}, "no places for 16 pieces"),
    "two colours": ({"clip.vision.image_mean": [0.5, 0.5]}, "three numbers"),
    "whole colours": ({"clip.vision.image_std": [1, 1, 1]}, "three numbers"),
    "another width": ({"clip.vision.embedding_length": 64}, "wrong shape"),
    "more layers": ({"clip.vision.block_count": 3}, "lacks the tensor 'v.blk.2"),
    "epsilon": ({"clip.vision.attention.layer_norm_epsilon": -1.0}, "epsilon"),
}


@pytest.mark.parametrize("case", PROJECTORS)
def test_damaged_projectors(case: str, tmp_path: Path) -> None:
    extra, says = PROJECTORS[case]
    with pytest.raises(DamagedModel, match=says):
        read_header(write(tmp_path / "m.gguf", tiny_projector(extra=extra)))


ADAPTERS: dict[str, tuple[dict[str, Any], str]] = {
    "alpha as a number": ({"adapter.lora.alpha": 8}, "wrong type"),
    "another adapter": ({"adapter.type": "control"}, "not a LoRA"),
    "a model": ({"general.type": "model"}, "does not say"),
}


@pytest.mark.parametrize("case", ADAPTERS)
def test_damaged_adapters(case: str, tmp_path: Path) -> None:
    extra, says = ADAPTERS[case]
    with pytest.raises(DamagedModel, match=says):
        read_header(write(tmp_path / "m.gguf", tiny_lora(extra=extra)))

"""Headers of GGUF files: what is read of sound ones, what is said of others; never a crash."""

from __future__ import annotations

import contextlib
import os
import random
import struct
import time
from pathlib import Path

import pytest
from gguf_files import SOUND, UINT64, Typed, gguf, pair, text, write

from gui.models.gguf_header import GgufKind, NotGguf, is_gguf, read_gguf_header

LARGE = {
    **SOUND,
    "general.name": "Warm \n Floor",
    "general.size_label": "8B",
    "general.file_type": 15,
    "llama.context_length": 8192,
}


def test_what_a_model_says_of_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "warm.gguf", gguf(LARGE))
    header = read_gguf_header(path)
    assert header.kind is GgufKind.MODEL
    assert (header.name, header.size_label, header.architecture) == ("Warm Floor", "8B", "llama")
    assert (header.quantization, header.context_length) == ("Q4_K_M", 8192)
    assert header.has_template
    assert header.size == path.stat().st_size
    assert (header.part, header.parts) == (0, 0)


def test_a_file_that_says_nothing_is_read(tmp_path: Path) -> None:
    header = read_gguf_header(write(tmp_path / "x.gguf", gguf({"general.architecture": "llama"})))
    assert (header.name, header.context_length, header.quantization) == ("", 0, "")
    assert not header.has_template


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ({"general.architecture": "clip"}, GgufKind.PROJECTOR),
        ({"general.architecture": "qwen2vl", "general.type": "mmproj"}, GgufKind.PROJECTOR),
        ({"general.architecture": "llama", "general.type": "adapter"}, GgufKind.ADAPTER),
        ({"general.architecture": "llama", "adapter.type": "lora"}, GgufKind.ADAPTER),
        ({"general.architecture": "llama", "general.type": "model"}, GgufKind.MODEL),
    ],
)
def test_what_a_file_is_for(tmp_path: Path, keys: dict[str, str], kind: GgufKind) -> None:
    assert read_gguf_header(write(tmp_path / "x.gguf", gguf(keys))).kind is kind


def test_which_part_a_file_is(tmp_path: Path) -> None:
    keys = {**SOUND, "split.no": Typed(2, 1), "split.count": Typed(2, 3)}
    header = read_gguf_header(write(tmp_path / "x.gguf", gguf(keys)))
    assert (header.part, header.parts) == (2, 3)
    whole = read_gguf_header(write(tmp_path / "y.gguf", gguf({**SOUND, "split.count": 1})))
    assert (whole.part, whole.parts) == (0, 0)
    with pytest.raises(NotGguf, match="part 5 of 3"):
        read_gguf_header(write(tmp_path / "z.gguf", gguf({**keys, "split.no": Typed(2, 4)})))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS"),
        (struct.pack("<Q", 20) + b'{"a": {}}' + bytes(40), "safetensors"),
        (b"PK\x03\x04" + bytes(60), "PyTorch"),
        (b"FROM llama3.2\n", "not GGUF"),
        (b"GGUF", "damaged"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "big-endian"),
        (b"GGUF" + struct.pack("<IQQ", 9, 0, 0), "version 9"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**40), "damaged"),
    ],
)
def test_what_is_no_model_is_said_with_what_to_do(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = write(tmp_path / "x.gguf", content)
    with pytest.raises(NotGguf, match=said) as caught:
        read_gguf_header(path)
    assert "x.gguf" in caught.value.what
    assert caught.value.todo
    assert is_gguf(path) is content.startswith(b"GGUF")


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NotGguf, match="No such file"):
        read_gguf_header(tmp_path / "gone.gguf")
    with pytest.raises(NotGguf, match="not a file"):
        read_gguf_header(tmp_path)
    fifo = tmp_path / "pipe.gguf"
    os.mkfifo(fifo)
    with pytest.raises(NotGguf, match="not a file"):
        read_gguf_header(fifo)
    assert not is_gguf(fifo)
    assert not is_gguf(tmp_path / "gone.gguf")


@pytest.mark.parametrize(
    "key",
    [
        pair("a", Typed(UINT64, 1))[:-9] + struct.pack("<I", 77) + bytes(8),
        text("long") + struct.pack("<IQ", 8, 2**62),
        text("list") + struct.pack("<IIQ", 9, 4, 2**62),
        text("texts") + struct.pack("<IIQ", 9, 8, 2**40),
        text("nested") + struct.pack("<IIQ", 9, 9, 10),
        struct.pack("<Q", 2**60),
        text("k" * 5000),
    ],
)
def test_mod_04_a_header_that_claims_too_much_is_damaged_at_once(
    tmp_path: Path, key: bytes
) -> None:
    path = write(tmp_path / "x.gguf", gguf(more_keys=[key]))
    started = time.perf_counter()
    with pytest.raises(NotGguf, match="damaged"):
        read_gguf_header(path)
    assert time.perf_counter() - started < 1


def test_mod_04_mutated_headers_are_read_or_refused(tmp_path: Path) -> None:
    sound, chance = gguf(LARGE), random.Random(4)
    path = tmp_path / "x.gguf"
    for _ in range(1500):
        data = bytearray(sound[: chance.randrange(len(sound)) if chance.random() < 0.2 else None])
        for _ in range(chance.randrange(1, 6)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        with contextlib.suppress(NotGguf):
            read_gguf_header(path)


def test_lone_surrogates_and_types_do_not_pass(tmp_path: Path) -> None:
    keys = {**SOUND, "general.name": b"\xed\xa0\x80x", "llama.context_length": Typed(6, 8.5)}
    header = read_gguf_header(write(tmp_path / "x.gguf", gguf(keys)))
    assert header.name.encode()
    assert header.context_length == 0

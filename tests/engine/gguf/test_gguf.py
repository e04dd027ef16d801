"""The reader of model files refuses what could abort llama.cpp (ENG-01 to ENG-06, ENG-13)."""

from __future__ import annotations

import os
import random
import struct
from pathlib import Path

import pytest
from gguf_files import ARRAY, ONE_TENSOR, SOUND, STRING, gguf, text, write

from gui.engine.gguf.reader import DamagedModel, read_header


def _head(tensors: int, keys: int) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, keys)


def _one_value(kind: int, data: bytes) -> bytes:
    return _head(0, 1) + text("k") + struct.pack("<I", kind) + data


def _array(kind: int, length: int) -> bytes:
    return _one_value(ARRAY, struct.pack("<IQ", kind, length))


def test_a_sound_file(tmp_path: Path) -> None:
    header = read_header(write(tmp_path / "a b %s 모델.gguf", gguf()))
    assert (header.architecture, header.context_length, header.parameters) == ("llama", 64, 48)
    assert header.quantization == "F16"
    assert header.metadata["tokenizer.ggml.tokens"] == []
    full = read_header(tmp_path / "a b %s 모델.gguf", arrays=True)
    assert full.metadata["tokenizer.ggml.tokens"] == SOUND["tokenizer.ggml.tokens"]
    assert full.metadata["tokenizer.ggml.token_type"] == [2, 3, 1, 1, 1, 1]


NESTED = _one_value(ARRAY, struct.pack("<IQ", ARRAY, 1) * 50)

DAMAGED = {
    "empty": (b"", "does not begin"),
    "web page": (b"<!DOCTYPE html><html></html>", "web page"),
    "lfs pointer": (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    "pickle": (b"PK\x03\x04" + bytes(80), "ZIP"),
    "safetensors": (struct.pack("<Q", 40) + b'{"a":{"dtype":"F32"}}' + bytes(40), "safetensors"),
    "version 1": (gguf(version=1), "version 1"),
    "version 99": (gguf(version=99), "version 99"),
    "big-endian": (b"GGUF" + struct.pack(">IQQ", 3, 1, 1) + bytes(99), "big-endian"),
    "many keys": (_head(0, 2**62), "larger than the file"),
    "many tensors": (_head(2**62, 0), "larger than the file"),
    "endless string": (_one_value(STRING, struct.pack("<Q", 2**63 - 1)), "larger than the file"),
    "endless array": (_array(4, 2**40), "larger than the file"),
    "array past the end": (_array(12, 30), "ends too early"),
    "nested arrays": (NESTED, "array holds"),
    "unknown type": (_one_value(77, b""), "unknown type"),
    "not utf-8": (_head(0, 1) + text(b"\xff\xfe") + struct.pack("<I", 4) + bytes(4), "UTF-8"),
    "no architecture": (gguf({"a": 1}), "no architecture"),
    "100000 layers": (gguf({**SOUND, "llama.block_count": 100_000}), "100000 layers"),
    "no layers": (gguf({**SOUND, "llama.block_count": 0}), "0 layers"),
    "layers as text": (gguf({**SOUND, "llama.block_count": "two"}), "layers"),
    "endless template": (
        gguf({**SOUND, "tokenizer.chat_template": "x" * 2**20}),
        "chat template is too long",
    ),
    "no alignment": (gguf({**SOUND, "general.alignment": 0}), "alignment"),
    "odd alignment": (gguf({**SOUND, "general.alignment": 33}), "alignment"),
    "no tensors": (gguf(tensors=()), "no tensors"),
    "tensor past the end": (gguf(data=95), "after the file"),
    "huge offset": (gguf(tensors=[("t", (8, 6), 1, 2**40)]), "after the file"),
    "offset not aligned": (gguf(tensors=[("t", (8, 6), 1, 8)]), "not aligned"),
    "five dimensions": (gguf(tensors=[("t", (1, 1, 1, 1, 1), 1, 0)]), "5 dimensions"),
    "too many elements": (gguf(tensors=[("t", (2**32, 2**32), 1, 0)]), "no possible size"),
    "no elements": (gguf(tensors=[("t", (8, 0), 1, 0)]), "no possible size"),
    "part of a block": (gguf(tensors=[("t", (8, 6), 2, 0)]), "whole blocks"),
    "unknown tensor type": (gguf(tensors=[("t", (8, 6), 250, 0)]), "unknown type"),
    "tensors overlap": (gguf(tensors=[*ONE_TENSOR, ("t", (8, 2), 1, 32)]), "upon another"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damaged_files(case: str, tmp_path: Path) -> None:
    content, says = DAMAGED[case]
    with pytest.raises(DamagedModel, match=says) as refused:
        read_header(write(tmp_path / "m.gguf", content))
    assert str(refused.value).startswith("This model file is damaged or not supported: ")


def test_a_key_that_is_there_twice(tmp_path: Path) -> None:
    once = text("k") + struct.pack("<II", 4, 1)
    with pytest.raises(DamagedModel, match="twice"):
        read_header(write(tmp_path / "m.gguf", _head(0, 2) + once + once))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_only_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.gguf")
    (tmp_path / "zero.gguf").symlink_to("/dev/zero")
    (tmp_path / "folder.gguf").mkdir()
    for name in ("fifo", "zero", "folder"):
        with pytest.raises(DamagedModel, match="not a file"):
            read_header(tmp_path / f"{name}.gguf")


def test_any_truncation_is_refused(tmp_path: Path) -> None:
    whole = gguf()
    for length in range(0, len(whole), 7):
        with pytest.raises(DamagedModel):
            read_header(write(tmp_path / "m.gguf", whole[:length]))


@pytest.mark.parametrize("seed", range(10))
def test_mutations_never_crash_the_reader(seed: int, tmp_path: Path) -> None:
    """ENG-02: fifty mutations a seed; each is read or refused."""
    dice = random.Random(seed)
    whole = gguf()
    for _ in range(50):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            place = dice.randrange(len(broken) - 8)
            if dice.random() < 0.5:
                broken[place] ^= 1 << dice.randrange(8)
            else:
                broken[place : place + 8] = struct.pack("<Q", dice.choice([0, 2**31, 2**63, 7]))
        path = write(tmp_path / "m.gguf", bytes(broken))
        try:
            header = read_header(path, arrays=dice.random() < 0.5)
        except DamagedModel:
            continue
        assert header.parameters > 0
        header.cache_bytes(4096)

"""The reader of model files refuses what could abort llama.cpp (ENG-01 to ENG-06, ENG-13)."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from gguf_files import ARRAY, ONE_TENSOR, SOUND, STRING, UINT64, Typed, gguf, text, write

from gui.engine.gguf.reader import DamagedModel, read_header, unchanged


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
    "old pickle": (b"\x80\x02}q\x00." + bytes(80), "pickle"),
    "page after a mark": (b"\xef\xbb\xbf\n<HTML>", "web page"),
    "older format": (b"lmgg" + bytes(80), "older GGML"),
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
    "alignment of another type": (
        gguf({**SOUND, "general.alignment": Typed(UINT64, 32)}),
        "wrong type",
    ),
    "architecture as a number": (gguf({**SOUND, "general.architecture": 7}), "no architecture"),
    "a long tensor name": (gguf(tensors=[("t" * 64, (8, 6), 1, 0)]), "too long"),
    "tensors of one name": (gguf(tensors=[*ONE_TENSOR, *ONE_TENSOR]), "same name"),
    "norm that is not F32": (
        gguf(tensors=[("blk.0.attn_norm.weight", (8,), 26, 0)]),
        "not F32",
    ),
    "bias of one row in two": (
        gguf(tensors=[("blk.0.ffn_down.bias", (8, 1), 26, 0)]),
        "not F32",
    ),
    "weights that are integers": (
        gguf(tensors=[("token_embd.weight", (8, 3), 26, 0)]),
        "cannot have the type I32",
    ),
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


TINY = {case: content for case, (content, _) in DAMAGED.items() if len(content) < 1000}

BOUNDED = """
import resource, sys, time
from pathlib import Path
from gui.engine.gguf.reader import DamagedModel, read_header, unchanged
resource.setrlimit(resource.RLIMIT_AS, (512 * 2**20, 512 * 2**20))
slowest = 0.0
for path in sorted(Path(sys.argv[1]).iterdir()):
    before = time.process_time()
    try:
        read_header(path, arrays=True)
        sys.exit(f"{path} was read")
    except DamagedModel:
        slowest = max(slowest, time.process_time() - before)
peak = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
print(slowest, int(peak) / 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs limits of memory")
def test_eng_04_a_claim_costs_no_memory_and_no_time(tmp_path: Path) -> None:
    for number, content in enumerate(TINY.values()):
        write(tmp_path / f"{number}.gguf", content)
    (tmp_path / "page.gguf").write_bytes(b"<html>")
    result = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(tmp_path)], capture_output=True, text=True, timeout=30
    )
    assert result.returncode == 0, result.stderr
    slowest, mebibytes = map(float, result.stdout.split())
    assert slowest < 0.1
    assert mebibytes < 50


def test_a_large_vocabulary_is_read_in_a_moment(tmp_path: Path) -> None:
    """128,000 tokens and 280,000 merges, as of a model of today: 60 ms when this was written."""
    words = [f"token{number}" for number in range(128_000)]
    merges = [f"a{number} b{number}" for number in range(280_000)]
    content = gguf(
        {
            **SOUND,
            "tokenizer.ggml.tokens": words,
            "tokenizer.ggml.token_type": [1] * len(words),
            "tokenizer.ggml.merges": merges,
        }
    )
    path = write(tmp_path / "large.gguf", content)
    before = time.process_time()
    header = read_header(path)
    assert time.process_time() - before < 0.3
    assert header.fields["tokenizer.ggml.merges"].length == 280_000
    assert header.parameters == 48
    assert read_header(path, arrays=True).metadata["tokenizer.ggml.merges"] == merges


@pytest.mark.parametrize("size", [1, 4095, 2**20 - 12, 2**20 + 1])
def test_texts_are_found_across_the_pieces_of_a_file(size: int, tmp_path: Path) -> None:
    texts = ["x" * size, "", "y" * size, "z"] * 3
    path = write(tmp_path / "m.gguf", gguf({**SOUND, "own.texts": texts, "own.last": 7}))
    assert read_header(path).metadata["own.last"] == 7
    assert read_header(path, arrays=True).metadata["own.texts"] == texts


def test_eng_06_a_file_that_has_changed_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", gguf())
    header = read_header(path)
    assert unchanged(path, header)
    os.utime(path, ns=(header.modified_ns + 10**9,) * 2)
    assert not unchanged(path, header)
    os.utime(path, ns=(header.modified_ns,) * 2)
    path.write_bytes(gguf()[:-1])
    os.utime(path, ns=(header.modified_ns,) * 2)
    assert not unchanged(path, header)
    path.unlink()
    assert not unchanged(path, header)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_eng_06_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", gguf())
    path.chmod(0)
    with pytest.raises(PermissionError):
        read_header(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_eng_06_a_file_that_becomes_a_fifo_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = write(tmp_path / "sound.gguf", gguf()).stat()
    os.mkfifo(tmp_path / "m.gguf")
    monkeypatch.setattr("gui.engine.gguf.reader.os.stat", lambda _: sound)
    with pytest.raises(DamagedModel, match="not a file"):
        read_header(tmp_path / "m.gguf")

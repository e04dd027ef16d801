"""Damaged model files in endless supply: each is made again from its seed and number (ENG-02)."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gguf_files import ARRAY, FLOAT32, INT32, STRING, UINT32, gguf, text

from gui.engine.gguf.header import Tensor
from gui.engine.gguf.reader import read_header
from gui.engine.gguf.types import SCALARS

NUMBERS = (0, 1, 2, 3, 5, 7, 64, 511, 513, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1)
FRACTIONS = (0.0, -1.0, 1e-30, 1e30, float("nan"), float("inf"), -float("inf"))
TEXTS = (b"", b"x", b"<0x-1>", b"<0xZZ>", b"<0x>", b"\xff\xfe", b"%s%n", b"llama", b"a" * 5000)
ARCHITECTURES = (
    *("llama", "qwen2", "gemma", "gemma2", "gemma3", "phi3", "bert", "mamba", "rwkv6", "deepseek2"),
    *("t5", "mpt", "gpt2", "bloom", "falcon", "qwen2moe", "command-r", "jamba", "clip", "nonsense"),
)
WORDS = (
    b"none",
    b"yarn",
    b"linear",
    b"longrope",
    b"bert",
    b"gpt2",
    b"t5",
    b"rwkv",
    b"plamo2",
    b"mlp",
)
NEW_KEYS = (
    *("rope.scaling.type", "expert_count", "expert_used_count", "pooling_type", "vocab_size"),
    *("attention.key_length", "attention.value_length", "attention.sliding_window"),
    *("rope.dimension_count", "rope.freq_base", "attention.causal", "logit_scale"),
    *("leading_dense_block_count", "nextn_predict_layers", "attention.head_count_kv"),
    *("rope.scaling.factor", "rope.dimension_sections", "attention.layer_norm_epsilon"),
    *("ssm.conv_kernel", "ssm.group_count", "wkv.head_size", "expert_group_count"),
)
TENSOR_TYPES = (0, 1, 2, 8, 9, 12, 15, 16, 24, 25, 26, 27, 28, 30, 34, 39, 4, 31, 200)


@dataclass(slots=True)
class File:
    """A GGUF file taken apart: keys as name, type and bytes of the value."""

    keys: list[tuple[bytes, int, bytes]]
    tensors: list[Tensor]
    data: bytes

    def bytes(self) -> bytes:
        """The file put together again."""
        keys = [text(name) + struct.pack("<I", kind) + value for name, kind, value in self.keys]
        table = [(item.name, item.shape, item.type, item.offset) for item in self.tensors]
        return gguf({}, table, data=self.data, more_keys=keys)


def taken_apart(path: Path) -> File:
    """The sound file at `path`."""
    header, content = read_header(path), path.read_bytes()
    keys = []
    for key, field in header.fields.items():
        start = field.start + 8 + len(key.encode()) + 4
        keys.append((key.encode(), field.kind, content[start : field.end]))
    return File(keys, list(header.tensors), content[header.data_start :])


def mutant(file: File, seed: str) -> bytes:
    """The damaged file that belongs to `seed`."""
    dice = random.Random(seed)
    copy = File(list(file.keys), list(file.tensors), file.data)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        dice.choice(_IN_PARTS)(copy, dice)
    whole = copy.bytes()
    if dice.random() < 0.3:
        whole = dice.choice(_IN_BYTES)(whole, len(whole) - len(copy.data), dice)
    return whole


def _change_value(file: File, dice: random.Random) -> None:
    place, (name, kind, value) = _any_key(file, dice)
    if kind == STRING:
        value = text(dice.choice(WORDS + TEXTS))
    elif kind == ARRAY:
        value = _changed_array(value, dice)
    else:
        value = _scalar(kind, dice)
    file.keys[place] = (name, kind, value)


def _changed_array(value: bytes, dice: random.Random) -> bytes:
    items, length = struct.unpack_from("<IQ", value)
    if items == STRING:
        return _changed_texts(value, length, dice)
    width = struct.calcsize(SCALARS[items])
    body = bytearray(value[12:])
    if dice.random() < 0.4:
        length = dice.choice((0, 1, length // 2, max(length - 1, 0)))
        return struct.pack("<IQ", items, length) + bytes(body[: length * width])
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(max(length, 1)) * width
        body[at : at + width] = _scalar(items, dice)
    return struct.pack("<IQ", items, length) + bytes(body)


def _changed_texts(value: bytes, length: int, dice: random.Random) -> bytes:
    texts, at = [], 12
    for _ in range(length):
        (size,) = struct.unpack_from("<Q", value, at)
        texts.append(value[at + 8 : at + 8 + size])
        at += 8 + size
    match dice.randrange(4):
        case 0:
            texts = texts[: dice.choice((0, 1, length // 2, length - 1))]
        case 1:
            dice.shuffle(texts)
        case _:
            for _ in range(dice.randint(1, 3)):
                texts[dice.randrange(length)] = dice.choice(TEXTS)
    return struct.pack("<IQ", STRING, len(texts)) + b"".join(map(text, texts))


def _scalar(kind: int, dice: random.Random) -> bytes:
    if SCALARS[kind] in ("<f", "<d"):
        return struct.pack(SCALARS[kind], dice.choice(FRACTIONS))
    width = struct.calcsize(SCALARS[kind])
    return (dice.choice(NUMBERS) % 2 ** (8 * width)).to_bytes(width, "little")


def _change_type(file: File, dice: random.Random) -> None:
    place, (name, kind, value) = _any_key(file, dice)
    if dice.random() < 0.5 or kind in (STRING, ARRAY):
        kind = dice.choice(list(SCALARS))
        value = _scalar(kind, dice)
    elif dice.random() < 0.5:
        kind, value = STRING, text(dice.choice(TEXTS))
    else:
        items = dice.choice((kind, UINT32, INT32, FLOAT32))
        length = dice.choice((0, 1, 2, 3, 8))
        body = b"".join(_scalar(items, dice) for _ in range(length))
        kind, value = ARRAY, struct.pack("<IQ", items, length) + body
    file.keys[place] = (name, kind, value)


def _remove_key(file: File, dice: random.Random) -> None:
    place, _ = _any_key(file, dice)
    del file.keys[place]


def _repeat_key(file: File, dice: random.Random) -> None:
    file.keys.append(_any_key(file, dice)[1])


def _add_key(file: File, dice: random.Random) -> None:
    family = next((name.split(b".")[0] for name, *_ in file.keys if b".block_count" in name), b"x")
    name = family + b"." + dice.choice(NEW_KEYS).encode()
    file.keys = [key for key in file.keys if key[0] != name]
    kind = dice.choice((UINT32, UINT32, UINT32, FLOAT32, STRING))
    value = text(dice.choice(WORDS)) if kind == STRING else _scalar(kind, dice)
    file.keys.append((name, kind, value))


def _rename_family(file: File, dice: random.Random) -> None:
    new = dice.choice(ARCHITECTURES).encode()
    old = next((value[8:] for name, _, value in file.keys if name == b"general.architecture"), b"")
    keys = []
    for name, kind, value in file.keys:
        if name == b"general.architecture":
            value = text(new)
        elif old and name.startswith(old + b"."):
            name = new + name[len(old) :]
        keys.append((name, kind, value))
    file.keys = keys


def _change_tensor(file: File, dice: random.Random) -> None:
    place = dice.randrange(len(file.tensors))
    tensor = file.tensors[place]
    name, kind, shape, offset = tensor.name, tensor.type, tensor.shape, tensor.offset
    match dice.randrange(7):
        case 0:
            kind = dice.choice(TENSOR_TYPES)
        case 1:
            shape = shape[::-1]
        case 2:
            shape = tuple(dice.choice((size, size // 2, size - 1, 1, 2**32)) for size in shape)
        case 3:
            offset = dice.choice((0, offset + 1, offset + 32, 2**40, 2**63, 2**64 - 32))
        case 4:
            name = dice.choice(file.tensors).name
        case 5:
            name = dice.choice(("", "x", "rope_freqs.weight", "output.bias", "blk.0.attn_q.bias"))
        case _:
            shape = dice.choice(((), (1,), (*shape, 1), (*shape, 2), (*shape, 1, 1, 1)))
    file.tensors[place] = Tensor(name, kind, shape, offset)


def _same_size_type(file: File, dice: random.Random) -> None:
    """Another type whose values take as many bytes: all else stays sound."""
    place = dice.randrange(len(file.tensors))
    tensor = file.tensors[place]
    file.tensors[place] = Tensor(tensor.name, 26, tensor.shape, tensor.offset)


def _remove_tensor(file: File, dice: random.Random) -> None:
    if len(file.tensors) > 1:
        del file.tensors[dice.randrange(len(file.tensors))]


def _damage_data(file: File, dice: random.Random) -> None:
    place = dice.randrange(max(len(file.data) - 64, 1))
    junk = dice.choice((dice.randbytes(64), b"\xff" * 64, b"\0\0\xc0\x7f" * 16))
    file.data = file.data[:place] + junk + file.data[place + 64 :]


def _any_key(file: File, dice: random.Random) -> tuple[int, tuple[bytes, int, bytes]]:
    place = dice.randrange(len(file.keys))
    return place, file.keys[place]


def _flip_bits(whole: bytes, head: int, dice: random.Random) -> bytes:
    broken = bytearray(whole)
    for _ in range(dice.randint(1, 4)):
        broken[dice.randrange(head)] ^= 1 << dice.randrange(8)
    return bytes(broken)


def _overwrite(whole: bytes, head: int, dice: random.Random) -> bytes:
    place = dice.randrange(max(head - 8, 1))
    junk = dice.choice((dice.randbytes(8), struct.pack("<Q", dice.choice(NUMBERS))))
    return whole[:place] + junk + whole[place + 8 :]


def _truncate(whole: bytes, head: int, dice: random.Random) -> bytes:
    end = dice.choice((dice.randrange(head) // 64 * 64, dice.randrange(len(whole)), len(whole) - 1))
    return whole[:end]


def _swap(whole: bytes, head: int, dice: random.Random) -> bytes:
    one, other = sorted(dice.sample(range(max(head - 8, 16)), 2))
    first, second = whole[one : one + 8], whole[other : other + 8]
    broken = bytearray(whole)
    broken[other : other + 8] = first
    broken[one : one + 8] = second
    return bytes(broken)


_InParts = Callable[[File, random.Random], None]
_InBytes = Callable[[bytes, int, random.Random], bytes]

_IN_PARTS: tuple[_InParts, ...] = (
    *(_change_value, _change_value, _change_value, _change_type, _add_key, _add_key),
    *(_remove_key, _repeat_key, _rename_family, _change_tensor, _change_tensor),
    *(_same_size_type, _remove_tensor, _damage_data),
)
_IN_BYTES: tuple[_InBytes, ...] = (_flip_bits, _overwrite, _truncate, _swap)

"""Real models of a few hundred kilobytes that llama.cpp loads and runs: they talk nonsense."""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gguf_files import F32, FLOAT32, INT32, UINT16, Typed, Weights, with_weights, write

from gui.engine.gguf.reader import read_header

NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6
"""Types of tokens, llama.cpp's numbers."""

EMBEDDING = 64
BLOCKS = 2
HEADS = 4
FEED_FORWARD = 128

CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""A chat template of the ChatML kind."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The texts of the tokens and their types."""

    tokens: Sequence[str]
    types: Sequence[int]


def spm_vocabulary(words: Sequence[str] = ()) -> Vocabulary:
    """A SentencePiece vocabulary; thanks to its byte tokens it can spell any text."""
    special = [("<unk>", UNKNOWN), ("<s>", CONTROL), ("</s>", CONTROL)]
    special += [("<|im_start|>", CONTROL), ("<|im_end|>", CONTROL)]
    octets = [(f"<0x{value:02X}>", BYTE) for value in range(256)]
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    plain = ["▁", *letters, "▁a", "▁I", "▁on", "▁no", "in", "er", *words]
    both = special + octets + [(word, NORMAL) for word in plain]
    return Vocabulary([token for token, _ in both], [kind for _, kind in both])


class _Dice:
    """Weights out of a seeded generator."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def weights(self, name: str, *shape: int, spread: float | None = None) -> Weights:
        """Evenly spread numbers, by default as small as keeps a layer's output about one."""
        count = math.prod(shape)
        limit = math.sqrt(3 / shape[0]) if spread is None else spread
        values = array("f", (self._random.uniform(-limit, limit) for _ in range(count)))
        return Weights(name, shape, F32, values.tobytes())


def _constant(name: str, value: float, *shape: int) -> Weights:
    return Weights(name, shape, F32, array("f", [value] * math.prod(shape)).tobytes())


def _norm(name: str, size: int) -> list[Weights]:
    return [_constant(f"{name}.weight", 1.0, size), _constant(f"{name}.bias", 0.0, size)]


def tiny_llama(
    seed: int = 1,
    ctx: int = 512,
    template: str = CHAT,
    vocabulary: Vocabulary | None = None,
    extra: Mapping[str, Any] | None = None,
) -> bytes:
    """A model of the llama family, 2 blocks wide 64; it says letters and almost never ends."""
    words = vocabulary or spm_vocabulary()
    metadata = {
        "general.architecture": "llama",
        "general.type": "model",
        "general.name": f"Tiny {seed}",
        "general.file_type": 0,
        "llama.block_count": BLOCKS,
        "llama.context_length": ctx,
        "llama.embedding_length": EMBEDDING,
        "llama.feed_forward_length": FEED_FORWARD,
        "llama.attention.head_count": HEADS,
        "llama.attention.head_count_kv": HEADS // 2,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": EMBEDDING // HEADS,
        "llama.vocab_size": len(words.tokens),
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": words.tokens,
        "tokenizer.ggml.scores": [-float(number) for number in range(len(words.tokens))],
        "tokenizer.ggml.token_type": words.types,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.chat_template": template,
    }
    return with_weights(metadata | dict(extra or {}), list(_llama_weights(_Dice(seed), words)))


def _llama_weights(dice: _Dice, words: Vocabulary) -> Iterator[Weights]:
    yield dice.weights("token_embd.weight", EMBEDDING, len(words.tokens), spread=1.0)
    yield _constant("output_norm.weight", 1.0, EMBEDDING)
    yield _output(dice, words)
    narrow = EMBEDDING // 2
    for block in range(BLOCKS):
        start = f"blk.{block}"
        yield _constant(f"{start}.attn_norm.weight", 1.0, EMBEDDING)
        yield dice.weights(f"{start}.attn_q.weight", EMBEDDING, EMBEDDING)
        yield dice.weights(f"{start}.attn_k.weight", EMBEDDING, narrow)
        yield dice.weights(f"{start}.attn_v.weight", EMBEDDING, narrow)
        yield dice.weights(f"{start}.attn_output.weight", EMBEDDING, EMBEDDING)
        yield _constant(f"{start}.ffn_norm.weight", 1.0, EMBEDDING)
        yield dice.weights(f"{start}.ffn_gate.weight", EMBEDDING, FEED_FORWARD)
        yield dice.weights(f"{start}.ffn_up.weight", EMBEDDING, FEED_FORWARD)
        yield dice.weights(f"{start}.ffn_down.weight", FEED_FORWARD, EMBEDDING)


def _output(dice: _Dice, words: Vocabulary) -> Weights:
    """Words are far likelier than bytes and control tokens, whose rows are nought."""
    data = b"".join(
        dice.weights("", EMBEDDING, spread=2.0 if kind == NORMAL else 0.0).data
        for kind in words.types
    )
    return Weights("output.weight", (EMBEDDING, len(words.tokens)), F32, data)


def tiny_bert(seed: int = 1) -> bytes:
    """An embedding model of the bert family, 2 blocks wide 64, pooling by the mean."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokens = [*special, *(f"▁{letter}" for letter in letters), *letters]
    metadata = {
        "general.architecture": "bert",
        "general.type": "model",
        "general.name": f"Tiny bert {seed}",
        "general.file_type": 0,
        "bert.block_count": BLOCKS,
        "bert.context_length": 128,
        "bert.embedding_length": EMBEDDING,
        "bert.feed_forward_length": FEED_FORWARD,
        "bert.attention.head_count": HEADS,
        "bert.attention.layer_norm_epsilon": 1e-12,
        "bert.attention.causal": False,
        "bert.pooling_type": 1,
        "tokenizer.ggml.model": "bert",
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.token_type_count": 2,
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": [-1000.0] * len(tokens),
        "tokenizer.ggml.token_type": [CONTROL] * 5 + [NORMAL] * (len(tokens) - 5),
        "tokenizer.ggml.padding_token_id": 0,
        "tokenizer.ggml.unknown_token_id": 1,
        "tokenizer.ggml.bos_token_id": 2,
        "tokenizer.ggml.cls_token_id": 2,
        "tokenizer.ggml.eos_token_id": 3,
        "tokenizer.ggml.seperator_token_id": 3,  # the format's own spelling
        "tokenizer.ggml.mask_token_id": 4,
    }
    return with_weights(metadata, list(_bert_weights(_Dice(seed), len(tokens))))


def _bert_weights(dice: _Dice, tokens: int) -> Iterator[Weights]:
    yield dice.weights("token_embd.weight", EMBEDDING, tokens, spread=1.0)
    yield dice.weights("token_types.weight", EMBEDDING, 2, spread=0.1)
    yield dice.weights("position_embd.weight", EMBEDDING, 128, spread=0.5)
    yield from _norm("token_embd_norm", EMBEDDING)
    for block in range(BLOCKS):
        start = f"blk.{block}"
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            yield dice.weights(f"{start}.{part}.weight", EMBEDDING, EMBEDDING)
            yield _constant(f"{start}.{part}.bias", 0.0, EMBEDDING)
        yield from _norm(f"{start}.attn_output_norm", EMBEDDING)
        yield dice.weights(f"{start}.ffn_up.weight", EMBEDDING, FEED_FORWARD)
        yield _constant(f"{start}.ffn_up.bias", 0.0, FEED_FORWARD)
        yield dice.weights(f"{start}.ffn_down.weight", FEED_FORWARD, EMBEDDING)
        yield _constant(f"{start}.ffn_down.bias", 0.0, EMBEDDING)
        yield from _norm(f"{start}.layer_output_norm", EMBEDDING)


def tiny_lora(
    seed: int = 1,
    *,
    blocks: int = BLOCKS,
    embedding: int = EMBEDDING,
    architecture: str = "llama",
    strength: float = 1.0,
    extra: Mapping[str, Any] | None = None,
) -> bytes:
    """An adapter of rank 4 on the attention of `blocks` blocks; fits the starter too (30, 576)."""
    metadata = {
        "general.architecture": architecture,
        "general.type": "adapter",
        "general.name": f"Tiny adapter {seed}",
        "adapter.type": "lora",
        "adapter.lora.alpha": 8.0,
    }
    dice, rank = _Dice(seed), 4
    weights: list[Weights] = []
    for block in range(blocks):
        for part in ("attn_q", "attn_output"):
            name = f"blk.{block}.{part}.weight"
            weights.append(dice.weights(f"{name}.lora_a", embedding, rank))
            weights.append(dice.weights(f"{name}.lora_b", rank, embedding, spread=strength))
    return with_weights(metadata | dict(extra or {}), weights)


def tiny_projector(
    embedding: int = EMBEDDING, seed: int = 1, extra: Mapping[str, Any] | None = None
) -> bytes:
    """A vision projector (llava's) for a model `embedding` wide: an image becomes 4 tokens."""
    metadata = {
        "general.architecture": "clip",
        "general.type": "mmproj",
        "general.name": f"Tiny eyes {seed}",
        "general.file_type": 0,
        "clip.has_vision_encoder": True,
        "clip.projector_type": "mlp",
        "clip.use_gelu": True,
        "clip.vision.image_size": 28,
        "clip.vision.patch_size": 14,
        "clip.vision.embedding_length": 32,
        "clip.vision.feed_forward_length": 64,
        "clip.vision.projection_dim": embedding,
        "clip.vision.block_count": 2,
        "clip.vision.attention.head_count": 2,
        "clip.vision.attention.layer_norm_epsilon": 1e-5,
        "clip.vision.image_mean": Typed(FLOAT32, [0.5, 0.5, 0.5]),
        "clip.vision.image_std": Typed(FLOAT32, [0.5, 0.5, 0.5]),
    }
    weights = list(_projector_weights(_Dice(seed), embedding))
    return with_weights(metadata | dict(extra or {}), weights)


def _projector_weights(dice: _Dice, embedding: int) -> Iterator[Weights]:
    width, hidden = 32, 64
    yield dice.weights("v.patch_embd.weight", 14, 14, 3, width, spread=0.1)
    yield dice.weights("v.class_embd", width, spread=0.5)
    yield dice.weights("v.position_embd.weight", width, 5, spread=0.5)
    yield from _norm("v.pre_ln", width)
    yield from _norm("v.post_ln", width)
    for block in range(2):
        start = f"v.blk.{block}"
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            yield dice.weights(f"{start}.{part}.weight", width, width)
            yield _constant(f"{start}.{part}.bias", 0.0, width)
        yield from _norm(f"{start}.ln1", width)
        yield from _norm(f"{start}.ln2", width)
        yield dice.weights(f"{start}.ffn_up.weight", width, hidden)
        yield _constant(f"{start}.ffn_up.bias", 0.0, hidden)
        yield dice.weights(f"{start}.ffn_down.weight", hidden, width)
        yield _constant(f"{start}.ffn_down.bias", 0.0, width)
    yield dice.weights("mm.0.weight", width, width)
    yield _constant("mm.0.bias", 0.0, width)
    yield dice.weights("mm.2.weight", width, embedding, spread=1.0)
    yield _constant("mm.2.bias", 0.0, embedding)


def split_files(data: bytes, shards: int, folder: Path, stem: str = "split") -> list[Path]:
    """The model `data` as so many files in `folder`, named and keyed as `gguf-split` does."""
    whole = folder / f"{stem}.whole"
    whole.write_bytes(data)
    header = read_header(whole, arrays=True)
    whole.unlink()
    keys = [data[field.start : field.end] for field in header.fields.values()]
    share = -(-len(header.tensors) // shards)
    paths = []
    for number in range(shards):
        own = header.tensors[number * share : (number + 1) * share]
        weights = [
            Weights(item.name, item.shape, item.type, data[start : start + item.size])
            for item in own
            for start in (header.data_start + item.offset,)
        ]
        own_keys = {
            "split.no": Typed(UINT16, number),
            "split.count": Typed(UINT16, shards),
            "split.tensors.count": Typed(INT32, len(header.tensors)),
        }
        path = folder / f"{stem}-{number + 1:05}-of-{shards:05}.gguf"
        raw = keys if number == 0 else []
        paths.append(write(path, with_weights(own_keys, weights, more_keys=raw)))
    return paths

"""Numbers and vocabularies that would end llama.cpp's process are refused (ENG-01, ENG-07)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gguf_files import BOOL, UINT64, Typed, write
from tiny_models import CONTROL, Vocabulary, spm_vocabulary, tiny_llama

from gui.engine.gguf.reader import DamagedModel, read_header

WORDS = spm_vocabulary()

REFUSED: dict[str, tuple[Any, str]] = {
    "llama.attention.head_count_kv": (3, "head_count_kv is 3"),
    "llama.attention.head_count": (6, "head_count is 6"),
    "llama.attention.key_length": (0, "key_length is 0"),
    "llama.attention.value_length": (8, "key_length is 16"),
    "llama.attention.layer_norm_rms_epsilon": (float("nan"), "epsilon is nan"),
    "llama.attention.layer_norm_epsilon": (-1.0, "epsilon is -1"),
    "llama.rope.freq_base": (float("nan"), "freq_base is nan"),
    "llama.rope.dimension_count": (15, "dimension_count is 15"),
    "llama.rope.scaling.type": ("sideways", "type is sideways"),
    "llama.expert_count": (4, "expert_used_count is 0"),
    "llama.expert_used_count": (1, "expert_used_count is 1"),
    "llama.expert_group_count": (1, "expert_group_count is 1"),
    "llama.pooling_type": (9, "pooling_type is 9"),
    "llama.nextn_predict_layers": (2, "nextn_predict_layers is 2"),
    "llama.block_count": ([2, 513], "claims 513 layers"),
    "llama.context_length": (Typed(UINT64, 2**63), "context of 9223372036854775808 tokens"),
    "llama.embedding_length": (Typed(BOOL, True), "embedding_length is True"),
    "llama.feed_forward_length": (-1.5, "feed_forward_length is -1.5"),
    "llama.vocab_size": (0, "vocab_size is 0"),
    "tokenizer.ggml.scores": ([0.0], "294 tokens, but 1 scores"),
    "tokenizer.ggml.token_type": ([1] * 293, "294 tokens, but 293 token_type"),
    "tokenizer.ggml.model": ("none", "no vocabulary"),
}


@pytest.mark.parametrize("key", REFUSED)
def test_an_impossible_number(key: str, tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", tiny_llama(extra={key: REFUSED[key][0]}))
    with pytest.raises(DamagedModel, match=REFUSED[key][1]):
        read_header(path)


def test_a_layer_without_heads(tmp_path: Path) -> None:
    """A list longer than what is kept of it is looked at too."""
    lists = {"llama.attention.head_count_kv": [2] * 7 + [0]}
    with pytest.raises(DamagedModel, match="head_count_kv is 0"):
        read_header(write(tmp_path / "m.gguf", tiny_llama(extra=lists)))
    lists = {"llama.attention.head_count_kv": [2] * 7 + [3]}
    with pytest.raises(DamagedModel, match="head_count_kv is 3"):
        read_header(write(tmp_path / "m.gguf", tiny_llama(extra=lists)))


ALLOWED: dict[str, Any] = {
    "llama.attention.head_count_kv": [2, 4],
    "llama.attention.head_count": [4, 8],
    "llama.expert_count": 0,
    "llama.rope.scaling.type": "yarn",
    "llama.rope.freq_base": 10000.0,
    "llama.pooling_type": 3,
    "llama.attention.sliding_window": 4096,
    "tokenizer.ggml.bos_token_id": 2**31,
}


@pytest.mark.parametrize("key", ALLOWED)
def test_a_possible_number(key: str, tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", tiny_llama(extra={key: ALLOWED[key]}))
    assert read_header(path).metadata[key] == ALLOWED[key]


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("<0x-1>", "not a byte"),
        ("<0x 7>", "not a byte"),
        ("<0xZZ>", "not a byte"),
        ("a", "the same"),
        ("a\0b", "the same"),
        ("x" * 5000, "too long"),
    ],
)
def test_eng_07_a_token_that_cannot_be(token: str, says: str, tmp_path: Path) -> None:
    broken = Vocabulary([*WORDS.tokens, token], [*WORDS.types, 6])
    with pytest.raises(DamagedModel, match=says):
        read_header(write(tmp_path / "m.gguf", tiny_llama(vocabulary=broken)))


def test_eng_07_tokens_that_look_odd_but_are_not(tmp_path: Path) -> None:
    odd = ["<0xab>", "<0x1>", "<0xABC>", "", "\0", "<|0x-1|>"]
    words = Vocabulary([*WORDS.tokens, *odd], [*WORDS.types, *[CONTROL] * len(odd)])
    path = write(tmp_path / "m.gguf", tiny_llama(vocabulary=words))
    assert read_header(path).fields["tokenizer.ggml.tokens"].length == len(words.tokens)


def test_eng_07_an_empty_vocabulary(tmp_path: Path) -> None:
    empty = Typed(8, [])
    with pytest.raises(DamagedModel, match="empty"):
        read_header(write(tmp_path / "m.gguf", tiny_llama(extra={"tokenizer.ggml.tokens": empty})))


def test_eng_07_byte_tokens_of_a_tokenizer_without(tmp_path: Path) -> None:
    """llama.cpp aborts on them when a model says that its tokenizer is bert's."""
    content = tiny_llama(extra={"tokenizer.ggml.model": "bert"})
    with pytest.raises(DamagedModel, match="byte tokens"):
        read_header(write(tmp_path / "m.gguf", content))


def test_memory_of_the_context(tmp_path: Path) -> None:
    header = read_header(write(tmp_path / "m.gguf", tiny_llama()))
    assert header.cache_bytes(100) == 2 * 2 * 100 * 2 * 2 * 16
    wide = {"llama.attention.key_length": 16, "llama.attention.value_length": 16}
    header = read_header(write(tmp_path / "m.gguf", tiny_llama(extra=wide)))
    assert header.cache_bytes(100) == 2 * 2 * 100 * 2 * 2 * 16

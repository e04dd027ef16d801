"""The smallest model that llama.cpp loads, with somebody's chat template in it."""

from __future__ import annotations

from collections.abc import Sequence

from gui.engine.gguf.header import GgufHeader
from gui.engine.gguf.writer import Value, small_file

TEMPLATE_KEY = "tokenizer.chat_template"
"""llama.cpp runs the text of this key and of `<key>.tool_use`; both when it loads."""

_WIDTH = 8
_LONGEST_TOKEN = 1024
_UNKNOWN, _CONTROL, _BYTE = 2, 3, 6
_PLAIN = "{% for message in messages %}{{ message['content'] }}{% endfor %}"

_METADATA: dict[str, Value] = {
    "general.architecture": "llama",
    "general.type": "model",
    "general.file_type": 0,
    "llama.block_count": 1,
    "llama.context_length": 512,
    "llama.embedding_length": _WIDTH,
    "llama.feed_forward_length": _WIDTH,
    "llama.attention.head_count": 1,
    "llama.attention.layer_norm_rms_epsilon": 1e-5,
    "tokenizer.ggml.model": "llama",
    "tokenizer.ggml.unknown_token_id": 0,
    "tokenizer.ggml.bos_token_id": 1,
}


def special_tokens(header: GgufHeader) -> tuple[str, str]:
    """The texts of the tokens that begin and end a text, which templates are given."""
    return _token(header, "bos", "<s>"), _token(header, "eos", "</s>")


def trial_model(raw_templates: Sequence[bytes], special: tuple[str, str]) -> bytes:
    """A model file with these keys and values, or a plain template where there are none."""
    begin, end = special
    alone = [begin] if begin == end else [begin, end]
    octets = [f"<0x{value:02X}>" for value in range(256)]
    tokens = ["<unk>", *alone, *octets]
    metadata = _METADATA | {
        "tokenizer.ggml.eos_token_id": len(alone),
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": [0.0] * len(tokens),
        "tokenizer.ggml.token_type": [_UNKNOWN, *[_CONTROL] * len(alone), *[_BYTE] * 256],
    }
    if not raw_templates:
        metadata[TEMPLATE_KEY] = _PLAIN
    return small_file(metadata, _tensors(len(tokens)), raw_templates)


def _token(header: GgufHeader, which: str, otherwise: str) -> str:
    """One text that the trial's vocabulary does not have yet."""
    tokens = header.metadata.get("tokenizer.ggml.tokens", [])
    number = header.metadata.get(f"tokenizer.ggml.{which}_token_id")
    if not isinstance(number, int) or not 0 <= number < len(tokens):
        return otherwise
    text = str(tokens[number])[:_LONGEST_TOKEN]
    return otherwise if not text or text == "<unk>" or text.startswith("<0x") else text


def _tensors(tokens: int) -> dict[str, tuple[int, ...]]:
    square = (_WIDTH, _WIDTH)
    names = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
    return {
        "token_embd.weight": (_WIDTH, tokens),
        "output_norm.weight": (_WIDTH,),
        "blk.0.attn_norm.weight": (_WIDTH,),
        "blk.0.ffn_norm.weight": (_WIDTH,),
        **{f"blk.0.{name}.weight": square for name in names},
    }

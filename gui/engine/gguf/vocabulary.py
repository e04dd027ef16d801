"""The vocabulary of a model: lists as long as each other, and byte tokens that are bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gui.engine.gguf import types
from gui.engine.gguf.header import DamagedModel, GgufHeader

TOKENS = "tokenizer.ggml.tokens"
TYPES = "tokenizer.ggml.token_type"

_LONGEST_TOKEN = 4096  # llama.cpp's trees of letters are as deep and are freed by recursion
_BYTE = re.compile(rb"<0x[0-9A-Fa-f]{2}>")
_BYTE_LENGTH = 6
_BYTE_KIND = 6  # llama.cpp's LLAMA_TOKEN_TYPE_BYTE
_NO_TOKENIZER = ("none", "no_vocab")  # allowed in the format; llama.cpp's server asserts one
_MARKS = {"bos_token_id": 101, "seperator_token_id": 102}
"""Keys, spelt as the format spells them, and what llama.cpp takes without them."""


def check_vocabulary(header: GgufHeader, tokens: Sequence[bytes], kinds: Sequence[float]) -> None:
    """Raises DamagedModel for a vocabulary that would be read past its end, or written so."""
    tokenizer = header.metadata.get("tokenizer.ggml.model")
    if tokenizer in _NO_TOKENIZER:
        raise DamagedModel("it has no vocabulary")
    field = header.fields.get(TOKENS)
    if field is None:
        return
    if field.items != types.STRING or not field.length:
        raise DamagedModel("its vocabulary is empty")
    for key in ("scores", "token_type"):
        beside = header.fields.get(f"tokenizer.ggml.{key}")
        if beside is not None and beside.length < field.length:
            raise DamagedModel(
                f"its vocabulary has {field.length} tokens, but {beside.length} {key}"
            )
    if tokenizer == "bert":
        _check_marks(header, field.length)
        if _BYTE_KIND in kinds:
            raise DamagedModel("its vocabulary has byte tokens, which its tokenizer does not know")
    _check_texts(tokens)


def _check_texts(tokens: Sequence[bytes]) -> None:
    if max(map(len, tokens)) > _LONGEST_TOKEN:
        raise DamagedModel("a token of its vocabulary is too long")
    if _has_twins(tokens):
        raise DamagedModel("two tokens of its vocabulary are the same")
    for token in [token for token in tokens if len(token) == _BYTE_LENGTH]:
        # A tokenizer takes "-1" for a number and writes in front of its table.
        if token.startswith(b"<0x") and not _BYTE.fullmatch(token):
            raise DamagedModel(f"the token {token.decode('utf-8', 'replace')!r} is not a byte")


def _has_twins(tokens: Sequence[bytes]) -> bool:
    """Whether llama.cpp, for whom a text ends at a zero byte, sees a text twice."""
    if b"\0" in b"".join(tokens):
        tokens = [token.partition(b"\0")[0] for token in tokens]
    different = set(tokens)
    empty = tokens.count(b"") if b"" in different else 0  # each gets a name of its own
    return len(different) + max(empty - 1, 0) != len(tokens)


def _check_marks(header: GgufHeader, count: int) -> None:
    """A bert model has a token for the beginning and one for the end; llama.cpp asserts it."""
    for key, usual in _MARKS.items():
        stated = header.metadata.get(f"tokenizer.ggml.{key}", usual)
        if not isinstance(stated, int) or min(stated, usual) >= count:
            raise DamagedModel(f"its vocabulary has no token for {key!r}")

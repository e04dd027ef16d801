"""What the header of a model file says, and the error for files that cannot be used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gui.engine.gguf import types


class DamagedModel(ValueError):
    """The file cannot be used as a model; says why in one sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This model file is damaged or not supported: {reason}.")


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: its name, ggml's type number, its dimensions, where it begins."""

    name: str
    type: int
    shape: tuple[int, ...]
    offset: int

    @property
    def elements(self) -> int:
        """How many weights it has."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """How many bytes its data takes; its type must be a known one."""
        _, weights, size = types.TENSOR_BLOCKS[self.type]
        return self.elements // weights * size


@dataclass(frozen=True, slots=True)
class Field:
    """How one key stands in the file: types, and where its bytes begin and end.

    `kind` is the type of the value; of an array, `items` is the type of its items and
    `length` their number, else -1 and 0. `values` are the items where they are whole
    numbers and not more than llama.cpp has layers.
    """

    kind: int
    start: int
    end: int
    items: int = -1
    length: int = 0
    values: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What the header says. Arrays longer than five values are empty unless asked for.

    `data_start` is the byte where tensor data begins, `modified_ns` when the file was
    last written, in nanoseconds since the epoch.
    """

    metadata: Mapping[str, Any]
    tensors: tuple[Tensor, ...] = field(repr=False)
    file_size: int
    fields: Mapping[str, Field] = field(repr=False, default_factory=dict)
    data_start: int = 0
    modified_ns: int = 0

    def of_architecture(self, key: str) -> Any:
        """The value of `<architecture>.<key>`, or None."""
        return self.metadata.get(f"{self.architecture}.{key}")

    def number(self, key: str) -> int:
        """A whole number of the architecture, 0 if it is not there or a list."""
        value = self.of_architecture(key)
        return value if isinstance(value, int) else 0

    @property
    def architecture(self) -> str:
        """The family of the model, such as "llama"."""
        return str(self.metadata.get("general.architecture", ""))

    @property
    def alignment(self) -> int:
        """Tensor data begins at multiples of this many bytes."""
        value = self.metadata.get("general.alignment", types.DEFAULT_ALIGNMENT)
        return value if isinstance(value, int) else 0

    @property
    def context_length(self) -> int:
        """Tokens of context the model was trained for, 0 if unknown."""
        return self.number("context_length")

    @property
    def parameters(self) -> int:
        """How many weights the model has."""
        return sum(tensor.elements for tensor in self.tensors)

    @property
    def quantization(self) -> str:
        """The name of the file type, such as "Q4_K_M"."""
        value = self.metadata.get("general.file_type")
        return types.FILE_TYPES.get(value, "unknown") if isinstance(value, int) else "unknown"

    @property
    def chat_template(self) -> str:
        """The jinja text of the model; only llama.cpp ever runs it."""
        value = self.metadata.get("tokenizer.chat_template", "")
        return value if isinstance(value, str) else ""

    def cache_bytes(self, num_ctx: int) -> int:
        """About how much memory a context of `num_ctx` tokens takes (16-bit keys and values)."""
        heads = self.number("attention.head_count") or 1
        groups = self.number("attention.head_count_kv") or heads
        width = self.number("embedding_length") // heads
        keys = self.number("attention.key_length") or width
        values = self.number("attention.value_length") or width
        return 2 * num_ctx * self.number("block_count") * groups * (keys + values)

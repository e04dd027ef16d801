"""What the header of a model file says, and the error for files that cannot be used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gui.engine.gguf import types
from gui.engine.gguf.facts import HeaderFacts


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
class GgufHeader(HeaderFacts):
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

    @property
    def parameters(self) -> int:
        """How many weights the model has."""
        return sum(tensor.elements for tensor in self.tensors)

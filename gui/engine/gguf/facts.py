"""What the key-value pairs of a model file's header mean, wherever they come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gui.engine.gguf import types


class HeaderFacts:
    """What can be said of a model without its tensors; a whole header is one of these.

    In `metadata` arrays longer than five values are empty.
    """

    __slots__ = ()

    metadata: Mapping[str, Any]

    @property
    def parameters(self) -> int:
        """How many weights the model has."""
        raise NotImplementedError

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

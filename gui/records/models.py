"""The models a server has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model a server has, as its list and its details say."""

    name: str
    digest: str = ""
    size: int = 0
    modified_at: str = ""
    family: str = ""
    parameter_size: str = ""
    quantization: str = ""
    context_length: int = 0
    capabilities: tuple[str, ...] = ()
    license: str = ""

    @property
    def can_chat(self) -> bool:
        """False only for a model known to do nothing but embeddings."""
        return not self.capabilities or "completion" in self.capabilities

    @property
    def can_think(self) -> bool:
        """Whether the model emits thinking that can be switched on and off."""
        return "thinking" in self.capabilities

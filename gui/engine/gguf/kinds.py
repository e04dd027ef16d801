"""What a GGUF file is for: a model, a projector that sees for one, an adapter that changes one."""

from __future__ import annotations

from enum import StrEnum

from gui.engine.gguf.header import GgufHeader


class Kind(StrEnum):
    """What a GGUF file is for."""

    MODEL = "model"
    PROJECTOR = "projector"
    ADAPTER = "adapter"


def kind_of(header: GgufHeader) -> Kind:
    """The kind, by the keys that llama.cpp's converters write."""
    if header.metadata.get("general.type") == "adapter" or "adapter.type" in header.metadata:
        return Kind.ADAPTER
    if header.architecture == "clip" or header.metadata.get("general.type") == "mmproj":
        return Kind.PROJECTOR
    return Kind.MODEL

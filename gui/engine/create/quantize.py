"""`quantize`: what Ollama refuses, and what this engine cannot do."""

from __future__ import annotations

from gui.engine.gguf.header import GgufHeader
from gui.engine.wire import ApiError

_SUPPORTED = ("F32", "F16", "Q4_K_S", "Q4_K_M", "Q8_0")
_UNQUANTIZED = ("F16", "BF16", "F32")


def read_type(text: str) -> str:
    """The type that `text` means, "" for none; raises ApiError."""
    wanted = {"Q4_K": "Q4_K_M"}.get(text.upper(), text.upper())
    if wanted and wanted not in (*_SUPPORTED, "BF16"):
        known = ", ".join(_SUPPORTED)
        raise ApiError(500, f"unsupported quantization type {text} - supported types are {known}")
    return wanted


def check(wanted: str, header: GgufHeader) -> None:
    """Raises ApiError unless the model has the wanted type already, or none is wanted.

    llama.cpp's binding has no function that quantizes.
    """
    current = header.quantization
    if not wanted or wanted == current:
        return
    if current not in _UNQUANTIZED:
        raise ApiError(500, "quantization is only supported for F16, BF16 and F32 models")
    raise ApiError(
        501,
        f"this engine cannot quantize: create the model from a {wanted} file, "
        "made for example with llama.cpp's llama-quantize",
    )

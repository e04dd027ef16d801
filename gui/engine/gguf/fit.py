"""Whether a projector or an adapter was made for a model.

Source of the rules: llama.cpp's llama-adapter.cpp and mtmd.cpp, 2026; it says less.
"""

from __future__ import annotations

from gui.engine.gguf.header import GgufHeader, Tensor
from gui.engine.gguf.kinds import Kind, kind_of

_A, _B = ".lora_a", ".lora_b"
_LAST_LAYERS = {
    "mlp": ("mm.2.weight", "mm.0.weight"),
    "mlp_norm": ("mm.3.weight",),
}
"""Of a projector type: the tensors whose second dimension is what the model must be wide.

Files of these types may be older than their `projection_dim`, which meant something else.
"""


def mismatch(model: GgufHeader, part: GgufHeader) -> str:
    """Why `part`, a projector or an adapter, does not go with `model`; "" if it does.

    A sentence without full stop, in English; a projector that does not tell its width fits.
    """
    match kind_of(part):
        case Kind.ADAPTER:
            return _adapter_mismatch(model, part)
        case Kind.PROJECTOR:
            return _projector_mismatch(model, part)
        case Kind.MODEL:
            return "the file is a model itself, not part of one"


def _adapter_mismatch(model: GgufHeader, adapter: GgufHeader) -> str:
    if adapter.architecture != model.architecture:
        return (
            f"the adapter is made for the architecture {adapter.architecture!r}, "
            f"the model is {model.architecture!r}"
        )
    base = {tensor.name: tensor for tensor in model.tensors}
    parts = {tensor.name: tensor for tensor in adapter.tensors}
    for name in parts:
        target = name.removesuffix(_A).removesuffix(_B)
        if target == name:
            if not name.endswith("_norm.weight"):  # llama.cpp passes these over
                return f"the adapter has the tensor {name!r}, which is not half of a pair"
            continue
        first, second = parts.get(target + _A), parts.get(target + _B)
        if first is None or second is None:
            return f"the adapter has only half of what changes {target!r}"
        if target not in base:
            return f"the adapter changes {target!r}, which the model does not have"
        if not _fits(base[target], first, second):
            return f"what the adapter changes in {target!r} has another shape in the model"
    return ""


def _fits(base: Tensor, first: Tensor, second: Tensor) -> bool:
    """Whether second x first has the shape of `base`; of the embedding they are transposed."""
    (width, height), (a_width, a_height), (b_width, b_height) = (
        (*tensor.shape, 1, 1)[:2] for tensor in (base, first, second)
    )
    if base.name == "token_embd.weight":
        return (b_height, a_height, a_width) == (width, height, b_width)
    return (a_width, b_height, a_height) == (width, height, b_width)


def _projector_mismatch(model: GgufHeader, projector: GgufHeader) -> str:
    made, width = _projection(projector), model.number("embedding_length")
    if not made or not width or made == width:
        return ""
    return f"the projector is made for a model {made} wide, this one is {width}"


def _projection(projector: GgufHeader) -> int:
    """The width that a projector's output has, 0 if it does not tell."""
    kind = projector.metadata.get("clip.projector_type")
    if isinstance(kind, str) and kind in _LAST_LAYERS:
        shapes = {tensor.name: tensor.shape for tensor in projector.tensors}
        last = next((name for name in _LAST_LAYERS[kind] if name in shapes), "")
        return (*shapes.get(last, ()), 0, 0)[1]
    if projector.metadata.get("general.type") != "mmproj":
        return 0
    for side in ("vision", "audio"):
        value = projector.metadata.get(f"clip.{side}.projection_dim")
        if isinstance(value, int) and value:
            return value
    return 0

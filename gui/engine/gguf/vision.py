"""The tensors of a projector that sees: llama.cpp multiplies by them without a look.

Only the types of projectors whose tensors are all alike are looked into; of the others
the keys are checked. Source: llama.cpp's clip.cpp and its models/llava.cpp, 2026.
"""

from __future__ import annotations

from collections.abc import Mapping

from gui.engine.gguf.header import DamagedModel, GgufHeader

Shapes = Mapping[str, tuple[int, ...]]

_LLAVA = "mlp"
_KNOWN_TYPES = frozenset({_LLAVA, "mlp_norm", "ldp", "ldpv2", "gemma3", "idefics3"})
_PATCHES = "v.patch_embd.weight"
_PLACES = "v.position_embd.weight"
_CLASS = "v.class_embd"


def check_vision(header: GgufHeader) -> None:
    """Raises DamagedModel where tensors are missing or do not go with each other."""
    shapes = {tensor.name: tensor.shape for tensor in header.tensors}
    patch = int(header.metadata["clip.vision.patch_size"])
    width = int(header.metadata["clip.vision.embedding_length"])
    first = shapes.get(_PATCHES, ())
    if len(first) == 4 and first[:2] != (patch, patch):
        raise DamagedModel(f"the projector's first tensor is not made for pieces of {patch}")
    kind = header.metadata.get("clip.projector_type")
    if kind not in _KNOWN_TYPES:
        return
    _check_entrance(shapes, width, int(header.metadata["clip.vision.image_size"]) // patch)
    for block in range(int(header.metadata.get("clip.vision.block_count", 0))):
        _check_block(shapes, f"v.blk.{block}", width)
    if kind == _LLAVA:
        _check_llava(shapes, width)


def _check_entrance(shapes: Shapes, width: int, side: int) -> None:
    """What an image of `side` by `side` pieces goes through first."""
    _expect(shapes, _PATCHES, (*shapes.get(_PATCHES, ())[:2], 3, width))
    places = shapes.get(_PLACES, ())
    if len(places) != 2 or places[0] != width or places[1] < side * side + (_CLASS in shapes):
        raise DamagedModel(f"the projector has no places for {side * side} pieces of an image")
    for name in (_CLASS, "v.patch_embd.bias"):
        _expect(shapes, name, (width,), needed=False)
    for name in ("v.pre_ln", "v.post_ln"):
        _check_norm(shapes, name, width)


def _check_block(shapes: Shapes, start: str, width: int) -> None:
    if f"{start}.attn_qkv.weight" in shapes:
        _check_layer(shapes, f"{start}.attn_qkv", width, 3 * width)
    else:
        for part in ("attn_q", "attn_k", "attn_v"):
            _check_layer(shapes, f"{start}.{part}", width, width)
    _check_layer(shapes, f"{start}.attn_out", width, width)
    for part in ("ln1", "ln2"):
        _check_norm(shapes, f"{start}.{part}", width)
    up, down = f"{start}.ffn_up", f"{start}.ffn_down"
    if shapes.get(f"{down}.weight", ())[:1] == (width,):  # older files have them the wrong way
        up, down = down, up
    middle = (*shapes.get(f"{up}.weight", ()), 0, 0)[1]
    _check_layer(shapes, up, width, middle)
    _check_layer(shapes, down, middle, width)


def _check_llava(shapes: Shapes, width: int) -> None:
    middle = (*shapes.get("mm.0.weight", ()), 0, 0)[1]
    _check_layer(shapes, "mm.0", width, middle)
    _expect(shapes, "mm.0.bias", (middle,))
    last = (*shapes.get("mm.2.weight", ()), 0, 0)[1]
    _check_layer(shapes, "mm.2", middle, last)
    _expect(shapes, "mm.2.bias", (last,))


def _check_layer(shapes: Shapes, name: str, width: int, height: int) -> None:
    _expect(shapes, f"{name}.weight", (width, height))
    _expect(shapes, f"{name}.bias", (height,), needed=False)


def _check_norm(shapes: Shapes, name: str, width: int) -> None:
    for part in ("weight", "bias"):
        _expect(shapes, f"{name}.{part}", (width,), needed=False)


def _expect(shapes: Shapes, name: str, shape: tuple[int, ...], *, needed: bool = True) -> None:
    found = shapes.get(name)
    if found is None:
        if needed:
            raise DamagedModel(f"the projector lacks the tensor {name!r}")
        return
    filled = (*found, *(1 for _ in range(len(shape) - len(found))))
    if filled[: len(shape)] != shape or any(size != 1 for size in filled[len(shape) :]):
        raise DamagedModel(f"the projector's tensor {name!r} has the wrong shape")

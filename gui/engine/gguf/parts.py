"""Files that go with a model, projectors and adapters: what must be true of them alone.

llama.cpp reads these keys without looking at their types, and ends the process when they
differ. Source: llama.cpp's clip.cpp and llama-adapter.cpp, 2026.
"""

from __future__ import annotations

from gui.engine.gguf import types
from gui.engine.gguf.header import DamagedModel, GgufHeader
from gui.engine.gguf.numbers import check_fractions
from gui.engine.gguf.vision import check_vision

_INTEGER_KEYS = (
    *("embedding_length", "feed_forward_length", "block_count", "projection_dim"),
    *("attention.head_count", "attention.head_count_kv", "image_size", "patch_size"),
    *("projector.scale_factor", "spatial_merge_size", "window_size", "n_wa_pattern"),
    *("num_mel_bins", "image_min_pixels", "image_max_pixels", "preproc_image_size"),
)
_TRUTH_KEYS = (
    *("clip.has_vision_encoder", "clip.has_audio_encoder", "clip.has_llava_projector"),
    *("clip.use_gelu", "clip.use_silu"),
)
_TEXT_KEYS = (
    *("general.name", "general.description", "general.type"),
    *("clip.projector_type", "clip.vision.projector_type", "clip.audio.projector_type"),
    *("clip.vision.mm_patch_merge_type", "adapter.type", "adapter.lora.task_name"),
    *("adapter.alora.invocation_string", "adapter.lora.prompt_prefix"),
)
_MOST_BLOCKS = 512
_WIDEST = 2**20
_LARGEST_IMAGE = 16_384
_MOST_PATCHES = 256


def check_projector(header: GgufHeader) -> None:
    """Raises DamagedModel for a projector whose keys are missing, mistyped or impossible."""
    _check_texts(header)
    check_fractions(header)
    for key in _TRUTH_KEYS:
        _check_type(header, key, types.BOOL)
    sides = [
        side for side in ("vision", "audio") if header.metadata.get(f"clip.has_{side}_encoder")
    ]
    if not sides:
        raise DamagedModel("the projector neither sees nor hears")
    for side in sides:
        _check_side(header, f"clip.{side}")
    if "vision" in sides:
        _check_image(header)
        check_vision(header)


def _check_side(header: GgufHeader, start: str) -> None:
    for key in _INTEGER_KEYS:
        _check_type(header, f"{start}.{key}", types.UINT32)
    _check_type(header, f"{start}.attention.layer_norm_epsilon", types.FLOAT32)
    blocks, width = (
        _number(header, f"{start}.block_count"),
        _number(header, f"{start}.embedding_length"),
    )
    heads = _number(header, f"{start}.attention.head_count")
    if blocks > _MOST_BLOCKS:
        raise DamagedModel(f"the projector claims {blocks} layers")
    if not 0 < width <= _WIDEST or _number(header, f"{start}.projection_dim") > _WIDEST:
        raise DamagedModel(f"the projector claims to be {width} wide")
    if blocks and (not heads or width % heads):
        raise DamagedModel(f"the projector claims {heads} heads")


def _check_image(header: GgufHeader) -> None:
    for key in ("image_mean", "image_std"):
        field = header.fields.get(f"clip.vision.{key}")
        if field is None or (field.items, field.length) != (types.FLOAT32, 3):
            raise DamagedModel(f"the projector's {key} is not three numbers")
    size = _number(header, "clip.vision.image_size")
    patch = _number(header, "clip.vision.patch_size")
    if not 0 < patch <= size <= _LARGEST_IMAGE or size // patch > _MOST_PATCHES:
        raise DamagedModel(f"the projector cuts images of {size} pixels into pieces of {patch}")


def check_adapter(header: GgufHeader) -> None:
    """Raises DamagedModel for an adapter that is not a LoRA or whose keys are mistyped."""
    _check_texts(header)
    _check_type(header, "adapter.lora.alpha", types.FLOAT32)
    if header.metadata.get("adapter.type") != "lora":
        raise DamagedModel("the adapter is not a LoRA")
    if header.metadata.get("general.type") != "adapter":
        raise DamagedModel("the adapter does not say that it is one")


def _check_texts(header: GgufHeader) -> None:
    for key in _TEXT_KEYS:
        _check_type(header, key, types.STRING)


def _check_type(header: GgufHeader, key: str, kind: int) -> None:
    field = header.fields.get(key)
    if field is not None and field.kind != kind:
        raise DamagedModel(f"the value of {key!r} has the wrong type")


def _number(header: GgufHeader, key: str) -> int:
    value = header.metadata.get(key, 0)
    return value if isinstance(value, int) else 0

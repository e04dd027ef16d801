"""What must be true of every header: its kind's numbers, and tensors that lie in the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gui.engine.gguf import types
from gui.engine.gguf.header import DamagedModel, Field, GgufHeader, Tensor
from gui.engine.gguf.kinds import Kind, kind_of
from gui.engine.gguf.numbers import check_numbers
from gui.engine.gguf.parts import check_adapter, check_projector
from gui.engine.gguf.split import shard_of
from gui.engine.gguf.template import check_template

_LARGEST = 2**63 - 1
_LARGEST_ALIGNMENT = 2**20

# ggml can multiply by weights of these types only; by others it jumps to address 0.
_NEVER_WEIGHTS = frozenset({"I8", "I16", "I32", "I64", "F64", "Q8_1", "Q8_K"})
_WEIGHTS = re.compile(r"(?!.*tid2eid).*\.weight|(v|a|mm)\..*|.*\.lora_[ab]")
_ROW = re.compile(r".*\.(weight|bias)")
_ALWAYS_ROW = re.compile(r".*norm.*\.weight|.*\.bias")


def read_alignment(metadata: Mapping[str, Any], fields: Mapping[str, Field]) -> int:
    """The alignment of tensor data in bytes; raises DamagedModel if there can be none such."""
    if "general.alignment" not in metadata:
        return types.DEFAULT_ALIGNMENT
    alignment = metadata["general.alignment"]
    if fields["general.alignment"].kind != types.UINT32:  # llama.cpp aborts on another type
        raise DamagedModel("the alignment has the wrong type")
    if not 0 < alignment <= _LARGEST_ALIGNMENT or alignment & (alignment - 1):
        raise DamagedModel(f"an alignment of {alignment} is not a power of two")
    return int(alignment)


def padded(size: int, alignment: int) -> int:
    """`size` made larger to a multiple of `alignment`."""
    return -(-size // alignment) * alignment


def check_header(header: GgufHeader) -> None:
    """Raises DamagedModel for what llama.cpp takes for granted and does not check itself."""
    shard = shard_of(header)
    if shard is None or shard.number == 1:
        _check_kind(header)
    if not header.tensors and shard is None:
        raise DamagedModel("it holds no tensors")
    for tensor in header.tensors:
        _check_tensor(tensor)
    _check_extents(header)


def _check_kind(header: GgufHeader) -> None:
    if not isinstance(header.metadata.get("general.architecture"), str) or not header.architecture:
        raise DamagedModel("it names no architecture")
    check_template(header.chat_template)
    match kind_of(header):
        case Kind.MODEL:
            check_numbers(header)
        case Kind.PROJECTOR:
            check_projector(header)
        case Kind.ADAPTER:
            check_adapter(header)


def _check_tensor(tensor: Tensor) -> None:
    if 0 in tensor.shape or tensor.elements > _LARGEST:
        raise DamagedModel(f"the tensor {tensor.name!r} has no possible size")
    if tensor.type not in types.TENSOR_BLOCKS:
        raise DamagedModel(f"the tensor {tensor.name!r} has the unknown type {tensor.type}")
    name, weights, _ = types.TENSOR_BLOCKS[tensor.type]
    if (tensor.shape[0] if tensor.shape else 1) % weights:
        raise DamagedModel(f"a row of the tensor {tensor.name!r} is not whole blocks")
    if name != "F32" and _is_row(tensor):
        raise DamagedModel(f"the tensor {tensor.name!r} of one row is not F32 but {name}")
    if name in _NEVER_WEIGHTS and _WEIGHTS.fullmatch(tensor.name):
        raise DamagedModel(f"the tensor {tensor.name!r} cannot have the type {name}")


def _is_row(tensor: Tensor) -> bool:
    """Whether ggml adds it to, or multiplies it with, every row of something that is F32."""
    if len(tensor.shape) > 1:
        alone = tensor.elements == tensor.shape[0]
        return alone and _ALWAYS_ROW.fullmatch(tensor.name) is not None
    return _ROW.fullmatch(tensor.name) is not None


def _check_extents(header: GgufHeader) -> None:
    """Each tensor lies inside the file, aligned, and none upon another."""
    room = header.file_size - header.data_start
    end = 0
    for tensor in sorted(header.tensors, key=lambda item: item.offset):
        if tensor.offset % header.alignment:
            raise DamagedModel(f"the tensor {tensor.name!r} is not aligned")
        if tensor.offset < end:
            raise DamagedModel(f"the tensor {tensor.name!r} lies upon another")
        end = tensor.offset + tensor.size
        if end > room:
            raise DamagedModel(f"the tensor {tensor.name!r} ends after the file")

"""Models as `/api/tags`, `/api/ps` and `/api/show` show them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gui.engine.api.modelfile import modelfile, parameters_text
from gui.engine.gguf.reader import GgufHeader, read_header
from gui.engine.gguf.types import TENSOR_BLOCKS
from gui.engine.llama.runtime import LoadedModel
from gui.engine.store.details import details
from gui.engine.store.stored import StoredModel
from gui.engine.wire import local_time

_FOREVER = "2318-11-23T00:00:00Z"
_HIDDEN_KEYS = ("general.name", "tokenizer.chat_template")


def listed(model: StoredModel) -> dict[str, Any]:
    """An entry of `/api/tags`."""
    about = details(model)
    if model.header:
        lengths = {
            "context_length": model.train_ctx,
            "embedding_length": model.header.number("embedding_length"),
        }
        about |= {key: value for key, value in lengths.items() if value}
    entry = {
        "name": model.name.shortest,
        "model": model.name.shortest,
        "modified_at": local_time(model.modified_at),
        "size": model.size,
        "digest": model.digest,
        "details": about,
    }
    return {**entry, "capabilities": list(model.capabilities)} if model.capabilities else entry


def running(loaded: LoadedModel) -> dict[str, Any]:
    """An entry of `/api/ps`; its size is the memory the model takes."""
    model = loaded.model
    expires = _FOREVER if loaded.expires_at is None else local_time(loaded.expires_at)
    return {
        "name": model.name.shortest,
        "model": model.name.shortest,
        "size": loaded.size,
        "digest": model.digest,
        "details": details(model),
        "expires_at": expires,
        "size_vram": 0,
        "context_length": loaded.settings.num_ctx,
    }


def shown(
    model: StoredModel,
    header: GgufHeader,
    *,
    verbose: bool,
    system: str = "",
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The answer of `/api/show`, without what is empty.

    `system` and `options` stand for those of the model. Reads files; raises OSError,
    DamagedModel.
    """
    contents = model.contents
    template = contents.template if model.uses_own_template else header.chat_template
    parameters = {**contents.parameters, **(options or {})}
    answer = {
        "license": model.license,
        "modelfile": modelfile(model),
        "parameters": parameters_text(parameters),
        "template": template,
        "system": system or contents.system,
        "details": {**details(model), "parent_model": _parent(model)},
        "messages": list(contents.messages),
        "model_info": _info(model.path, header, verbose=verbose),
        "projector_info": _projector_info(model, verbose=verbose),
        "tensors": [_tensor(item.name, item.type, item.shape) for item in header.tensors],
        "capabilities": list(model.capabilities),
        "modified_at": local_time(model.modified_at),
        "requires": contents.configured("requires"),
    }
    return {key: value for key, value in answer.items() if value or key == "model_info"}


def _parent(model: StoredModel) -> str:
    """The model whose weights were taken over, "" if they are its own."""
    layers = model.manifest.layers if model.manifest else ()
    return next((layer.origin for layer in layers if layer.origin), "")


def _projector_info(model: StoredModel, *, verbose: bool) -> dict[str, Any]:
    paths = model.contents.projectors
    return _info(paths[0], read_header(paths[0]), verbose=verbose) if paths else {}


def _info(path: Path, header: GgufHeader, *, verbose: bool) -> dict[str, Any]:
    whole = read_header(path, arrays=True) if verbose else header
    metadata = dict(whole.metadata) | {"general.parameter_count": whole.parameters}
    return {key: value for key, value in metadata.items() if key not in _HIDDEN_KEYS}


def _tensor(name: str, kind: int, shape: tuple[int, ...]) -> dict[str, Any]:
    return {"name": name, "type": TENSOR_BLOCKS[kind][0], "shape": list(shape)}

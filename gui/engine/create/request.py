"""The body of `/api/create` as a frozen value, with the refusals Ollama gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.engine.replies.fields import Fields, go_type, scrubbed
from gui.engine.store import names
from gui.engine.store.layout import InvalidDigest, parse_digest
from gui.engine.store.names import ModelName
from gui.engine.wire import ApiError

_STRUCT = "CreateRequest"
_ROLES = ("system", "user", "assistant", "tool")
_SEMVER = re.compile(r"v?\d+(\.\d+){0,2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?", re.ASCII)
_INFO = {
    "capabilities": ("capabilities", list),
    "model_family": ("model_family", str),
    "base_name": ("base_name", str),
    "quantization_level": ("file_type", str),
    "parameter_size": ("model_type", str),
    "context_length": ("context_length", int),
    "embedding_length": ("embedding_length", int),
}
"""Of each key of `info`: the field of the config it becomes, and its type."""


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """What model to make. `files` and `adapters` give a digest to each file's name."""

    name: ModelName
    stream: bool
    base: ModelName | None
    files: Mapping[str, str]
    adapters: Mapping[str, str]
    template: str
    system: str
    licenses: tuple[str, ...]
    parameters: Mapping[str, Any]
    messages: tuple[Mapping[str, Any], ...]
    quantize: str
    config: Mapping[str, Any]
    """Fields for the model's config: renderer, parser, requires, and what `info` tells."""


def read_create(body: Mapping[str, Any]) -> CreateRequest:
    """The body of a create, its keys in lower case; raises ApiError."""
    fields = Fields(body, _STRUCT)
    name = _name(fields.text("model") or fields.text("name"))
    _refuse_what_there_is_not(fields)
    base = fields.text("from")
    if not base and fields.get("files") is None:
        raise ApiError(400, "neither 'from' or 'files' was specified")
    return CreateRequest(
        name=name,
        stream=fields.flag("stream", default=True),
        base=_name(base) if base else None,
        files={} if base else _files(fields, "files"),
        adapters=_files(fields, "adapters"),
        template=fields.text("template"),
        system=fields.text("system"),
        licenses=_licenses(fields.get("license")),
        parameters=fields.mapping("parameters"),
        messages=tuple(_message(item) for item in fields.items("messages")),
        quantize=fields.text("quantize") or fields.text("quantization"),
        config=_config(fields),
    )


def _refuse_what_there_is_not(fields: Fields) -> None:
    drafts = fields.mapping("draft_files")
    if fields.text("draft_quantize") and not drafts:
        raise ApiError(400, "--draft-quantize requires a DRAFT model")
    if drafts:
        raise ApiError(400, "draft models are not supported by this engine")
    if fields.text("remote_host"):
        raise ApiError(400, "bad remote: this engine runs models on this machine only")


def _name(text: str) -> ModelName:
    try:
        return names.parse(text)
    except names.InvalidName:
        raise ApiError(400, "invalid model name") from None


def _files(fields: Fields, key: str) -> dict[str, str]:
    """The digest of each file; an object without files is refused as Ollama does."""
    if fields.get(key) is None:
        return {}
    given = fields.mapping(key)
    if not given:
        raise ApiError(400, "unknown type")
    files: dict[str, str] = {}
    for path, digest in given.items():
        if not _is_relative(path):
            raise ApiError(400, "file path must be relative")
        if not isinstance(digest, str):
            raise _wrong(key, digest, "string")
        try:
            files[scrubbed(path)] = parse_digest(digest)
        except InvalidDigest:
            raise ApiError(400, "invalid digest format") from None
    return files


def _is_relative(path: str) -> bool:
    """Whether `path` would stay in its folder; it only labels the file, but so it is agreed."""
    parts = path.split("/")
    return all(part not in ("", ".", "..") for part in parts) and "\\" not in path


def _licenses(value: object) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else ([] if value is None else value)
    if not isinstance(items, list):
        raise _wrong("license", value, "[]string")
    for item in items:
        if not isinstance(item, str):
            raise _wrong("license", item, "string")
    return tuple(scrubbed(item) for item in items if item)


def _message(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong("messages", value, "api.Message")
    given = {key.lower(): item for key, item in value.items()}
    fields = Fields(given, "Message")
    role = fields.text("role").lower()
    if role not in _ROLES:
        raise ApiError(400, 'message role must be one of "system", "user", or "assistant"')
    return {**given, "role": role, "content": fields.text("content")}


def _config(fields: Fields) -> dict[str, Any]:
    requires = fields.text("requires")
    if requires and not _SEMVER.fullmatch(requires):
        raise ApiError(400, "requires must be a valid semver (e.g. 0.14.0)")
    config: dict[str, Any] = {
        "renderer": fields.text("renderer"),
        "parser": fields.text("parser"),
        "requires": requires.removeprefix("v"),
    }
    info = fields.mapping("info")
    for key, (field, kind) in _INFO.items():
        value = info.get(key)
        if isinstance(value, kind) and not isinstance(value, bool):
            config[field] = value
    return {key: value for key, value in config.items() if value}


def _wrong(key: str, value: object, go_kind: str) -> ApiError:
    where = f"{_STRUCT}.{key} of type {go_kind}"
    return ApiError(400, f"json: cannot unmarshal {go_type(value)} into Go struct field {where}")

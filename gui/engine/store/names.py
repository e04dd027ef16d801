"""Model names: `[scheme://][host/][namespace/]model[:tag]`, as Ollama reads and shows them.

Only `layout.py` makes a path of one.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

DEFAULT_HOST = "registry.ollama.ai"
DEFAULT_NAMESPACE = "library"
DEFAULT_TAG = "latest"

_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:\-]{0,349}", re.ASCII)
_NAMESPACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]{0,79}", re.ASCII)
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,79}", re.ASCII)
_UNSAFE = re.compile(r"[^A-Za-z0-9_.\-]+")


class InvalidName(ValueError):
    """The text is not a model name."""


@dataclass(frozen=True, slots=True)
class ModelName:
    """A whole name, defaults filled in; case is kept, but does not distinguish."""

    host: str
    namespace: str
    model: str
    tag: str

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """Host, namespace, model and tag."""
        return self.host, self.namespace, self.model, self.tag

    @property
    def shortest(self) -> str:
        """The name as it is shown: default host and namespace left out, tag always there."""
        short = f"{self.model}:{self.tag}"
        if self.host.lower() != DEFAULT_HOST:
            return f"{self.host}/{self.namespace}/{short}"
        if self.namespace.lower() != DEFAULT_NAMESPACE:
            return f"{self.namespace}/{short}"
        return short

    @property
    def full(self) -> str:
        """The name with nothing left out."""
        return f"{self.host}/{self.namespace}/{self.model}:{self.tag}"

    @property
    def key(self) -> str:
        """What two spellings of the same name have in common."""
        return self.full.lower()


def parse(text: str) -> ModelName:
    """The name that `text` means; raises InvalidName.

    Source of the rules: Ollama's types/model/name.go.
    """
    rest = text.split("://", 1)[-1]
    tag = DEFAULT_TAG
    slash, colon = rest.rfind("/"), rest.rfind(":")
    if colon > slash:
        rest, tag = rest[:colon], rest[colon + 1 :]
    parts = rest.split("/")
    if len(parts) > 3:
        raise InvalidName(text)
    model = parts.pop()
    namespace = parts.pop() if parts else DEFAULT_NAMESPACE
    host = parts.pop() if parts else DEFAULT_HOST
    for pattern, part in ((_HOST, host), (_NAMESPACE, namespace), (_PART, model), (_PART, tag)):
        if not pattern.fullmatch(part):
            raise InvalidName(text)
    return ModelName(host, namespace, model, tag)


def from_file_name(stem: str) -> ModelName:
    """A name for a file that was put into the models folder.

    Signs a name cannot have become "-"; a checksum then keeps similar files apart.
    """
    safe = _UNSAFE.sub("-", stem).strip("-.")
    if safe != stem or not _PART.fullmatch(safe):
        safe = f"{safe[:70] or 'model'}-{zlib.crc32(stem.encode('utf-8', 'replace')):08x}"
    return parse(safe)


def distinguished(name: ModelName, stem: str) -> ModelName:
    """`name` with a checksum of its file's name, for the second file of the same name."""
    mark = f"{zlib.crc32(stem.encode('utf-8', 'replace')):08x}"
    return ModelName(name.host, name.namespace, f"{name.model[:70]}-{mark}", name.tag)

"""Names of models as a person types them: `[host/][namespace/]model[:tag]`, checked.

Source of the rules: Ollama (types/model/name.go). The built-in engine has the same rules in
a room of its own, since it does not see this one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from gui.errors import BadModelName
from gui.language import tr

_DEFAULT_HOST = "registry.ollama.ai"
_DEFAULT_NAMESPACE = "library"
_DEFAULT_TAG = "latest"
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:\-]{0,349}", re.ASCII)
_NAMESPACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]{0,79}", re.ASCII)
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,79}", re.ASCII)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_COMMANDS = re.compile(r"^(?:ollama|ondol)\s+(?:run|pull|show)\s+", re.ASCII)
# Pages on which people find models, and what stands in a name for them.
_PAGES = (
    ("https://ollama.com/library/", ""),
    ("https://ollama.com/", ""),
    ("https://huggingface.co/", "hf.co/"),
    ("https://hf.co/", "hf.co/"),
)
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class ModelName:
    """A whole name, defaults filled in. Case is kept, but does not distinguish."""

    host: str
    namespace: str
    model: str
    tag: str

    @property
    def shortest(self) -> str:
        """The name as servers list it: default host and namespace left out."""
        short = f"{self.model}:{self.tag}"
        if self.host.lower() != _DEFAULT_HOST:
            return f"{self.host}/{self.namespace}/{short}"
        if self.namespace.lower() != _DEFAULT_NAMESPACE:
            return f"{self.namespace}/{short}"
        return short

    @property
    def key(self) -> str:
        """What two spellings of the same name have in common."""
        return f"{self.host}/{self.namespace}/{self.model}:{self.tag}".lower()

    @property
    def source(self) -> str:
        """The host it comes from, whole; shown to the person (MOD-10)."""
        return self.host


def read_name(text: str) -> ModelName:
    """The name that `text` means; raises BadModelName with a plain reason.

    A pasted `ollama run NAME` or the address of a model's page is taken for the name in it.
    """
    rest = tidied(text)
    if not rest:
        raise BadModelName(tr("A model needs a name."))
    if len(rest) > _LONGEST:
        raise BadModelName(tr("This name is too long."))
    _check_signs(rest)
    rest = _SCHEME.sub("", rest, count=1)
    tag = _DEFAULT_TAG
    slash, colon = rest.rfind("/"), rest.rfind(":")
    if colon > slash:
        rest, tag = rest[:colon], rest[colon + 1 :]
    parts = rest.split("/")
    if len(parts) > 3:
        raise BadModelName(tr("A name has at most three parts: host/namespace/model."))
    model = parts.pop()
    namespace = parts.pop() if parts else _DEFAULT_NAMESPACE
    host = parts.pop() if parts else _DEFAULT_HOST
    for pattern, part in ((_HOST, host), (_NAMESPACE, namespace), (_PART, model), (_PART, tag)):
        if not pattern.fullmatch(part):
            raise _bad_part(part, is_namespace=pattern is _NAMESPACE)
    return ModelName(host, namespace, model, tag)


def same_name(one: str, other: str) -> bool:
    """Whether two names mean the same model; a text that is no name only equals itself."""
    try:
        return read_name(one).key == read_name(other).key
    except BadModelName:
        return one == other


def tidied(text: str) -> str:
    """`text` without blanks around it, a command before it, or the page it is linked on."""
    rest = _COMMANDS.sub("", text.strip()).strip().strip("\"'")
    for page, stands_for in _PAGES:
        if rest.lower().startswith(page):
            path = re.split(r"[?#]", rest[len(page) :], maxsplit=1)[0].strip("/")
            return stands_for + "/".join(path.split("/")[:2])
    return rest


def _check_signs(text: str) -> None:
    """Refuse what looks like a name and is not, by the sign's own name (MOD-10)."""
    for sign in text:
        if sign.isspace():
            raise BadModelName(tr("A name has no blanks."))
        if not sign.isascii() or not sign.isprintable():
            called = unicodedata.name(sign, f"U+{ord(sign):04X}")
            shown = sign if sign.isprintable() else "�"
            raise BadModelName(
                tr("“{sign}” ({called}) cannot be in a name.", sign=shown, called=called.lower())
            )


def _bad_part(part: str, *, is_namespace: bool) -> BadModelName:
    if not part:
        return BadModelName(tr("A part of this name is empty."))
    if len(part) > 80:
        return BadModelName(tr("A part of this name is longer than 80 signs."))
    if is_namespace and "." in part:
        return BadModelName(tr("“{part}”: the user's name cannot have a dot.", part=part))
    if not part[0].isalnum() and part[0] != "_":
        return BadModelName(tr("“{part}” must begin with a letter or a digit.", part=part))
    return BadModelName(tr("“{part}” may have letters, digits, and - _ . only.", part=part))

"""The status lines and refusals of servers in plain words.

The lines are those of Ollama 0.33 and the built-in engine; one that is not known is shown
as it is. Never rich text: names and texts in them are foreign.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gui.errors import OndolError, TransferFailed, TransferInterrupted
from gui.language import tr
from gui.records import TransferKind

_LONGEST = 200
_LAYER = re.compile(r"(pulling|pushing) [0-9a-f]{6,64}(?:\.\.\.)?")
_QUANTIZING = re.compile(r"quantizing (\S+) model to (\S+)")
_TEMPLATE = re.compile(r"using autodetected template (\S+)")

# What is not there just now; texts of Go's network library, of registries, of our engine.
_PASSING = re.compile(
    r"no such host|lookup .*: (?:no answer|server misbehaving)|dial tcp|i/o timeout|timed? ?out"
    r"|connection (?:refused|reset|aborted|attempts failed|closed)|network is (?:unreachable|down)"
    r"|no route to host|broken pipe|EOF|TLS handshake|max retries exceeded|download stalled"
    r"|nothing came for too long|disconnected|closed connection|temporary failure|peer closed"
    r"|(?:^|[:=] ?|HTTP |status )(?:429|5\d\d)\b|too many requests|bad gateway|unavailable"
    r"|could not connect|connect call failed|ConnectError|ReadError|ConnectTimeout|busy",
    re.IGNORECASE,
)
_NO_SPACE = re.compile(
    r"no space left|not enough (?:disk )?space|disk quota|disk full", re.IGNORECASE
)
_UNKNOWN = re.compile(r"file does not exist|manifest.*not found|manifest unknown", re.IGNORECASE)
_DENIED = re.compile(r"unauthorized|access denied|not authorized|permission denied", re.IGNORECASE)
_DAMAGED = re.compile(r"digest mismatch|size mismatch", re.IGNORECASE)


def plain_status(status: str, number: int = 0) -> str:
    """A status line in the person's words; `number` is which layer it is about."""
    if say := _KNOWN.get(status):
        return say()
    if status.startswith(("using existing layer", "creating new layer")):
        return tr("Writing the parts of the model")
    if found := _LAYER.fullmatch(status):
        if found[1] == "pushing":
            return tr("Uploading part {number}", number=number)
        return tr("Downloading part {number}", number=number)
    if found := _QUANTIZING.fullmatch(status):
        return tr("Quantizing from {old} to {new}", old=found[1], new=found[2])
    if found := _TEMPLATE.fullmatch(status):
        return tr("Using the chat template {name}", name=found[1])
    return _one_line(status)


_KNOWN: dict[str, Callable[[], str]] = {
    "pulling manifest": lambda: tr("Reading what the model is made of"),
    "retrieving manifest": lambda: tr("Reading what the model is made of"),
    "pulling model": lambda: tr("Downloading the model"),
    "verifying sha256 digest": lambda: tr("Checking what came"),
    "writing manifest": lambda: tr("Saving the model"),
    "removing unused layers": lambda: tr("Removing what is not needed any more"),
    "pushing manifest": lambda: tr("Publishing the model"),
    "parsing GGUF": lambda: tr("Reading the model file"),
    "validating GGUF model": lambda: tr("Checking the model file"),
    "converting model": lambda: tr("Converting the model"),
    "converting adapter": lambda: tr("Converting the adapter"),
    "verifying conversion": lambda: tr("Checking the result"),
    "updating GGUF projector metadata": lambda: tr("Adjusting the part for images"),
    "success": lambda: tr("Done"),
}


def plain_refusal(kind: TransferKind, name: str, text: str) -> OndolError:
    """What a server said instead of going on, as one of our errors.

    TransferInterrupted when it may pass by itself, TransferFailed otherwise.
    """
    text = _one_line(text)
    kept = kept_sentence(kind)
    if _NO_SPACE.search(text):
        return TransferFailed(
            tr("There is no room on the disk for {name}.", name=name),
            f"{kept} {tr('Free some space, then resume.')}".strip(),
            text,
        )
    if _UNKNOWN.search(text) and kind is not TransferKind.CREATE:
        what = tr("The registry has no model {name}.", name=name)
        return TransferFailed(what, tr("Check the name and what follows the colon."), text)
    if _DENIED.search(text):
        return _denied(kind, name, text)
    if _DAMAGED.search(text):
        what = tr("What came for {name} was damaged, so it was thrown away.", name=name)
        return TransferFailed(what, tr("Try again."), text)
    if _is_passing(kind, text):
        return TransferInterrupted(tr("The network does not answer: {reason}", reason=text), kept)
    return TransferFailed(_failed(kind, name, text), kept, text)


def _is_passing(kind: TransferKind, text: str) -> bool:
    """Only while its base is pulled does a create depend on a network beyond the server."""
    is_far = kind is not TransferKind.CREATE or text.startswith("pull") or "://" in text
    return is_far and _PASSING.search(text) is not None


def failed(kind: TransferKind, name: str, reason: str) -> TransferFailed:
    """A transfer that ended for `reason`, a sentence without its end."""
    return TransferFailed(_failed(kind, name, reason), kept_sentence(kind))


def kept_sentence(kind: TransferKind) -> str:
    """What of an unfinished transfer is not lost."""
    match kind:
        case TransferKind.PULL | TransferKind.DOWNLOAD:
            return tr("What was downloaded is kept.")
        case TransferKind.CREATE:
            return tr("No model was made; one with this name is as it was.")
        case TransferKind.PUSH:
            return tr("The model here is as it was.")


def _failed(kind: TransferKind, name: str, reason: str) -> str:
    reason = reason.rstrip(".")
    match kind:
        case TransferKind.PULL | TransferKind.DOWNLOAD:
            return tr("{name} could not be pulled: {reason}.", name=name, reason=reason)
        case TransferKind.CREATE:
            return tr("{name} could not be created: {reason}.", name=name, reason=reason)
        case TransferKind.PUSH:
            return tr("{name} could not be pushed: {reason}.", name=name, reason=reason)


def _denied(kind: TransferKind, name: str, text: str) -> TransferFailed:
    if kind is TransferKind.PUSH:
        what = tr("The registry does not let you push {name}.", name=name)
        todo = tr("The name must begin with your user name, and your key must be known there.")
    else:
        what = tr("The registry does not give {name} to everybody.", name=name)
        todo = tr("Check the name; a private model needs your key at the registry.")
    return TransferFailed(what, todo, text)


def _one_line(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * _LONGEST]).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"

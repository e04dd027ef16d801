"""Our exceptions, drawn as a tree. Every fault of the outside arrives as one of these.

OndolError                  what failed; `todo` says what to do; `remedy` is the button
  ServerError               a server of Ollama's API did not do what was asked
    ServerUnreachable       nothing answers at the address
    NotOllama               something answers, but not Ollama
    AccessDenied            the server wants other credentials (401, 403, 407)
    ServerBusy              too many requests (429, 503)
    ModelNotFound           the server does not have the model
    ContextOverflow         the prompt is longer than the context length
    RequestRefused          any other refusal, in the server's own words
    ReplyFailedMidway       the server reported an error after the reply began
  StreamError               the bytes of a reply were not what they should be
    StreamCut               the reply ended without saying that it was done
    StreamGarbled           a line was not JSON, or had the wrong shape
    LineTooLong             a single line passed the limit
  EngineError               the built-in engine
    EngineStopped           its process ended
    EngineFailedToStart     it did not come up, or crashed too often
    NoStarterModel          the starter model is not installed
  StorageError              conversations could not be read or written
    DiskFull
    StorageUnavailable      locked, read-only or damaged
    NewerDatabase           written by a newer Ondol
  PresetError               a preset file cannot be used
  SettingsError             the settings file cannot be used
  NoModel                   nothing to talk to is chosen
"""

from __future__ import annotations

from gui import paths
from gui.language import tr
from gui.records import Remedy


class OndolError(Exception):
    """Something a person should know: what failed and what to do about it.

    `what` and `todo` are whole sentences in the person's language; `detail` is for the log.
    """

    remedy = Remedy.NONE

    def __init__(self, what: str, todo: str = "", detail: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.what} {self.todo}".strip()


class ServerError(OndolError):
    """A server of Ollama's API did not do what was asked."""

    remedy = Remedy.RETRY


class ServerUnreachable(ServerError):
    """Nothing answers at the address."""

    remedy = Remedy.USE_BUILT_IN

    def __init__(self, address: str, detail: str = "") -> None:
        super().__init__(
            tr("Nothing answers at {address}.", address=address),
            tr("Start Ollama there, or use the built-in engine."),
            detail,
        )


class NotOllama(ServerError):
    """Something answers at the address, but it is not Ollama."""

    remedy = Remedy.USE_BUILT_IN

    def __init__(self, address: str, detail: str = "") -> None:
        super().__init__(
            tr("What answers at {address} is not Ollama.", address=address),
            tr("Check the address, or use the built-in engine."),
            detail,
        )


class AccessDenied(ServerError):
    """The server wants other credentials."""

    def __init__(self, address: str, status: int) -> None:
        super().__init__(
            tr("{address} refused access (HTTP {status}).", address=address, status=status),
            tr("Check the token or the headers for this server."),
        )


class ServerBusy(ServerError):
    """The server has too many requests waiting."""

    def __init__(self, address: str, retry_after: str = "") -> None:
        super().__init__(
            tr("{address} is busy.", address=address),
            tr("Try again in {seconds} seconds.", seconds=retry_after)
            if retry_after
            else tr("Try again in a moment."),
        )


class ModelNotFound(ServerError):
    """The server does not have the model."""

    remedy = Remedy.CHOOSE_MODEL

    def __init__(self, model: str, address: str = "") -> None:
        super().__init__(
            tr("The server does not have the model {model}.", model=model),
            tr("Choose another model, or pull this one first."),
            address,
        )


class ContextOverflow(ServerError):
    """The prompt is longer than the context length."""

    remedy = Remedy.NEW_CONVERSATION

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            tr("This message is longer than the model can read at once."),
            tr("Shorten it, or raise the context length in the preset."),
            detail,
        )


class RequestRefused(ServerError):
    """Any other refusal, in the server's own words."""

    def __init__(self, address: str, status: int, text: str) -> None:
        self.status = status
        self.text = text
        super().__init__(
            tr("{address} refused the request: {text}", address=address, text=text),
            detail=f"HTTP {status}",
        )


class ReplyFailedMidway(ServerError):
    """The server reported an error after the reply began."""

    def __init__(self, text: str) -> None:
        super().__init__(
            tr("The server stopped the reply: {text}", text=text),
            tr("The text so far is kept. Try again."),
        )


class StreamError(OndolError):
    """The bytes of a reply were not what they should be."""

    remedy = Remedy.RETRY


class StreamCut(StreamError):
    """The reply ended without saying that it was done."""

    def __init__(self, address: str, detail: str = "") -> None:
        super().__init__(
            tr("{address} closed the connection before the reply was done.", address=address),
            tr("The text so far is kept. Try again."),
            detail,
        )


class StreamGarbled(StreamError):
    """A line of a reply was not JSON, or had the wrong shape."""

    def __init__(self, address: str, detail: str = "") -> None:
        super().__init__(
            tr("{address} sent something that is not a reply of Ollama.", address=address),
            tr("The text so far is kept. Try again."),
            detail,
        )


class LineTooLong(StreamError):
    """A single line of a reply passed the limit."""

    def __init__(self, address: str, limit: int) -> None:
        super().__init__(
            tr(
                "{address} sent a line longer than {limit} MB, so the reply was ended.",
                address=address,
                limit=limit // 2**20,
            ),
            tr("The text so far is kept. Try again."),
        )


class EngineError(OndolError):
    """The built-in engine."""

    remedy = Remedy.RESTART_SERVER


class EngineStopped(EngineError):
    """The built-in engine's process ended while it was needed."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            tr("The built-in engine stopped unexpectedly."),
            tr("It was started again; the text so far is kept."),
            detail,
        )


class EngineFailedToStart(EngineError):
    """The built-in engine did not come up, or crashed too often."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            tr("The built-in engine could not be started."),
            tr("Your conversations are safe. See the log for the reason."),
            detail,
        )


class NoStarterModel(EngineError):
    """The starter model is not installed."""

    remedy = Remedy.CHOOSE_MODEL

    def __init__(self) -> None:
        super().__init__(
            tr("No model is installed yet."),
            tr("Start Ollama, or put a GGUF file into {folder}.", folder=paths.engine_models()),
        )


class StorageError(OndolError):
    """Conversations could not be read or written."""


class DiskFull(StorageError):
    """No space is left for the database."""

    remedy = Remedy.RETRY

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            tr("The disk is full: this is not saved yet."),
            tr("Free some space; it is saved as soon as there is room."),
            detail,
        )


class StorageUnavailable(StorageError):
    """The database is locked, read-only or damaged."""

    remedy = Remedy.RETRY

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            tr("Conversations cannot be saved: {detail}", detail=detail),
            tr("What is on screen stays; copy what you need."),
            detail,
        )


class NewerDatabase(StorageError):
    """The database was written by a newer Ondol."""

    def __init__(self, version: int) -> None:
        super().__init__(
            tr("Your conversations were written by a newer version of Ondol."),
            tr("Update Ondol to open them. Nothing was changed."),
            f"schema {version}",
        )


class PresetError(OndolError):
    """A preset file cannot be used."""


class SettingsError(OndolError):
    """The settings file cannot be used."""


class NoModel(OndolError):
    """Nothing to talk to is chosen."""

    remedy = Remedy.CHOOSE_MODEL

    def __init__(self) -> None:
        super().__init__(tr("No model is chosen."), tr("Choose one in the model list."))

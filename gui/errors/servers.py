"""A server of Ollama's API did not do what was asked."""

from __future__ import annotations

from gui.errors.base import OndolError
from gui.language import tr
from gui.records import Remedy


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

"""A server of Ollama's API did not do what was asked."""

from __future__ import annotations

from gui.errors.base import OndolError
from gui.language import tr
from gui.records import CertificateProblem, Remedy


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


class NameUnknown(ServerUnreachable):
    """The name of the server has no address."""

    def __init__(self, host: str, detail: str = "") -> None:
        ServerError.__init__(
            self,
            tr("There is no address for the name {host}.", host=host),
            tr("Check the spelling and the network, or write the IP address instead."),
            detail,
        )


class OllamaNotRunning(ServerUnreachable):
    """Ollama is installed on this machine, but does not run."""

    remedy = Remedy.START_OLLAMA

    def __init__(self, address: str, detail: str = "") -> None:
        ServerError.__init__(
            self,
            tr("Ollama is installed, but does not answer at {address}.", address=address),
            tr("Start it, or use the built-in engine."),
            detail,
        )


class OllamaFailedToStart(ServerError):
    """Ollama was started by us, and did not come up."""

    remedy = Remedy.USE_BUILT_IN

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            tr("Ollama did not start."),
            tr("Its last words are in the log. Start it yourself, or use the built-in engine."),
            detail,
        )


class ServerForgotten(ServerError):
    """The server is no longer on the list."""

    remedy = Remedy.USE_BUILT_IN

    def __init__(self) -> None:
        super().__init__(
            tr("This server is no longer on your list."),
            tr("Add it again, or choose another one."),
        )


class TokenMissing(ServerError):
    """The token or the headers of a server are no longer where they were kept."""

    remedy = Remedy.OPEN_SERVERS

    def __init__(self, name: str) -> None:
        super().__init__(
            tr("The token or the headers for {name} are not kept any more.", name=name),
            tr("Type them again in Servers."),
        )


class PlainHttpRefused(ServerError):
    """The server is on the internet and not encrypted, and nobody agreed to that yet."""

    remedy = Remedy.ALLOW_PLAIN_HTTP

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(
            tr(
                "{host} is on the internet and its address begins with http: whatever you write, "
                "and your token, can be read on the way.",
                host=host,
            ),
            tr("Use https if the server can. Nothing was sent yet."),
        )


class CertificateRefused(ServerError):
    """The certificate that the server shows is not believed."""

    remedy = Remedy.OPEN_SERVERS

    def __init__(self, address: str, problem: CertificateProblem, detail: str = "") -> None:
        self.problem = problem
        super().__init__(
            _certificate_sentence(address, problem),
            tr("Nothing was sent. If the server is yours, test it in Servers and decide there."),
            detail,
        )


class TlsTooOld(ServerError):
    """The server speaks no version of TLS that is still safe."""

    def __init__(self, address: str, detail: str = "") -> None:
        super().__init__(
            tr("{address} speaks no safe version of TLS: 1.2 is the oldest.", address=address),
            tr("Nothing was sent. Have the server updated."),
            detail,
        )


def _certificate_sentence(address: str, problem: CertificateProblem) -> str:
    return {
        CertificateProblem.SELF_SIGNED: tr(
            "{address} vouches for itself: its certificate is signed by nobody else.",
            address=address,
        ),
        CertificateProblem.UNKNOWN_ISSUER: tr(
            "Who signed the certificate of {address} is not known to this machine.",
            address=address,
        ),
        CertificateProblem.EXPIRED: tr(
            "The certificate of {address} has expired.", address=address
        ),
        CertificateProblem.NOT_YET_VALID: tr(
            "The certificate of {address} is not valid yet: check this machine's clock.",
            address=address,
        ),
        CertificateProblem.WRONG_HOST: tr(
            "The certificate that {address} shows is for another name.", address=address
        ),
        CertificateProblem.CHANGED: tr(
            "{address} shows another certificate than the one you trusted.", address=address
        ),
        CertificateProblem.OTHER: tr(
            "The certificate of {address} cannot be believed.", address=address
        ),
    }[problem]


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
        self.text = text
        super().__init__(
            tr("The server stopped the reply: {text}", text=text),
            tr("The text so far is kept. Try again."),
        )

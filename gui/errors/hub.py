"""Hugging Face, or a mirror of it, did not give what was asked for."""

from __future__ import annotations

from gui.errors.models import ModelError, TransferInterrupted
from gui.language import tr
from gui.records import Remedy


class HubError(ModelError):
    """The hub did not give what was asked for.

    `link` is the page on which the person can do something about it, "" if there is none.
    """

    link = ""


class HubAddressUnusable(HubError):
    """HF_ENDPOINT is set to something that is no address."""

    def __init__(self) -> None:
        super().__init__(
            tr("HF_ENDPOINT is not the address of a hub."),
            tr("Write it like https://huggingface.co, or remove the variable and restart Ondol."),
        )


class HubOffline(HubError):
    """The person switched the hub off with HF_HUB_OFFLINE."""

    def __init__(self) -> None:
        super().__init__(
            tr("HF_HUB_OFFLINE is set, so nothing is asked of Hugging Face."),
            tr("Remove the variable and restart Ondol to search and download there."),
        )


class HubUnreachable(HubError, TransferInterrupted):
    """Nothing answers, the line broke, or the hub is out of order; worth another try."""

    remedy = Remedy.RETRY

    def __init__(self, host: str, reason: str = "") -> None:
        super().__init__(
            tr("{host} does not answer.", host=host),
            tr("What was downloaded is kept. Check the network, then try again."),
            reason,
        )


class HubBusy(HubError, TransferInterrupted):
    """Too many requests (429)."""

    remedy = Remedy.RETRY

    def __init__(self, host: str, seconds: int = 0) -> None:
        self.seconds = seconds
        super().__init__(
            tr("{host} was asked too often.", host=host),
            tr("What was downloaded is kept. Try again in {seconds} seconds.", seconds=seconds)
            if seconds
            else tr("What was downloaded is kept. Try again in a few minutes, or enter a token."),
        )


class HubGated(HubError):
    """The owner asks for consent before the files can be had; `link` is where to give it."""

    def __init__(self, repo: str, link: str, *, has_token: bool) -> None:
        self.repo = repo
        self.link = link
        self.has_token = has_token
        super().__init__(
            tr("{repo} is given only to those who accept its terms.", repo=repo),
            tr(
                "Open its page, accept them with the account your token belongs to, then try "
                "again. Some owners answer by hand: that can take days."
            )
            if has_token
            else tr("Open its page and accept them with your account, then enter your token here."),
        )


class HubRepoNotFound(HubError):
    """No such repository, or a private one that is not shown to us."""

    def __init__(self, repo: str, *, has_token: bool) -> None:
        super().__init__(
            tr("There is no {repo}, or it is private.", repo=repo),
            tr("Check the name; your token does not open it.")
            if has_token
            else tr("Check the name. A private one needs your token."),
        )


class HubFileNotFound(HubError):
    """The repository does not have the file any more."""

    def __init__(self, repo: str, name: str) -> None:
        super().__init__(
            tr("{repo} does not have the file {file} any more.", repo=repo, file=name),
            tr("Look at its files again and choose another one."),
        )


class HubTokenRefused(HubError):
    """The token is wrong, expired, or does not allow this; `link` is where tokens are made."""

    def __init__(self, host: str, link: str) -> None:
        self.link = link
        super().__init__(
            tr("{host} does not accept your token for this.", host=host),
            tr("Make a new one there that may read the models you use, and enter it here."),
        )


class HubTokenUnsafe(HubError):
    """HF_ENDPOINT names a hub to which a token would travel readably."""

    def __init__(self, host: str) -> None:
        super().__init__(
            tr("{host} is asked without encryption, so it is never told a token.", host=host),
            tr("Nothing was kept. Set HF_ENDPOINT to an https address, or remove it."),
        )


class NoGguf(HubError):
    """The repository has no file that Ondol can use."""

    def __init__(self, repo: str) -> None:
        super().__init__(
            tr("{repo} has no GGUF file that can be used.", repo=repo),
            tr("Look for a repository of the same model with GGUF in its name."),
        )


class HubGarbled(HubError):
    """What answers is not a hub, or does not keep to its own rules."""

    remedy = Remedy.RETRY

    def __init__(self, host: str, reason: str = "") -> None:
        super().__init__(
            tr("What {host} answered cannot be used.", host=host),
            tr("Perhaps a login page of the network is in between. Then log in and try again."),
            reason,
        )


class HubRefused(HubError):
    """Any other refusal."""

    def __init__(self, host: str, status: int, reason: str = "") -> None:
        super().__init__(
            tr("{host} refused the request (HTTP {status}).", host=host, status=status),
            tr("What was downloaded is kept. Try again later."),
            reason,
        )


class DownloadDamaged(HubError):
    """All bytes came, but they are not those that the hub lists."""

    remedy = Remedy.RETRY

    def __init__(self, name: str) -> None:
        super().__init__(
            tr("{file} came damaged: its checksum is not the one the hub lists.", file=name),
            tr("It was thrown away, other files are kept. Try again."),
        )


class NoRoom(HubError):
    """There is not enough space on the disk; sizes in bytes."""

    remedy = Remedy.RETRY

    def __init__(self, name: str, needed: int, free: int) -> None:
        self.needed = needed
        self.free = free
        super().__init__(
            tr(
                "{file} needs {needed} more on the disk; {free} are free.",
                file=name,
                needed=_size(needed),
                free=_size(free),
            ),
            tr("What was downloaded is kept. Free some space, then try again."),
        )


class DownloadUnwritable(HubError):
    """The folder for downloads refuses to be written."""

    remedy = Remedy.RETRY

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            tr("{file} could not be written: {reason}", file=name, reason=reason),
            tr("Check the disk and Ondol's folder on it, then try again."),
        )


def _size(size: int) -> str:
    """As models' pages tell it; below a gigabyte in megabytes."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"

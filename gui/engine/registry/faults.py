"""What can go wrong between here and a registry; the texts go to clients as they are."""

from __future__ import annotations

import errno

import httpx


class RegistryError(Exception):
    """Something that another try does not mend. `str` of it is the sentence."""


class Unauthorized(RegistryError):
    """The registry does not let us. The sentence is Ollama's."""

    def __init__(self) -> None:
        super().__init__("unauthorized: access denied")


class NotThere(RegistryError):
    """The registry does not have it. The sentence is Ollama's."""

    def __init__(self) -> None:
        super().__init__("file does not exist")


class WrongDigest(RegistryError):
    """A blob's bytes are not what the manifest promised. The sentence is Ollama's."""

    def __init__(self, want: str, got: str) -> None:
        super().__init__(f"digest mismatch, file must be downloaded again: want {want}, got {got}")


class WrongSize(RegistryError):
    """A blob has not the size that the manifest promised."""

    def __init__(self, digest: str, want: int, got: int) -> None:
        super().__init__(
            f"size mismatch of {digest}: the manifest says {want} bytes, the registry {got}"
        )


class NoSpace(RegistryError):
    """The disk is too small, or full by now."""


class Retryable(RegistryError):
    """Something that may pass."""

    after = 0.0
    """Seconds that the other side asks us to wait."""


class Busy(Retryable):
    """The registry says that it cannot right now."""

    def __init__(self, text: str, after: float) -> None:
        super().__init__(text)
        self.after = after


class Stalled(Retryable):
    """Nothing came for too long."""


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def disk_fault(problem: OSError, what: str) -> RegistryError:
    """A fault of the disk while `what` was done; no path of this machine is told."""
    reason = (problem.strerror or type(problem).__name__).lower()
    kind = NoSpace if problem.errno in _FULL else RegistryError
    return kind(f"{what}: {reason}")


def network_fault(problem: Exception, url: httpx.URL) -> RegistryError:
    """A fault of the network on the way to `url`, whose query (it may be a secret) is not told."""
    where = shown(url)
    if isinstance(problem, httpx.ReadTimeout | httpx.WriteTimeout):
        return Stalled(f"{where}: nothing came for too long")
    if isinstance(problem, httpx.TransportError | OSError):
        reason = str(problem) or type(problem).__name__
        return Retryable(f"{where}: {reason}")
    return RegistryError(f"{where}: {problem or type(problem).__name__}")


def shown(url: httpx.URL) -> str:
    """An address without its query and without a user."""
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}{url.path}"[:500]

"""A secret could not be kept, or not be read. None of these repeats the secret."""

from __future__ import annotations

from gui.errors.base import OndolError
from gui.language import tr
from gui.records import Remedy


class SecretError(OndolError):
    """A secret could not be kept, or not be read.

    `can_use_session`: keeping it in memory until Ondol ends is what is left to offer.
    """

    remedy = Remedy.RETRY
    can_use_session = True


class NoKeyring(SecretError):
    """This system has no keyring that keeps secrets encrypted."""

    remedy = Remedy.NONE

    def __init__(self, found: str = "") -> None:
        super().__init__(
            tr("This system has no keyring in which a token is safe."),
            tr(
                "Nothing was written. Use the token for this session only, or start the keyring "
                "of your desktop (GNOME Keyring, KWallet) and try again."
            ),
            f"keyring found: {found}" if found else "",
        )


class KeyringSilent(SecretError):
    """The keyring did not answer in time; mostly it waits to be unlocked."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            tr(
                "The system's keyring has not answered for {seconds} seconds.", seconds=int(seconds)
            ),
            tr("If it asks for its password, unlock it and try again."),
        )


class KeyringFailed(SecretError):
    """The keyring refused: locked, or out of order."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            tr("The system's keyring refused ({reason}).", reason=reason),
            tr("Unlock it and try again, or use the token for this session only."),
        )


class BadToken(SecretError):
    """What was entered does not have the form of a token."""

    remedy = Remedy.NONE
    can_use_session = False

    def __init__(self) -> None:
        super().__init__(
            tr("This is not a token of Hugging Face: they begin with hf_ and have no blanks."),
            tr("Nothing was kept. Copy it once more from your settings there."),
        )

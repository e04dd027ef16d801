"""What the person chose cannot be used."""

from __future__ import annotations

from gui.errors.base import OndolError
from gui.language import tr
from gui.records import Remedy


class PresetError(OndolError):
    """A preset file cannot be used."""


class SettingsError(OndolError):
    """The settings file cannot be used."""


class NoModel(OndolError):
    """Nothing to talk to is chosen."""

    remedy = Remedy.CHOOSE_MODEL

    def __init__(self) -> None:
        super().__init__(tr("No model is chosen."), tr("Choose one in the model list."))


class ComparisonUnderWay(OndolError):
    """Several models answer in this conversation at the moment."""

    def __init__(self) -> None:
        super().__init__(
            tr("Several models are answering in this conversation."),
            tr("Wait for them, or stop them in the Compare window."),
        )

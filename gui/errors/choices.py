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

"""The built-in engine."""

from __future__ import annotations

from gui import paths
from gui.errors.base import OndolError
from gui.language import tr
from gui.records import Remedy


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

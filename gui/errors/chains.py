"""A step of a chain could not do its work."""

from __future__ import annotations

from gui.errors.base import OndolError
from gui.errors.servers import ModelNotFound
from gui.language import tr
from gui.records import OutputKind, Remedy

_SHOWN = 200


class ChainError(OndolError):
    """A step of a chain could not do its work."""

    remedy = Remedy.RETRY


class StepUnreadable(ChainError):
    """A step's reply is not what the step should give; `text` is the reply."""

    def __init__(self, step: str, kind: OutputKind, text: str, detail: str = "") -> None:
        self.text = text
        shown = text.strip()
        shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
        if kind is OutputKind.BOOLEAN:
            what = tr(
                "The step {step} should have said yes or no, but said: {text}",
                step=step,
                text=shown,
            )
        else:
            what = tr(
                "The step {step} should have given JSON ({reason}), but gave: {text}",
                step=step,
                reason=detail,
                text=shown,
            )
        super().__init__(
            what, tr("The steps before it are kept. Try again from there, or change its prompt.")
        )


class StepSilent(ChainError):
    """Nothing came from a step for too long."""

    def __init__(self, step: str, minutes: int) -> None:
        super().__init__(
            tr("The step {step} was silent for {minutes} minutes.", step=step, minutes=minutes),
            tr("The steps before it are kept. Try again from there."),
        )


class StepModelNotFound(ModelNotFound, ChainError):
    """The server does not have the model that a step asks for."""

    remedy = Remedy.CHOOSE_MODEL

    def __init__(self, step: str, model: str) -> None:
        OndolError.__init__(
            self,
            tr(
                "The step {step} asks for the model {model}, which the server does not have.",
                step=step,
                model=model,
            ),
            tr("Nothing was sent. Pull the model, or choose another one for the step."),
        )


class CannotRunAgain(ChainError):
    """A reply does not say how it was made."""

    remedy = Remedy.NONE

    def __init__(self) -> None:
        super().__init__(
            tr("How this reply was made is not known."), tr("It stays. Ask the question again.")
        )

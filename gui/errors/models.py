"""A model could not be brought, made, given away or changed."""

from __future__ import annotations

from gui.errors.base import OndolError
from gui.language import tr
from gui.records import Remedy


class ModelError(OndolError):
    """A model could not be brought, made, given away or changed."""


class BadModelName(ModelError):
    """The text is not the name of a model."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, tr("Write it like llama3.2, qwen3:8b or hf.co/user/model:Q4_K_M."))


class ModelBusy(ModelError):
    """Something else is being done to the model."""

    def __init__(self, name: str) -> None:
        super().__init__(
            tr("Something is being done to {name} already.", name=name),
            tr("Wait until it is done, or cancel it."),
        )


class NameTaken(ModelError):
    """There is a model of that name already."""

    def __init__(self, name: str) -> None:
        super().__init__(
            tr("There is a model with the name {name} already.", name=name),
            tr("Nothing was changed. Choose another name."),
        )


class TransferFailed(ModelError):
    """Another try would end the same way, as far as one can tell."""

    remedy = Remedy.RETRY


class TransferInterrupted(ModelError):
    """The network, or a server on the way, is not there just now; worth another try."""

    remedy = Remedy.RETRY


class FileUnusable(ModelError):
    """A file that a new model needs cannot be read, or was changed while it was read."""

    remedy = Remedy.RETRY

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            tr("{file} could not be read: {reason}", file=name, reason=reason),
            tr("No model was made. Check the file, then try again."),
        )


class ModelNotListed(ModelError):
    """The server said that all is well, but does not have the model."""

    remedy = Remedy.RETRY

    def __init__(self, name: str) -> None:
        super().__init__(
            tr("The server said it was done, but {name} is not among its models.", name=name),
            tr("Try again."),
        )

"""From files to a model in memory: checked once more, then handed to llama.cpp."""

from __future__ import annotations

from gui.engine.gguf.fit import mismatch
from gui.engine.gguf.header import DamagedModel, GgufHeader
from gui.engine.gguf.reader import read_header
from gui.engine.llama.parameters import ModelFiles
from gui.engine.llama.trial import Trials
from gui.engine.llama.vocabulary import Vocabulary
from gui.engine.wire import ApiError


def checked(files: ModelFiles, trials: Trials) -> Vocabulary:
    """Read the headers again, right before native code does; raises ApiError.

    A file may have changed since it was listed, and the parts may not go together. A chat
    template that may run for ever is tried elsewhere first.
    """
    try:
        model = read_header(files.weights, arrays=True)
        parts = [*([files.projector] if files.projector else []), *files.adapters]
        for path in parts:
            _must_fit(model, read_header(path))
        trials.check(files.weights, model)
    except DamagedModel as problem:
        raise ApiError(500, str(problem)) from None
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise ApiError(500, f"This model file cannot be read: {reason}.") from None
    return Vocabulary.of_header(model)


def _must_fit(model: GgufHeader, part: GgufHeader) -> None:
    if reason := mismatch(model, part):
        raise ApiError(500, f"This model cannot be loaded: {reason}.")

"""A second name for a model."""

from __future__ import annotations

from gui.engine.create import bases
from gui.engine.create.course import model_config, saved
from gui.engine.create.faults import answered
from gui.engine.store.models import ModelStore
from gui.engine.store.names import ModelName


def copy(store: ModelStore, source: ModelName, destination: ModelName) -> bool:
    """Let `destination` mean what `source` means; False if that is nothing.

    A model that has no manifest, such as the starter, gets one. Raises ApiError.
    """
    with answered():
        if store.library.copy(source, destination):
            return True
        model = store.find(source)
        if model is None:
            return False
        base = bases.of_model(store, model)
        for _ in saved(store.library, destination, base.pieces, model_config(base)):
            pass
        return True

"""The way to the model server, for generations that let the chat go first."""

from __future__ import annotations

from typing import Any

from gui.models.client import ModelClient
from gui.models.transport import Locate
from gui.records import Endpoint
from gui.serve.turns import PoliteTransport, Priority


class PoliteClient(ModelClient):
    """A client whose chat models start no generation while the chat in the window is at work."""

    def __init__(self, endpoint: Endpoint, locate: Locate | None, priority: Priority) -> None:
        super().__init__(endpoint, locate)
        self._priority = priority

    @property
    def chat_model_arguments(self) -> dict[str, Any]:
        """As ModelClient has it, with the transport that waits."""
        polite = PoliteTransport(self.transport, self._priority)
        return super().chat_model_arguments | {"async_client_kwargs": {"transport": polite}}

"""Generation settings."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Options:
    """Generation settings under Ollama's names; None leaves the server's default.

    Source of names and types: Ollama's API, section A0 of its `options` map.
    """

    num_ctx: int | None = None
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    typical_p: float | None = None
    seed: int | None = None
    num_predict: int | None = None
    num_keep: int | None = None
    stop: tuple[str, ...] = ()
    repeat_penalty: float | None = None
    repeat_last_n: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    num_thread: int | None = None
    num_gpu: int | None = None

    def as_request(self) -> dict[str, Any]:
        """The `options` object of a request: only what is set."""
        named = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "stop"}
        request = {name: value for name, value in named.items() if value is not None}
        if self.stop:
            request["stop"] = list(self.stop)
        return request

    def over(self, base: Options) -> Options:
        """These options where set, `base` where not."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return Options(
            **{
                name: value if value not in (None, ()) else getattr(base, name)
                for name, value in values.items()
            }
        )

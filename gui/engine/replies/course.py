"""How a reply goes: what its last chunk will say."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gui.engine.wire import ApiError


@dataclass(slots=True)
class Course:
    """Counts and times of one reply; times are in nanoseconds."""

    started: int = field(default_factory=time.perf_counter_ns)
    load_duration: int = 0
    reason: str = ""
    _counts: dict[str, int] = field(default_factory=dict)

    def loaded(self) -> None:
        """The model is in memory."""
        self.load_duration = time.perf_counter_ns() - self.started

    def note(self, chunk: Mapping[str, Any]) -> None:
        """Remember what a chunk of llama.cpp says about the whole reply."""
        for choice in chunk.get("choices") or ():
            self.reason = choice.get("finish_reason") or self.reason
        usage, timings = chunk.get("usage") or {}, chunk.get("timings") or {}
        if usage:
            # A reply in two passes reads its prompt twice and says so once.
            self._counts.setdefault("prompt_eval_count", int(usage.get("prompt_tokens", 0)))
            self._add("eval_count", int(usage.get("completion_tokens", 0)))
        if timings:
            self._add("prompt_eval_duration", int(timings.get("prompt_ms", 0.0) * 1e6))
            self._add("eval_duration", int(timings.get("predicted_ms", 0.0) * 1e6))

    def _add(self, name: str, value: int) -> None:
        self._counts[name] = self._counts.get(name, 0) + value

    @property
    def stopped_itself(self) -> bool:
        """Whether the reply came to its own end, not to a limit."""
        return self.reason not in ("", "length")

    def ending(self) -> dict[str, Any]:
        """The fields of the last chunk; all of them, also when zero: clients count on them."""
        if not self.reason:
            raise ApiError(500, "the reply ended early")
        return {
            "done": True,
            "done_reason": "length" if self.reason == "length" else "stop",
            "total_duration": time.perf_counter_ns() - self.started,
            "load_duration": self.load_duration,
            "prompt_eval_count": self._counts.get("prompt_eval_count", 0),
            "prompt_eval_duration": self._counts.get("prompt_eval_duration", 0),
            "eval_count": self._counts.get("eval_count", 0),
            "eval_duration": self._counts.get("eval_duration", 0),
        }

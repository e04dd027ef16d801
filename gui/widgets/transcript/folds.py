"""What of a message is unfolded; kept for messages whose layout has been let go."""

from __future__ import annotations

Folds = dict[str, bool]
"""By what is folded, whether the person opened it; what is not in it is as it comes."""

THINKING = "thinking"
STEPS = "steps"


def row_key(name: str) -> str:
    """The fold of a step."""
    return f"step:{name}"


def thinking_key(name: str) -> str:
    """The fold of a step's thinking."""
    return f"step-thinking:{name}"

"""Where things are: the text column, and the heights of messages in a Fenwick tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Frame:
    """The text column in the viewport, px."""

    left: float
    width: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width


class Heights:
    """Heights of rows, px; change, sum and find in O(log n) (a Fenwick tree)."""

    def __init__(self, heights: Iterable[float] = ()) -> None:
        self._heights = list(heights)
        self._tree: list[float] = []
        self._rebuild()

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> float:
        return self._heights[index]

    @property
    def total(self) -> float:
        """The height of all rows."""
        return self.top(len(self))

    def top(self, index: int) -> float:
        """Where row `index` begins: the sum of the heights before it."""
        total = 0.0
        while index > 0:
            total += self._tree[index]
            index &= index - 1
        return total

    def set(self, index: int, height: float) -> None:
        """Give one row another height."""
        change = height - self._heights[index]
        self._heights[index] = height
        index += 1
        while index < len(self._tree):
            self._tree[index] += change
            index += index & -index

    def index_at(self, y: float) -> int:
        """The row at `y`, the first or last one beyond the ends; -1 when there are none."""
        index, step = 0, 1 << len(self).bit_length()
        while step := step >> 1:
            if index + step < len(self._tree) and self._tree[index + step] <= y:
                index += step
                y -= self._tree[index]
        return min(index, len(self) - 1)

    def append(self, height: float) -> None:
        """Add a row at the end."""
        self._heights.append(height)
        index = len(self._heights)
        self._tree.append(height + self.top(index - 1) - self.top(index & (index - 1)))

    def truncate(self, count: int) -> None:
        """Keep the first `count` rows."""
        del self._heights[count:]
        del self._tree[count + 1 :]

    def scale(self, ratio: float, but: Sequence[int] = ()) -> None:
        """Multiply all heights, save those of the rows in `but`."""
        kept = {index: self._heights[index] for index in but}
        self._heights = [height * ratio for height in self._heights]
        for index, height in kept.items():
            self._heights[index] = height
        self._rebuild()

    def _rebuild(self) -> None:
        sums = [0.0, *accumulate(self._heights)]
        self._tree = [0.0] + [
            sums[index] - sums[index & (index - 1)] for index in range(1, len(sums))
        ]

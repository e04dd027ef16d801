"""What the transcript view costs, beside plain Qt in the same run.

    python tests/benchmarks/transcript.py [--tokens 8000] [--rate 500] [--scale 1]

CPU is process CPU; a gap is how late a precise 4 ms timer on the GUI thread fires; the floor
is a QPlainTextEdit that gets the same text under the same 33 ms coalescing.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time, thread_time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from gui import theme
from gui.records import Message, MessageStatus, Role, Statistics, StepRecord
from gui.widgets.transcript import TranscriptView

SIZE = (900, 900)
ANSWER = """A **list comprehension** builds a list in one expression; 한국어로는 리스트 컴프리헨션입니다.
It reads almost like `the set notation` in mathematics, and it is quick.

## How it looks

- the *expression* comes first, then `for`,
- 조건은 맨 뒤에 옵니다,
- and it may nest:
  1. outer loop,
  2. inner loop.

```python
squares = [n * n for n in range(100) if n % 2]  # 홀수의 제곱
def flatten(rows: list[list[int]]) -> list[int]:
    return [cell for row in rows for cell in row]
```

> Readability counts, so stop at two loops.

See [the tutorial](https://docs.python.org/3/tutorial/) for more. 더 궁금한 점이 있으면 물어보세요!

"""
STEPS = ("joke", "poem")
CASES = {
    "mixed": lambda: ANSWER * 200,
    "python fence that never ends": lambda: (
        "```python\n" + "def f(x):\n    return [x, 'y']  # z\n" * 4000
    ),
    "150-item list": lambda: "".join(
        f"- item {n} with `code` and **bold** 글자\n" for n in range(4000)
    ),
    "12 KB paragraph": lambda: "Ein langer Absatz ohne Ende, 끝없는 문단 and more words. " * 2000,
}


@dataclass(slots=True)
class Heartbeat:
    """A 4 ms timer that notes how late it is, and the CPU the GUI thread used meanwhile.

    On a busy machine the first says what others did, the second what we did.
    """

    gaps: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    _timer: QTimer = field(default_factory=QTimer)
    _last: float = 0.0
    _last_cpu: float = 0.0

    def start(self) -> None:
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(4)
        self._timer.timeout.connect(self._beat)
        self._last, self._last_cpu = perf_counter(), thread_time()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now, cpu = perf_counter(), thread_time()
        self.gaps.append((now - self._last) * 1e3 - 4)
        self.busy.append((cpu - self._last_cpu) * 1e3)
        self._last, self._last_cpu = now, cpu


def tokens(text: str, count: int) -> list[str]:
    """Pieces of about a token each."""
    found = re.findall(r"\s*\w{1,5}|\s+|[^\w\s]", text)
    return found[:count]


def wait(condition: Callable[[], bool], seconds: float = 300.0) -> None:
    loop, timer = QEventLoop(), QTimer()
    until = perf_counter() + seconds
    timer.timeout.connect(lambda: loop.quit() if condition() or perf_counter() > until else None)
    timer.start(5)
    loop.exec()


class Source:
    """Emits tokens at a rate from the event loop, as a network thread's signal would."""

    def __init__(self, pieces: list[str], rate: float, emit: Callable[[str], None]) -> None:
        self._pieces, self._rate, self._emit = pieces, rate, emit
        self.sent = 0
        self.cpu: list[float] = []
        self._started = perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._send)
        self._timer.start(2)

    @property
    def is_done(self) -> bool:
        return self.sent >= len(self._pieces)

    def _send(self) -> None:
        due = min(len(self._pieces), int((perf_counter() - self._started) * self._rate))
        while self.sent < due:
            if self.sent % 1000 == 0:
                self.cpu.append(process_time())
            self._emit(self._pieces[self.sent])
            self.sent += 1
        if self.is_done:
            self.cpu.append(process_time())
            self._timer.stop()


class PlainFloor:
    """QPlainTextEdit with the same coalescing."""

    def __init__(self) -> None:
        self.widget = QPlainTextEdit()
        self.widget.setReadOnly(True)
        self._waiting: list[str] = []
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._flush)

    def push(self, text: str) -> None:
        self._waiting.append(text)
        if not self._timer.isActive():
            self._timer.start(33)

    def _flush(self) -> None:
        cursor = self.widget.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        cursor.insertText("".join(self._waiting))
        self._waiting.clear()
        bar = self.widget.verticalScrollBar()
        bar.setValue(bar.maximum())


def history(count: int) -> Iterator[Message]:
    rng = random.Random(7)
    for number in range(count):
        role = Role.USER if number % 2 == 0 else Role.ASSISTANT
        text = "What is a list comprehension?" if role is Role.USER else ANSWER * rng.randint(1, 3)
        yield Message(number + 1, 1, number or None, role, text, model="llama3.2:3b")


def show(widget: QWidget) -> None:
    widget.resize(*SIZE)
    widget.show()
    wait(lambda: True)


def report(name: str, cpu: list[float], beat: Heartbeat) -> float:
    per = [(after - before) * 1e3 for before, after in pairwise(cpu)]
    mean = sum(per) / len(per)
    print(f"{name:34} {mean:6.1f} ms CPU/1k tokens (first {per[0]:.0f}, last {per[-1]:.0f})")
    for words, values in (("heartbeat late", beat.gaps), ("GUI thread busy", beat.busy)):
        ordered = sorted(values)
        late = sum(value > 16 for value in values)
        print(
            f"{'':34} {words}: p99 {ordered[int(len(ordered) * 0.99)]:.1f}"
            f" max {ordered[-1]:.1f} ms, over 16 ms: {late} of {len(values)}"
        )
    return mean


def stream_floor(pieces: list[str], rate: float) -> float:
    floor = PlainFloor()
    show(floor.widget)
    beat = Heartbeat()
    beat.start()
    source = Source(pieces, rate, floor.push)
    wait(lambda: source.is_done)
    beat.stop()
    floor.widget.close()
    return report("QPlainTextEdit, raw text (floor)", source.cpu, beat)


def started_view() -> TranscriptView:
    """A view of 40 messages and a reply that is about to stream."""
    view = TranscriptView()
    view.set_messages(list(history(40)))
    show(view)
    wait(lambda: False, 1.0)
    message = Message(
        999, 1, 40, Role.ASSISTANT, "", status=MessageStatus.STREAMING, model="llama3.2:3b"
    )
    view.start_reply(message, 2)
    return view


def stream_steps(pieces: list[str], rate: float, *, is_open: bool) -> float:
    """Two steps of a chain that run side by side, each with every other token."""
    view = started_view()
    for name in STEPS:
        view.put_step(StepRecord(name, model="llama3.2:3b", prompt="Tell me.", stage=1))
    if is_open:
        for key in ("steps", *(f"step:{name}" for name in STEPS)):
            view._workings.transcript.fold(40, key, is_open=True)
        view._scroller.jump_to_end()
    turns = itertools.cycle(STEPS)
    beat = Heartbeat()
    beat.start()
    source = Source(pieces, rate, lambda text: view.append_step_text(next(turns), text))
    wait(lambda: source.is_done)
    beat.stop()
    mean = report(f"two steps, {'open' if is_open else 'folded'}", source.cpu, beat)
    view.close()
    return mean


def stream_view(name: str, pieces: list[str], rate: float) -> float:
    view = started_view()
    beat = Heartbeat()
    beat.start()
    source = Source(pieces, rate, view.append_text)
    wait(lambda: source.is_done)
    started = perf_counter()
    statistics = Statistics(eval_count=len(pieces), eval_duration=int(len(pieces) / rate * 1e9))
    final = Message(
        999, 1, 40, Role.ASSISTANT, "".join(pieces), model="llama3.2:3b", statistics=statistics
    )
    view.end_reply(final)
    wait(lambda: view.message_at(40).status is MessageStatus.COMPLETE)
    view.viewport().repaint()
    latency = (perf_counter() - started) * 1e3
    beat.stop()
    mean = report(name, source.cpu, beat)
    print(f"{'':34} last chunk to final state painted: {latency:.1f} ms")
    view.close()
    return mean


def open_view(count: int) -> None:
    messages = list(history(count))
    times: list[float] = []
    for _ in range(3):
        started = perf_counter()
        view = TranscriptView()
        view.resize(*SIZE)
        view.set_messages(messages)
        view.show()
        view.viewport().repaint()
        times.append((perf_counter() - started) * 1e3)
        view.close()
        wait(lambda: True)
    started = perf_counter()
    plain = QPlainTextEdit("\n\n".join(message.content for message in messages))
    plain.resize(*SIZE)
    plain.show()
    plain.verticalScrollBar().setValue(plain.verticalScrollBar().maximum())
    plain.viewport().repaint()
    floor = (perf_counter() - started) * 1e3
    ours = sorted(times)[1]
    shown = ", ".join(f"{each:.0f}" for each in times)
    print(f"open {count:,} messages: {shown} ms (median {ours:.0f}); QPlainTextEdit {floor:.0f} ms")
    print(f"  ratio {ours / floor:.2f}")
    plain.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--tokens", type=int, default=8000)
    arguments.add_argument("--rate", type=float, default=500.0)
    arguments.add_argument("--only", default="", help="run only the cases with this in their name")
    arguments.add_argument("--no-open", action="store_true")
    chosen = arguments.parse_args()
    app = QApplication([])
    theme.apply(app, theme.ThemeMode.LIGHT)
    theme.icon("copy", "#000000")
    if not chosen.no_open:
        open_view(100)
        open_view(10_000)
    for is_open in (False, True) if chosen.only in "two steps" else ():
        stream_steps(tokens(ANSWER * 200, chosen.tokens), chosen.rate, is_open=is_open)
    for name, text in CASES.items():
        if chosen.only in name:
            pieces = tokens(text(), chosen.tokens)
            floor = stream_floor(pieces, chosen.rate)
            ours = stream_view(name, pieces, chosen.rate)
            print(f"{'':34} ratio to the floor {ours / floor:.2f}\n")


if __name__ == "__main__":
    main()

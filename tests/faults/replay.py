"""A server that streams a reply of so many tokens at such a rate, as Ollama would.

`python tests/faults/replay.py --port 0 --tokens 8000 --rate 500` prints its address and
serves until it is ended.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from faults import answers
from faults.server import FaultServer, Request, Script, Step

WORDS = (
    "The", " floor", " was", " warm", ",", " and", " **nobody**", " spoke", " of", " `winter`",
    ".", " 온돌은", " 따뜻하다", ".", "\n\n", "- ", "stone", "\n", "- ", "smoke", "\n\n",
)  # fmt: skip


def tokens(count: int, words: Sequence[str] = WORDS) -> Iterator[str]:
    """`count` tokens of prose, over and over."""
    return itertools.islice(itertools.cycle(words), count)


def paced_chat(
    count: int, rate: float = 0.0, words: Sequence[str] = WORDS
) -> Iterator[bytes | float | Step]:
    """A chunked chat stream; `rate` tokens a second, 0 as fast as the socket takes them."""
    yield answers.chunked_head()
    start = time.monotonic()
    for index, token in enumerate(tokens(count, words)):
        late = start + index / rate - time.monotonic() if rate else 0.0
        if late > 0:
            yield late
        yield answers.chunk(answers.chat_line(token))
    seconds = time.monotonic() - start
    yield answers.chunk(
        answers.done_line(eval_count=count, eval_duration=max(1, int(seconds * 1e9)))
    )
    yield answers.LAST_CHUNK


class ReplayServer(FaultServer):
    """A FaultServer whose chats are `paced_chat`."""

    def __init__(
        self, count: int, rate: float = 0.0, words: Sequence[str] = WORDS, *, port: int = 0
    ) -> None:
        def chat(request: Request) -> Script:
            return paced_chat(count, rate, words)

        super().__init__({"/api/chat": chat}, port=port)


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=8000)
    parser.add_argument("--rate", type=float, default=500.0, help="tokens a second, 0 for no limit")
    arguments = parser.parse_args()
    with ReplayServer(arguments.tokens, arguments.rate, port=arguments.port) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()

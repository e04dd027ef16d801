"""Stands in for `gui.engine --child`: the same words on its pipes, nothing behind them.

`child.py MODE URL_FILE`: announces the address that the file holds.
"""

import json
import signal
import sys
import time
from pathlib import Path


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    mode, file = sys.argv[1], Path(sys.argv[2])
    sys.stderr.write(f"child says {mode}\n")
    sys.stderr.flush()
    token = json.loads(sys.stdin.readline())["token"]
    if mode == "exit":
        sys.exit(3)
    if mode == "garbage":
        say("Welcome!")
        time.sleep(60)
    if mode == "silent":
        time.sleep(60)
    say(json.dumps({"url": file.read_text(), "version": "1"}))
    if mode == "crash":
        sys.exit(9)
    if mode == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
    assert token
    sys.stdin.read()


main()

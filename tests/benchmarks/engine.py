"""Chat through the engine beside llama.cpp called directly, in the same run.

    python tests/benchmarks/engine.py [conversations]

Prints the throughput of one long reply (same prompt, seed and settings), the time to the
first token at turns 1, 10 and 20 of a growing conversation (llama.cpp with its prompt cache
on both sides), and the engine's memory after 20 and after 200 chats with two models in turn.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import psutil
from engine_process import STARTER, EngineUnderTest

from gui.engine.llama.options import load_settings, read_options
from gui.engine.llama.parameters import ModelFiles, common_params
from gui.engine.store.loose import starter_path

Messages = list[dict[str, str]]
LONG = [{"role": "user", "content": "Tell me a long story about a lighthouse and its keeper."}]
OPTIONS = {"temperature": 0, "seed": 1, "num_ctx": 8192}
TURNS = 20
SHOWN = (1, 10, 20)


class Direct:
    """llama.cpp in a process of its own, called as xllamacpp's examples do."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--direct"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.process.stdout.readline()

    def ask(self, messages: Messages, tokens: int) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([messages, tokens]) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


def serve_directly() -> None:
    """The other process: one line in, one line out."""
    import xllamacpp

    path = starter_path()
    assert path is not None
    settings = load_settings(read_options(OPTIONS), 8192)
    server = xllamacpp.Server(common_params(ModelFiles(path, ""), settings, "key"))
    print("ready", flush=True)
    for line in sys.stdin:
        messages, tokens = json.loads(line)
        print(json.dumps(_direct_reply(server, messages, tokens)), flush=True)


def _direct_reply(server: Any, messages: Messages, tokens: int) -> dict[str, Any]:
    text: list[str] = []
    times: list[float] = []

    def on_chunk(chunk: dict[str, Any]) -> bool:
        for choice in chunk.get("choices") or ():
            if added := choice["delta"].get("content"):
                text.append(added)
                times.append(time.perf_counter())
        return False

    payload = {
        "messages": messages,
        "n_predict": tokens,
        "stream": True,
        "cache_prompt": True,
        "temperature": 0,
        "seed": 1,
        "top_k": 40,
        "top_p": 0.9,
        "min_p": 0.0,
        "typical_p": 1.0,
        "repeat_penalty": 1.0,
        "repeat_last_n": 64,
    }
    started = time.perf_counter()
    server.handle_chat_completions(payload, on_chunk)
    return _measured("".join(text), started, times)


def _measured(text: str, started: float, times: list[float]) -> dict[str, Any]:
    return {
        "text": text,
        "first": times[0] - started,
        "rate": (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0,
    }


def through_engine(engine: EngineUnderTest, messages: Messages, tokens: int) -> dict[str, Any]:
    """The same as `Direct.ask`, over HTTP."""
    text: list[str] = []
    times: list[float] = []
    body = {"model": STARTER, "messages": messages, "options": {**OPTIONS, "num_predict": tokens}}
    with engine.client() as client:
        client.get("/api/version")
        started = time.perf_counter()
        with client.stream("POST", "/api/chat", json=body) as answer:
            for line in answer.iter_lines():
                if added := json.loads(line)["message"]["content"]:
                    text.append(added)
                    times.append(time.perf_counter())
    return _measured("".join(text), started, times)


def throughput(engine: EngineUnderTest, direct: Direct, rounds: int) -> None:
    rates: dict[str, list[float]] = {"direct": [], "engine": []}
    for _ in range(rounds):
        rates["direct"].append(direct.ask(LONG, 400)["rate"])
        rates["engine"].append(through_engine(engine, LONG, 400)["rate"])
    medians = {name: statistics.median(values) for name, values in rates.items()}
    for name, values in rates.items():
        listed = ", ".join(f"{value:.1f}" for value in values)
        print(f"throughput  {name:7s} median {medians[name]:6.1f} tokens/s  ({listed})")
    print(f"throughput  engine / direct = {medians['engine'] / medians['direct']:.3f}")


def first_tokens(engine: EngineUnderTest, direct: Direct, conversations: int) -> None:
    seen: dict[tuple[str, int], list[float]] = {}
    for number in range(conversations):
        messages: Messages = []
        for turn in range(1, TURNS + 1):
            said = f"Conversation {number}, question {turn}: what happened next, in one sentence?"
            messages.append({"role": "user", "content": said})
            reply = direct.ask(messages, 30)
            seen.setdefault(("direct", turn), []).append(reply["first"])
            ours = through_engine(engine, messages, 30)
            seen.setdefault(("engine", turn), []).append(ours["first"])
            messages.append({"role": "assistant", "content": reply["text"]})
    for turn in SHOWN:
        direct_ms, engine_ms = (
            statistics.median(seen[name, turn]) * 1000 for name in ("direct", "engine")
        )
        ratio = engine_ms / direct_ms
        print(
            f"first token  turn {turn:2d}: direct {direct_ms:5.0f} ms, engine {engine_ms:5.0f} ms,"
            f" ratio {ratio:.2f}"
        )


def memory(home: Path) -> None:
    """A second model: the starter's weights under a header that differs in one letter."""
    path = starter_path()
    assert path is not None
    models = home / "data" / "models"
    models.mkdir(parents=True)
    other = path.read_bytes().replace(b"Hugging Face", b"Hugging Fact", 1)
    (models / "other.gguf").write_bytes(other)
    with EngineUnderTest(home) as engine, engine.client() as client:
        process = psutil.Process(engine.pid)
        after: dict[int, int] = {}
        for number in range(1, 201):
            model = STARTER if number % 2 else "other"
            messages = [{"role": "user", "content": f"Chat {number}: name {number} birds."}]
            body = {"model": model, "messages": messages, "stream": False}
            options = {"num_predict": 8, "num_ctx": 2048}
            client.post("/api/chat", json={**body, "options": options}).raise_for_status()
            if number in (20, 200):
                after[number] = process.memory_info().rss
        loaded = len(client.get("/api/ps").json()["models"])
    small, large = after[20] / 2**20, after[200] / 2**20
    print(
        f"memory  {loaded} models loaded, after 20 chats {small:.0f} MB, after 200 {large:.0f} MB,"
        f" ratio {large / small:.2f}"
    )


def main() -> None:
    conversations = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder:
        direct = Direct()
        try:
            with EngineUnderTest(Path(folder) / "one") as engine:
                through_engine(engine, LONG, 5)
                direct.ask(LONG, 5)
                throughput(engine, direct, 5)
                first_tokens(engine, direct, conversations)
        finally:
            direct.close()
        memory(Path(folder) / "two")


if __name__ == "__main__":
    if "--direct" in sys.argv:
        serve_directly()
    else:
        main()

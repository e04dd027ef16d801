"""A process that loads one model file after another: does one end it? (ENG-01, ENG-02)

As a program it reads lines of JSON, {"kind", "path", "base", "colour"}, and answers each with "ran"
or why not. `Loader` starts one, notices its death and starts another.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from png_files import png

from gui.engine.gguf.reader import read_header
from gui.engine.llama.model import Llama
from gui.engine.llama.options import LoadSettings
from gui.engine.llama.parameters import ModelFiles
from gui.engine.wire import ApiError

LONGEST = 30.0
Colour = tuple[int, int, int]

_MEMORY = 6 * 2**30
_ROOT = Path(__file__).resolve().parent.parent


class Died(Exception):
    """The process ended or hung while it loaded a file; says how."""


class Loader:
    """One loading process after another."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "loader.log"
        self._process: subprocess.Popen[bytes] | None = None

    def load(self, kind: str, path: Path, base: Path, colour: Colour = (255, 0, 0)) -> str:
        """Load `path` as what it is and use it, together with the sound model `base`.

        A projector is shown an image of that colour.
        Returns "ran" or llama.cpp's refusal; raises Died.
        """
        if self._process is None:
            self._process = self._started()
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        job = {"kind": kind, "path": str(path), "base": str(base), "colour": colour}
        with contextlib.suppress(BrokenPipeError):  # it has died: there will be no answer
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            line = process.stdout.readline() if selector.select(LONGEST) else b""
        if line:
            return line.decode().rstrip("\n")
        process.kill()
        code = "hung" if process.wait() == -signal.SIGKILL else process.returncode
        self.close()
        raise Died(f"{code}: {self._log.read_text('utf-8', 'replace')[-1500:]}")

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            assert process.stdin is not None
            assert process.stdout is not None
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            process.stdout.close()

    def _started(self) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.gguf_loader"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=_ROOT,
                env={"PYTHONPATH": f"{_ROOT / 'tests'}", "GGML_NO_BACKTRACE": "1"},
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def run(kind: str, path: Path, base: Path, colour: Colour = (255, 0, 0)) -> str:
    """Load the file in this process and use it once: "ran" and what came of it."""
    files = {
        "projector": lambda: ModelFiles(base, "base", projector=path),
        "adapter": lambda: ModelFiles(base, "base", adapters=(path,)),
    }.get(kind, lambda: ModelFiles(path, str(path)))()
    embedding = kind == "embedding"
    mean = embedding and not read_header(path).number("pooling_type")
    settings = LoadSettings(128, 64, 1, num_gpu=0, embedding=embedding, mean_pooling=mean)
    llama = Llama(files, settings)
    try:
        return _used(llama, kind, colour)
    finally:
        llama.close()


def _used(llama: Llama, kind: str, colour: Colour) -> str:
    texts: list[str] = []

    def receive(chunk: Mapping[str, Any]) -> bool:
        texts.extend(
            choice.get("delta", choice).get("content") or choice.get("text") or ""
            for choice in chunk.get("choices", ())
        )
        return False

    short = {"max_tokens": 8, "temperature": 0, "seed": 1}
    if kind == "embedding":
        (vector,) = llama.embed([llama.tokenize(["hello world"])])
        texts.append(f"{len(vector)} numbers")
    elif kind == "projector":
        image = {"type": "image_url", "image_url": {"url": png(28, 28, colour)}}
        content = [image, {"type": "text", "text": "what is it"}]
        llama.chat({"messages": [{"role": "user", "content": content}], **short}, receive)
    else:
        llama.complete({"prompt": llama.tokenize(["hello 안녕\n"]), **short}, receive)
    return "ran " + "".join(texts).replace("\n", " ")


def _serve() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        try:
            answer = run(job["kind"], Path(job["path"]), Path(job["base"]), tuple(job["colour"]))
        except ApiError as refusal:
            answer = f"refused: {refusal}"
        sys.stdout.write(answer.replace("\n", " ") + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _serve()

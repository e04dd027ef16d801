"""How long the engine takes to list 200 models at its start, and at its second one.

    uv run python tests/benchmarks/models_list.py

The models have the header of the starter (49,000 tokens) in files of their own, which are
sparse: a header is all that a list reads. The baseline is what reading the files' bytes costs.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:1] = [str(TESTS), str(TESTS.parent)]

from gui.engine.gguf.reader import read_header
from gui.engine.store import manifests, names
from gui.engine.store.digests import DigestCache
from gui.engine.store.library import Library
from gui.engine.store.loose import starter_path
from gui.engine.store.manifests import Layer
from gui.engine.store.models import ModelStore

COUNT = 200


def fill(library: Library, starter: Path) -> int:
    """Have the models; the bytes of one header."""
    length = read_header(starter).data_start
    with starter.open("rb") as file:
        head = file.read(length)
    size = starter.stat().st_size
    config = Layer(manifests.CONFIG, library.blobs.add(b"{}"), 2)
    for number in range(COUNT):
        digest = f"sha256:{hashlib.sha256(str(number).encode()).hexdigest()}"
        with library.blobs.path(digest).open("wb") as blob:
            blob.write(head)
            blob.truncate(size)
        manifest = manifests.build(config, (Layer(manifests.MODEL, digest, size),))
        library.commit(names.parse(f"m{number}"), manifest)
    return length


def seconds(folder: Path) -> tuple[float, float]:
    """A new store lists its models, and again."""
    store = ModelStore(Library(folder), DigestCache(folder / "digests.json"), None)
    began = time.perf_counter()
    assert len(store.models()) == COUNT
    once = time.perf_counter()
    store.models()
    return once - began, time.perf_counter() - once


def main() -> None:
    starter = starter_path()
    assert starter is not None, "the starter model is not installed"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library = Library(folder)
        length = fill(library, starter)
        began = time.perf_counter()
        for path in library.layout.blobs.iterdir():
            with path.open("rb") as file:
                file.read(length)
        plain = time.perf_counter() - began
        first, again = seconds(folder)
        second, _ = seconds(folder)
    print(f"reading the bytes of {COUNT} headers of {length / 1e6:.1f} MB: {plain:.2f} s")
    print(f"the first start lists {COUNT} models in {first:.2f} s, then in {again:.3f} s")
    print(f"the second start lists them in {second:.2f} s")


if __name__ == "__main__":
    main()

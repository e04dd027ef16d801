"""ENG-02: whatever is done to a model file, the reader answers and llama.cpp's process lives.

Mutants that the reader takes for sound are loaded and used in a process of their own; its
death is a failure that names the mutant. Each is made again by `mutant(file, "kind:number")`.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from engine_process import STARTER, EngineUnderTest
from gguf_files import write
from gguf_loader import Died, Loader
from gguf_mutants import mutant, taken_apart

from gui.engine.gguf.kinds import kind_of
from gui.engine.gguf.reader import DamagedModel, GgufHeader, read_header

MUTANTS = 5_000 if os.environ.get("ONDOL_NIGHTLY") else 500
WORKERS = 4
OVER_THE_WIRE = 60

pytestmark = pytest.mark.timeout(0 if MUTANTS > 500 else 120)


def _read(path: Path, name: str) -> GgufHeader | None:
    before = time.process_time()
    try:
        return read_header(path)
    except DamagedModel:
        return None
    finally:
        assert time.process_time() - before < 2, name


@pytest.mark.parametrize("worker", range(WORKERS))
def test_eng_02_no_damaged_file_ends_the_process(
    worker: int, tiny: dict[str, Path], tmp_path: Path
) -> None:
    kinds = {kind: kind_of(read_header(path)) for kind, path in tiny.items()}
    files = {kind: taken_apart(path) for kind, path in tiny.items()}
    dead, ran = [], 0
    with Loader(tmp_path) as loader:
        for number in range(worker, MUTANTS, WORKERS):
            # The worker's number is not that of a kind: each has all of them.
            kind = list(tiny)[number // WORKERS % len(tiny)]
            name = f"{kind}:{number}"
            path = write(tmp_path / "mutant.gguf", mutant(files[kind], name))
            header = _read(path, name)
            if header is None:
                continue
            used_as = kind if kind_of(header) == kinds[kind] else "model"
            try:
                ran += loader.load(used_as, path, tiny["model"]).startswith("ran")
            except Died as death:
                dead.append(f"{name} {death}")
    assert not dead, "\n\n".join(dead)
    assert ran > MUTANTS / WORKERS / 20, "hardly a mutant ran: nothing was tried"


def test_eng_02_the_engine_outlives_damaged_files(tiny: dict[str, Path], tmp_path: Path) -> None:
    """Put into the models folder and asked for, one after the other."""
    models = tmp_path / "data" / "models"
    models.mkdir(parents=True)
    file = taken_apart(tiny["model"])
    for number in range(OVER_THE_WIRE):
        write(models / f"mutant{number}.gguf", mutant(file, f"wire:{number}"))
    with EngineUnderTest(tmp_path) as engine, engine.client() as http:
        answers = []
        for number in range(OVER_THE_WIRE):
            body = {"model": f"mutant{number}", "prompt": "ab", "stream": False, "raw": True}
            answer = http.post("/api/generate", json={**body, "options": {"num_predict": 2}})
            answers.append(answer.status_code)
            assert list(answer.json()) == ["error"] or answer.json()["done"]
            assert engine.alive, f"wire:{number}"
        assert set(answers) <= {200, 400, 500}
        assert answers.count(200) > 3
        assert answers.count(500) > 3
        body = {"model": STARTER, "prompt": "Hi", "stream": False, "options": {"num_predict": 2}}
        assert http.post("/api/generate", json=body).json()["done"]
        assert engine.alive

"""Whether a model fits: the rule at its edges, and what this machine says of itself."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from pathlib import Path

import psutil
import pytest

from gui.models import fit
from gui.models.fit import Machine, estimate, measure, needed_bytes, parameter_count
from gui.records import Fit, ServerKind

GIB = 2**30
LAPTOP = Machine(16 * GIB, 12 * GIB)
GAMING = Machine(32 * GIB, 24 * GIB, video_memory=12 * GIB)
MAC = Machine(32 * GIB, 20 * GIB, is_shared=True)


@pytest.mark.parametrize(
    ("machine", "size", "expected"),
    [
        (LAPTOP, 2 * GIB, Fit.FITS),
        (LAPTOP, 7 * GIB, Fit.FITS),
        (LAPTOP, 9 * GIB, Fit.SLOW),
        (LAPTOP, 12.5 * GIB, Fit.SLOW),
        (LAPTOP, 15 * GIB, Fit.WILL_NOT_FIT),
        (LAPTOP, 43 * GIB, Fit.WILL_NOT_FIT),
        (GAMING, 5 * GIB, Fit.FITS),
        (GAMING, 11 * GIB, Fit.FITS),
        (GAMING, 20 * GIB, Fit.SLOW),
        (GAMING, 37 * GIB, Fit.SLOW),
        (GAMING, 43 * GIB, Fit.WILL_NOT_FIT),
        (MAC, 20 * GIB, Fit.FITS),
        (MAC, 25 * GIB, Fit.SLOW),
        (MAC, 30 * GIB, Fit.WILL_NOT_FIT),
        (Machine(4 * GIB, 3 * GIB), 2 * GIB, Fit.FITS),
        (Machine(4 * GIB, 1 * GIB), 2 * GIB, Fit.SLOW),
    ],
)
def test_the_rule(machine: Machine, size: float, expected: Fit) -> None:
    judged = estimate(int(size), machine=machine)
    assert judged.fit is expected, judged.sentence
    assert judged.memory == machine.memory
    assert judged.needed > size
    assert re.search(r"[0-9]+\.[0-9] GB", judged.sentence)


def test_a_larger_model_never_fits_better() -> None:
    order = [Fit.FITS, Fit.SLOW, Fit.WILL_NOT_FIT]
    for machine in (LAPTOP, GAMING, MAC):
        ranks = [
            order.index(estimate(size * GIB // 4, machine=machine).fit) for size in range(1, 300)
        ]
        assert ranks == sorted(ranks)


def test_the_numbers_are_in_the_sentence() -> None:
    judged = estimate(43_000_000_000, 70.6e9, 8192, machine=LAPTOP)
    assert judged.sentence == "Needs about 46.4 GB; this machine has 17.2 GB."
    tight = estimate(12 * GIB, 14e9, machine=Machine(16 * GIB, 4 * GIB))
    assert tight.fit is Fit.SLOW
    assert "only 4.3 GB of 17.2 GB are free" in tight.sentence


def test_the_built_in_engine_does_not_count_the_graphics_card() -> None:
    with_card = estimate(11 * GIB, machine=GAMING, server=ServerKind.OLLAMA)
    without = estimate(11 * GIB, machine=GAMING, server=ServerKind.BUILT_IN)
    assert (with_card.fit, without.fit) == (Fit.FITS, Fit.SLOW)
    assert (with_card.video_memory, without.video_memory) == (12 * GIB, 0)


@pytest.mark.parametrize(("size", "machine"), [(0, LAPTOP), (GIB, None), (GIB, Machine(0, 0))])
def test_what_is_not_known(size: int, machine: Machine | None) -> None:
    judged = estimate(size, machine=machine)
    assert judged.fit is Fit.UNKNOWN
    assert judged.sentence


@pytest.mark.parametrize(
    ("parameters", "per_token"), [(1.24e9, 32), (3.2e9, 112), (8.03e9, 128), (70.6e9, 320)]
)
def test_the_cache_is_about_that_of_llama_cpp(parameters: float, per_token: int) -> None:
    cache = needed_bytes(GIB, parameters, 8192) - needed_bytes(GIB, parameters, 0)
    assert 0.6 < cache / (8192 * per_token * 1024) < 1.7


@pytest.mark.parametrize(
    ("text", "count"),
    [("8.0B", 8e9), ("134.52M", 134.52e6), ("", 0), ("many", 0), ("B", 0), ("1.2t", 1.2e12)],
)
def test_parameters_in_words(text: str, count: float) -> None:
    assert parameter_count(text) == pytest.approx(count)


def test_this_machine() -> None:
    machine = asyncio.run(measure())
    assert machine.memory == psutil.virtual_memory().total
    assert 0 < machine.free_memory <= machine.memory
    assert machine.video_memory >= 0


def _tool(folder: Path, script: str) -> None:
    file = folder / "nvidia-smi"
    file.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for the tool")
@pytest.mark.parametrize(
    ("script", "size"),
    [
        ("echo 24564; echo 8192", (24564 + 8192) * 2**20),
        ("echo '[N/A]'", 0),
        ("exit 9", 0),
        ("sleep 60", 0),
        ("printf '\\377\\376'", 0),
    ],
)
def test_nvidia_cards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, size: int
) -> None:
    _tool(tmp_path, f"PATH=/usr/bin:/bin\n{script.replace('sleep', 'exec sleep')}")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(fit, "_ASK_SECONDS", 0.5)
    assert fit._nvidia_memory() == size


def test_no_nvidia_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fit._nvidia_memory() == 0


def test_amd_cards(tmp_path: Path) -> None:
    for card, content in (("card0", "17163091968\n"), ("card1", "x"), ("card2", "")):
        file = tmp_path / card / "device" / "mem_info_vram_total"
        file.parent.mkdir(parents=True)
        file.write_text(content, "ascii")
    assert fit._amd_memory(tmp_path) == 17163091968
    assert fit._amd_memory(tmp_path / "none") == 0

"""MOD-07: what a former pull left is gone on with, and never believed; disks that are full."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engine.registry.conftest import Home
from engine.registry.registry_process import IN_FLIGHT, RegistryProcess, layer, manifest

from gui.engine.registry import parts
from gui.engine.registry.faults import NoSpace
from gui.engine.store import names
from gui.engine.store.manifests import MODEL

BIG = random.Random(1).randbytes(40 * 2**20)


def test_ollama_s_own_partial_files_are_gone_on_with(registry: RegistryProcess, home: Home) -> None:
    weights, *_ = registry.add_model("library/theirs:1b", BIG)
    layout, half = home.library.layout, len(BIG) // 2
    layout.blobs.mkdir(parents=True)
    layout.partial(weights).write_bytes(BIG[:half] + bytes(len(BIG) - half))
    for number, (offset, size, done) in enumerate([(0, half, half), (half, len(BIG) - half, 0)]):
        note = {"N": number, "Offset": offset, "Size": size, "Completed": done}
        layout.part(weights, number).write_text(json.dumps(note) + "\n")
    home.pull(f"{registry.host}/library/theirs:1b")
    assert registry.served <= len(BIG) - half + IN_FLIGHT
    home.check()


@pytest.mark.parametrize(
    "notes",
    [
        [b""],
        [b"{"],
        [b"[1]"],
        [b'{"N":0,"Offset":0,"Size":5,"Completed":9}'],
        [b'{"N":0,"Offset":0,"Size":41943040,"Completed":41943040}'] * 2,
        [b'{"N":0,"Offset":8,"Size":41943032,"Completed":0}'],
        [b'{"N":0,"Offset":0,"Size":true,"Completed":0}'],
    ],
)
def test_damaged_notes_of_a_download_are_not_believed(
    registry: RegistryProcess, home: Home, notes: list[bytes]
) -> None:
    weights, *_ = registry.add_model("library/torn:1b", BIG)
    home.library.layout.blobs.mkdir(parents=True)
    home.library.layout.partial(weights).write_bytes(bytes(len(BIG)))
    for number, note in enumerate(notes):
        home.library.layout.part(weights, number).write_bytes(note)
    home.pull(f"{registry.host}/library/torn:1b")
    assert home.partials() == []
    home.check()


def test_mod_05_wrong_bytes_of_an_earlier_run_are_found_out(
    registry: RegistryProcess, home: Home
) -> None:
    weights, *_ = registry.add_model("library/rot:1b", BIG)
    layout = home.library.layout
    layout.blobs.mkdir(parents=True)
    layout.partial(weights).write_bytes(bytes(len(BIG)))
    note = {"N": 0, "Offset": 0, "Size": len(BIG), "Completed": 4096}
    layout.part(weights, 0).write_text(json.dumps(note))
    problem = home.refused(f"{registry.host}/library/rot:1b")
    assert problem.startswith("digest mismatch, file must be downloaded again: want sha256:")
    assert weights not in home.blobs()
    assert not layout.partial(weights).exists()
    home.pull(f"{registry.host}/library/rot:1b")
    home.check()


def test_a_blob_of_the_wrong_size_is_brought_again(registry: RegistryProcess, home: Home) -> None:
    weights, *_ = registry.add_model("library/short:1b", b"long enough")
    home.library.layout.blobs.mkdir(parents=True)
    home.library.blobs.path(weights).write_bytes(b"short")
    home.pull(f"{registry.host}/library/short:1b")
    home.check()


def test_a_blob_that_vanishes_before_the_name_is_given_is_brought_again(
    registry: RegistryProcess, home: Home
) -> None:
    weights, *_ = registry.add_model("library/gone:1b", b"fleeting")

    async def pull() -> list[dict[str, Any]]:
        lines = []
        async for line in home.registries.pull(
            names.parse(f"{registry.host}/library/gone:1b"), insecure=True
        ):
            if line["status"] == "writing manifest" and line not in lines:
                home.library.blobs.remove(weights)
            lines.append(line)
        return lines

    lines = asyncio.run(pull())
    assert [line["status"] for line in lines].count("writing manifest") == 2
    home.check()


def test_mod_07_too_little_space_is_told_before_anything_comes(
    registry: RegistryProcess, home: Home
) -> None:
    digest = registry.add_blob(b"small")
    registry.add_manifest("library/huge:1b", manifest({}, layer(MODEL, digest, 10 * 2**40)))
    problem = home.refused(f"{registry.host}/library/huge:1b")
    assert "no space left on device: the model needs 10995116277760 bytes more, " in problem
    assert registry.served == 0
    assert home.partials() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 60 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_mod_07_a_disk_that_fills_up_ends_the_pull_and_keeps_what_came(
    registry: RegistryProcess, small_disk: Path
) -> None:
    home = Home(small_disk)
    weights, *_ = registry.add_model("library/full:1b", BIG)
    registry.faults(rate=40 * 2**20)
    filler = small_disk / "filler"

    async def pull() -> None:
        name = names.parse(f"{registry.host}/library/full:1b")
        async for line in home.registries.pull(name, insecure=True):
            if line.get("completed", 0) > 2**20 and not filler.exists():
                with contextlib.suppress(OSError):
                    filler.write_bytes(bytes(60 * 2**20))

    with pytest.raises(NoSpace) as problem:
        asyncio.run(pull())
    assert str(problem.value) == f"write {weights}: no space left on device"
    assert home.listed() == []
    kept = parts.bytes_at_hand(home.library.layout, weights, len(BIG))
    assert kept > 0
    filler.unlink()
    registry.faults()
    home.pull(f"{registry.host}/library/full:1b")
    assert registry.served <= len(BIG) - kept + IN_FLIGHT
    home.check()


def test_who_leaves_while_bytes_are_written_writes_them_once(
    registry: RegistryProcess, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow disk: what is noted as safe is what the registry sent, byte for byte."""
    weights, *_ = registry.add_model("library/slow:1b", BIG)
    begun = threading.Event()
    write = parts.PartialBlob.write

    def slowly(self: parts.PartialBlob, part: parts.Part, pieces: Iterable[bytes]) -> None:
        begun.set()
        time.sleep(0.2)
        write(self, part, pieces)

    async def leave() -> None:
        pulling = asyncio.create_task(home.pulling(f"{registry.host}/library/slow:1b"))
        await asyncio.to_thread(begun.wait)
        pulling.cancel()
        await asyncio.wait((pulling,))
        await asyncio.sleep(1)  # the download, which others might share, ends by itself

    with monkeypatch.context() as patch:
        patch.setattr(parts.PartialBlob, "write", slowly)
        asyncio.run(leave())
    layout = home.library.layout
    kept = layout.partial(weights).read_bytes()
    notes = [json.loads(p.read_bytes()) for p in layout.blobs.glob("*-partial-*")]
    assert sum(note["Completed"] for note in notes) > 0
    for note in notes:
        start, end = note["Offset"], note["Offset"] + note["Completed"]
        assert kept[start:end] == BIG[start:end]
    home.pull(f"{registry.host}/library/slow:1b")
    home.check()

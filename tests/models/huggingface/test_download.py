"""Downloads: whole, broken off, damaged, refused."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from models.huggingface.conftest import HubUnderTest, first_choice, weights

from gui import paths
from gui.errors import (
    DownloadDamaged,
    DownloadUnwritable,
    HubError,
    HubFileNotFound,
    HubGarbled,
    HubGated,
    HubRepoNotFound,
    HubUnreachable,
    ModelBusy,
    NoRoom,
)
from gui.models.huggingface import fetching, places
from gui.models.huggingface.hub import Hub, no_token
from gui.records import HubFile, HubPart, HubPhase, HubProgress

SIZE = 3_000_001
CHILD = Path(__file__).with_name("download_child.py")


async def fetch(hub: Hub, repo: str = "u/m") -> list[HubProgress]:
    listing, file = await first_choice(hub, repo)
    return [step async for step in hub.download(repo, listing.revision, file)]


def files_below(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_file_lands_in_our_folder_with_progress(served: HubUnderTest, hub: Hub) -> None:
    data = weights(SIZE)
    served.add("u/m", {"sub/m-Q4_0.gguf": data})
    served.fail(pause=0.01)
    steps = asyncio.run(fetch(hub))
    last = steps[-1]
    assert last.phase is HubPhase.DONE
    assert (last.completed, last.total, last.moved) == (SIZE, SIZE, SIZE)
    assert last.paths == (str(paths.downloads() / "u/m/sub/m-Q4_0.gguf"),)
    assert Path(last.paths[0]).read_bytes() == data
    assert files_below(paths.downloads()) == ["u/m/sub/m-Q4_0.gguf"]
    completed = [step.completed for step in steps]
    assert len(completed) > 3
    assert completed == sorted(completed)
    assert Path(last.paths[0]).stat().st_mode & 0o077 == 0


def test_all_parts_of_a_split_file_come(served: HubUnderTest, hub: Hub) -> None:
    parts = {f"m-0000{n}-of-00003.gguf": weights(70_000 + n, n) for n in (1, 2, 3)}
    served.add("u/m", parts)
    last = asyncio.run(fetch(hub))[-1]
    assert [Path(path).read_bytes() for path in last.paths] == list(parts.values())
    assert last.total == sum(map(len, parts.values()))


def test_a_small_file_outside_lfs_is_proved_by_gits_own_hash(
    served: HubUnderTest, hub: Hub
) -> None:
    served.add("u/m", {"m.gguf": weights(5000)})
    served.repos["u/m"]["files"]["m.gguf"]["lfs"] = False
    served._save()
    assert asyncio.run(fetch(hub))[-1].phase is HubPhase.DONE
    asyncio.run(hub.forget("u/m", asyncio.run(hub.files("u/m")).files))
    served.fail(corrupt=True)
    with pytest.raises(DownloadDamaged):
        asyncio.run(fetch(hub))


def test_what_is_here_and_right_is_not_fetched_again(served: HubUnderTest, hub: Hub) -> None:
    served.add("u/m", {"m.gguf": weights(SIZE)})
    asyncio.run(fetch(hub))
    served.fail()
    last = asyncio.run(fetch(hub))[-1]
    assert (last.completed, last.moved) == (SIZE, 0)
    assert served.stats()["served"] == 0


def test_what_is_here_and_wrong_is(served: HubUnderTest, hub: Hub) -> None:
    data = weights(SIZE)
    served.add("u/m", {"m.gguf": data})
    (path,) = asyncio.run(fetch(hub))[-1].paths
    Path(path).write_bytes(b"?" * SIZE)
    asyncio.run(fetch(hub))
    assert Path(path).read_bytes() == data


def test_mod_07_a_cut_line_is_gone_on_from_where_it_was(served: HubUnderTest, hub: Hub) -> None:
    data = weights(SIZE)
    served.add("u/m", {"m.gguf": data})
    served.fail(cuts=[2_000_000])
    with pytest.raises(HubUnreachable):
        asyncio.run(fetch(hub))
    (partial,) = files_below(paths.downloads())
    assert partial.endswith(".incomplete")
    kept = (paths.downloads() / partial).stat().st_size
    assert kept > 1_500_000
    steps = asyncio.run(fetch(hub))
    assert steps[-1].moved == SIZE - kept
    assert Path(steps[-1].paths[0]).read_bytes() == data
    ranges = [asked["headers"].get("range") for asked in served.requests("storage")]
    assert ranges == [None, f"bytes={kept}-"]


def test_closing_keeps_the_part_and_stops_at_once(served: HubUnderTest, hub: Hub) -> None:
    served.add("u/m", {"m.gguf": weights(SIZE)})
    served.fail(pause=0.05)

    async def begin_and_close() -> tuple[float, int]:
        listing, file = await first_choice(hub, "u/m")
        async with aclosing(hub.download("u/m", listing.revision, file)) as steps:
            async for step in steps:
                if step.moved:
                    break
            begun = time.monotonic()
        took = time.monotonic() - begun
        before = hub.here("u/m", file)
        await asyncio.sleep(0.3)
        assert hub.here("u/m", file) == before, "the thread wrote on"
        return took, before

    took, kept = asyncio.run(begin_and_close())
    assert took < 1.0
    assert 0 < kept < SIZE
    served.fail()
    assert asyncio.run(fetch(hub))[-1].moved == SIZE - kept


def test_a_stalled_download_can_be_gone_on_with_at_once(served: HubUnderTest, hub: Hub) -> None:
    """The old thread still waits for the network while the new one writes."""
    data = weights(SIZE)
    served.add("u/m", {"m.gguf": data})

    async def scenario() -> HubProgress:
        listing, file = await first_choice(hub, "u/m")
        served.fail(pause=3.0)
        async with aclosing(hub.download("u/m", listing.revision, file)) as steps:
            await anext(steps)
            await anext(steps)
        served.fail()
        return [step async for step in hub.download("u/m", listing.revision, file)][-1]

    assert Path(asyncio.run(scenario()).paths[0]).read_bytes() == data


def test_mod_09_the_same_file_is_not_downloaded_twice_at_once(
    served: HubUnderTest, hub: Hub
) -> None:
    served.add("u/m", {"m.gguf": weights(SIZE)})
    served.fail(pause=0.05)

    async def twice() -> None:
        listing, file = await first_choice(hub, "u/m")
        async with aclosing(hub.download("u/m", listing.revision, file)) as steps:
            await anext(steps)
            with pytest.raises(ModelBusy):
                await anext(hub.download("u/m", listing.revision, file))

    asyncio.run(twice())


@pytest.mark.parametrize("round_", range(3))
def test_mod_07_a_killed_app_goes_on_to_the_right_checksum(
    served: HubUnderTest, hub: Hub, round_: int
) -> None:
    data = weights(SIZE, seed=round_)
    served.add("u/m", {"m.gguf": data})
    served.fail(pause=0.02)
    environment = {**os.environ, "HF_ENDPOINT": served.urls["hub"]}
    child = subprocess.Popen(
        [sys.executable, str(CHILD), "u/m"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=Path(__file__).parents[3],
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(b"\n")
    child.stdin.flush()
    for line in child.stdout:
        if line.split()[0] == b"downloading" and int(line.split()[1]) > 400_000 * (round_ + 1):
            break
    child.send_signal(signal.SIGKILL)
    child.communicate()
    (partial,) = files_below(paths.downloads())
    assert partial.endswith(".incomplete")
    served.fail()
    last = asyncio.run(fetch(hub))[-1]
    assert 0 < last.moved < SIZE
    assert (
        hashlib.sha256(Path(last.paths[0]).read_bytes()).digest() == hashlib.sha256(data).digest()
    )


@pytest.mark.parametrize(
    ("faults", "error", "kept"),
    [
        ({"corrupt": True}, DownloadDamaged, False),
        ({"surplus": 7}, HubGarbled, False),
        ({"give_headers": {"Content-Encoding": "gzip"}}, HubGarbled, False),
        ({"resolve_headers": {"X-Linked-Etag": '"' + "0" * 64 + '"'}}, HubGarbled, False),
        ({"storage_statuses": [403]}, HubUnreachable, False),
        ({"answers": [{"status": 404, "headers": {"X-Error-Code": "EntryNotFound"}}]},
         HubFileNotFound, False),
    ],
)  # fmt: skip
def test_mod_05_what_is_wrong_never_gets_its_name(
    served: HubUnderTest, hub: Hub, faults: dict[str, object], error: type[HubError], kept: bool
) -> None:
    served.add("u/m", {"m.gguf": weights(SIZE)})

    async def scenario() -> None:
        listing, file = await first_choice(hub, "u/m")
        served.fail(**faults)
        async for _ in hub.download("u/m", listing.revision, file):
            pass

    with pytest.raises(error):
        asyncio.run(scenario())
    assert not (paths.downloads() / "u/m/m.gguf").exists()
    served.fail()
    last = asyncio.run(fetch(hub))[-1]
    assert Path(last.paths[0]).stat().st_size == SIZE


@pytest.mark.parametrize("faults", [{"ignore_range": True}, {"shift_range": -5}])
def test_mod_05_another_range_than_was_asked_for(
    served: HubUnderTest, hub: Hub, faults: dict[str, object]
) -> None:
    data = weights(SIZE)
    served.add("u/m", {"m.gguf": data})
    served.fail(cuts=[2_000_000])
    with pytest.raises(HubUnreachable):
        asyncio.run(fetch(hub))
    served.fail(**faults)
    if "ignore_range" in faults:
        assert asyncio.run(fetch(hub))[-1].moved == SIZE
    else:
        with pytest.raises(HubGarbled):
            asyncio.run(fetch(hub))
        served.fail()
        assert asyncio.run(fetch(hub))[-1].moved < SIZE
    assert (paths.downloads() / "u/m/m.gguf").read_bytes() == data


def test_another_version_does_not_go_on_in_the_old_part(served: HubUnderTest, hub: Hub) -> None:
    served.add("u/m", {"m.gguf": weights(SIZE, 1)})
    served.fail(cuts=[2_000_000])
    with pytest.raises(HubUnreachable):
        asyncio.run(fetch(hub))
    new = weights(SIZE, 2)
    served.add("u/m", {"m.gguf": new})
    assert asyncio.run(fetch(hub))[-1].moved == SIZE
    assert (paths.downloads() / "u/m/m.gguf").read_bytes() == new


def test_mod_07_too_little_space_is_said_before_with_the_numbers(
    served: HubUnderTest, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.add("u/m", {"m.gguf": weights(SIZE)})
    listing = asyncio.run(hub.files("u/m"))
    served.fail()
    monkeypatch.setattr(places, "free_at", lambda path: 2_500_000)
    with pytest.raises(NoRoom, match=r"3\.0 MB more.*2\.5 MB are free") as caught:
        asyncio.run(anext_of_all(hub, listing.files[0]))
    assert (caught.value.needed, caught.value.free) == (SIZE, 2_500_000)
    assert not served.requests()


async def anext_of_all(hub: Hub, file: HubFile) -> None:
    async for _ in hub.download("u/m", "main", file):
        pass


class FullDisk:
    """A file on a disk that takes a megabyte more."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.room = 2**20

    def write(self, piece: bytes) -> int:
        self.room -= len(piece)
        if self.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.file.write(piece)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def test_mod_07_a_disk_that_fills_up_keeps_what_came(
    served: HubUnderTest, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.add("u/m", {"m.gguf": weights(SIZE)})
    opened = fetching._opened

    @contextmanager
    def on_full_disk(partial: Path, part: HubPart) -> Iterator[FullDisk]:
        with opened(partial, part) as file:
            yield FullDisk(file)

    with monkeypatch.context() as patched:
        patched.setattr(fetching, "_opened", on_full_disk)
        with pytest.raises(NoRoom, match=r"m\.gguf needs 2\..* more"):
            asyncio.run(fetch(hub))
    last = asyncio.run(fetch(hub))[-1]
    assert SIZE - 2**20 <= last.moved < SIZE


def test_a_folder_that_refuses(served: HubUnderTest, hub: Hub) -> None:
    served.add("u/m", {"m.gguf": weights(5000)})
    (paths.downloads() / "u").write_text("a file is in the way")
    with pytest.raises(DownloadUnwritable, match=r"m\.gguf could not be written"):
        asyncio.run(fetch(hub))


def test_a_gated_file_is_explained_and_comes_after_consent(
    served: HubUnderTest, hub: Hub, known_hub: Hub
) -> None:
    served.add("u/m", {"m.gguf": weights(5000)}, gated="manual")
    with pytest.raises(HubGated) as caught:
        asyncio.run(fetch(hub))
    assert (caught.value.link, caught.value.has_token) == (f"{served.urls['hub']}/u/m", False)
    with pytest.raises(HubGated) as caught:
        asyncio.run(fetch(known_hub))
    assert caught.value.has_token
    served.add("u/m", {"m.gguf": weights(5000)}, gated="manual", agreed=True)
    assert asyncio.run(fetch(known_hub))[-1].phase is HubPhase.DONE


def test_forget_deletes_parts_and_empty_folders(served: HubUnderTest, hub: Hub) -> None:
    served.add("u/m", {"sub/m.gguf": weights(SIZE), "n.gguf": weights(SIZE + 1)})
    served.fail(cuts=[1_000_000])

    async def scenario() -> None:
        listing = await hub.files("u/m")
        one, two = listing.files
        with pytest.raises(HubUnreachable):
            async for _ in hub.download("u/m", listing.revision, one):
                pass
        async for _ in hub.download("u/m", listing.revision, two):
            pass
        await hub.forget("u/m", (one,))
        assert files_below(paths.downloads()) == ["u/m/n.gguf"]
        await hub.forget("u/m", listing.files)

    asyncio.run(scenario())
    assert not list(paths.downloads().iterdir())


@pytest.mark.parametrize("repo", ["../../x", "u", "u/../m", "/etc/passwd", "C:/x", "hf.co/u/m"])
def test_mod_10_a_repository_never_leads_out_of_the_folder(repo: str) -> None:
    hub = Hub("http://127.0.0.1:9", no_token)
    with pytest.raises(HubRepoNotFound):
        hub.folder_of(repo)
    with pytest.raises(HubRepoNotFound):
        asyncio.run(hub.files(repo))

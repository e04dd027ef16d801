"""What a pull says and leaves behind when the registry does as it should."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from engine.registry.conftest import Home
from engine.registry.registry_process import IN_FLIGHT, RegistryProcess, layer, manifest

from gui.engine.registry import parts
from gui.engine.store import names
from gui.engine.store.manifests import CONFIG, MODEL

BIG = random.Random(1).randbytes(40 * 2**20)


def statuses(lines: list[dict[str, Any]]) -> list[str]:
    """The statuses, repetitions left out."""
    found = [line["status"] for line in lines]
    return [s for s, before in zip(found, ["", *found], strict=False) if s != before]


def test_a_pull_says_what_ollama_says_in_the_same_order(
    registry: RegistryProcess, home: Home
) -> None:
    weights, notice, config = registry.add_model("library/m:1b", b"w" * 5000)
    lines = home.pull(f"{registry.host}/library/m:1b")
    assert statuses(lines) == [
        "pulling manifest",
        f"pulling {weights[7:19]}",
        f"pulling {notice[7:19]}",
        f"pulling {config[7:19]}",
        "verifying sha256 digest",
        "writing manifest",
        "success",
    ]
    of_weights = [line for line in lines if line.get("digest") == weights]
    assert of_weights[0] == {
        "status": f"pulling {weights[7:19]}",
        "digest": weights,
        "total": 5000,
    } or of_weights == [of_weights[-1]]
    assert of_weights[-1]["completed"] == of_weights[-1]["total"] == 5000
    stored = home.library.manifests.read(names.parse(f"{registry.host}/library/m:1b"))
    assert stored is not None
    assert stored.raw == (registry.folder / "manifests/library/m/1b").read_bytes()
    home.check()


def test_a_second_pull_is_quick_and_asks_for_no_blob(registry: RegistryProcess, home: Home) -> None:
    registry.add_model("library/again:1b", b"again" * 1000)
    home.pull(f"{registry.host}/library/again:1b")
    registry.faults()
    lines = home.pull(f"{registry.host}/library/again:1b")
    assert [request["path"] for request in registry.requests] == ["/v2/library/again/manifests/1b"]
    assert [line["completed"] for line in lines if "digest" in line] == [
        line["total"] for line in lines if "digest" in line
    ]
    assert statuses(lines)[-2:] == ["writing manifest", "success"]


def test_a_replaced_model_drops_what_only_it_used(registry: RegistryProcess, home: Home) -> None:
    old, shared, _ = registry.add_model("library/new:1b", b"old weights")
    home.pull(f"{registry.host}/library/new:1b")
    registry.add_model("library/new:1b", b"new weights")
    lines = home.pull(f"{registry.host}/library/new:1b")
    assert statuses(lines)[-3:] == ["writing manifest", "removing unused layers", "success"]
    assert old not in home.blobs()
    assert shared in home.blobs()


@pytest.mark.parametrize("is_redirected", [False, True])
def test_a_large_blob_comes_in_parts(
    registry: RegistryProcess, home: Home, is_redirected: bool
) -> None:
    weights, *_ = registry.add_model("library/big:1b", BIG)
    if is_redirected:
        registry.faults(location="CDN")
    home.pull(f"{registry.host}/library/big:1b")
    assert home.library.blobs.path(weights).read_bytes() == BIG
    ranges = {
        request["headers"].get("range")
        for request in registry.requests
        if weights in request["path"]
        and request["role"] == ("cdn" if is_redirected else "registry")
    }
    step = parts.SMALLEST_PART
    assert ranges >= {f"bytes=0-{step - 1}", f"bytes={2 * step}-{len(BIG) - 1}"}
    assert home.partials() == []
    home.check()


def test_a_registry_without_ranges_works(registry: RegistryProcess, home: Home) -> None:
    registry.add_model("library/whole:1b", BIG)
    registry.faults(ranges=False)
    home.pull(f"{registry.host}/library/whole:1b")
    home.check()


def test_an_empty_blob_and_a_model_without_config(registry: RegistryProcess, home: Home) -> None:
    digests = [registry.add_blob(b""), registry.add_blob(b"some")]
    registry.add_manifest(
        "library/empty:1b",
        {"layers": [layer(MODEL, digests[1], 4), layer("text/plain", digests[0], 0)]},
    )
    home.pull(f"{registry.host}/library/empty:1b")
    assert home.blobs() == set(digests)
    home.check()


def test_mod_09_two_pulls_of_one_model_share_the_download(
    registry: RegistryProcess, home: Home
) -> None:
    registry.add_model("library/both:1b", BIG)
    registry.faults(rate=40 * 2**20)

    async def both() -> list[list[dict[str, Any]]]:
        name = f"{registry.host}/library/both:1b"
        return await asyncio.gather(home.pulling(name), home.pulling(name))

    lines = asyncio.run(both())
    assert [each[-1]["status"] for each in lines] == ["success", "success"]
    assert registry.served < len(BIG) + 2**20
    home.check()


def test_mod_09_pulls_from_two_registries_do_not_write_one_file_at_once(
    registry: RegistryProcess, home: Home
) -> None:
    """The first is wrong; the second, which waited for it, brings the blob all the same."""
    weights, *_ = registry.add_model("library/two:1b", BIG)
    registry.add_model("other/two:1b", BIG)
    registry.faults(wrong=[f"/library/two/blobs/{weights}"], rate=200 * 2**20)

    async def both() -> Any:
        bad = asyncio.create_task(home.pulling(f"{registry.host}/library/two:1b"))
        await asyncio.sleep(0.2)
        good = asyncio.create_task(home.pulling(f"{registry.host}/other/two:1b"))
        await asyncio.wait((bad, good))
        return bad, good

    bad, good = asyncio.run(both())
    assert "digest mismatch, file must be downloaded again: want " in str(bad.exception())
    assert good.result()[-1] == {"status": "success"}
    home.check()


def test_mod_09_the_download_stops_when_the_last_watcher_leaves(
    registry: RegistryProcess, home: Home
) -> None:
    registry.add_model("library/left:1b", BIG)
    registry.faults(rate=10 * 2**20)
    name = names.parse(f"{registry.host}/library/left:1b")

    async def first_lines(count: int) -> None:
        pulled = home.registries.pull(name, insecure=True)
        async for line in pulled:
            count -= line.get("completed", 0) > 0
            if count <= 0:
                break
        await pulled.aclose()

    async def leave() -> None:
        await asyncio.gather(first_lines(1), first_lines(4))

    asyncio.run(leave())
    served = registry.served
    assert 0 < served < len(BIG)
    assert home.listed() == []
    kept = sum(
        json.loads(path.read_bytes())["Completed"]
        for path in home.library.layout.blobs.glob("*-partial-*")
    )
    assert kept > 0
    registry.faults()
    home.pull(str(name.full))
    assert registry.served <= len(BIG) - kept + IN_FLIGHT
    home.check()


def test_mod_09_delete_during_a_pull_takes_nothing_that_is_needed(
    registry: RegistryProcess, home: Home
) -> None:
    registry.add_model("library/del:1b", BIG[: 2**20])
    name = names.parse(f"{registry.host}/library/del:1b")
    rng = random.Random(7)

    async def once() -> None:
        async def deleting() -> None:
            for _ in range(4):
                await asyncio.sleep(rng.random() * 0.01)
                await asyncio.to_thread(home.library.delete, name)

        await asyncio.gather(home.pulling(name.full), deleting())
        home.check()

    for _ in range(10):
        asyncio.run(once())
    home.pull(name.full)
    assert home.listed() == [name.full]


def test_a_manifest_in_which_everything_is_one_blob(registry: RegistryProcess, home: Home) -> None:
    digest = registry.add_blob(b"all")
    registry.add_manifest(
        "library/one:1b", manifest(layer(CONFIG, digest, 3), layer(MODEL, digest, 3))
    )
    lines = home.pull(f"{registry.host}/library/one:1b")
    assert len([line for line in lines if line.get("completed") == 3]) == 1
    home.check()

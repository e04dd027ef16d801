"""Registries that lie, stall and break: nothing wrong is ever installed."""

from __future__ import annotations

import random
from typing import Any

import pytest
from engine.registry.conftest import Home
from engine.registry.registry_process import RegistryProcess, layer, manifest

from gui.engine.store.manifests import CONFIG, MODEL

BIG = random.Random(2).randbytes(40 * 2**20)
SMALL = b"small" * 1000


def test_mod_05_wrong_bytes_are_not_installed(registry: RegistryProcess, home: Home) -> None:
    weights, *_ = registry.add_model("library/wrong:1b", SMALL)
    registry.faults(wrong=[weights])
    problem = home.refused(f"{registry.host}/library/wrong:1b")
    assert problem.startswith(
        f"digest mismatch, file must be downloaded again: want {weights}, got "
    )
    assert not home.library.layout.partial(weights).exists()


def test_mod_05_a_digest_that_config_and_layer_share_is_checked(
    registry: RegistryProcess, home: Home
) -> None:
    """Once, a cached copy of the one let the other pass unchecked (Ollama #15504)."""
    digest = registry.add_blob(SMALL)
    shared = manifest(layer(CONFIG, digest, len(SMALL)), layer(MODEL, digest, len(SMALL)))
    registry.add_manifest("library/twice:1b", shared)
    registry.faults(wrong=[digest])
    assert "digest mismatch" in home.refused(f"{registry.host}/library/twice:1b")
    assert home.blobs() == set()


@pytest.mark.parametrize("lie", [1, -1, -len(SMALL), 2**20])
@pytest.mark.parametrize("data", [SMALL, BIG], ids=["one part", "parts"])
def test_mod_05_a_size_that_is_a_lie(
    registry: RegistryProcess, home: Home, lie: int, data: bytes
) -> None:
    digest = registry.add_blob(data)
    registry.add_manifest("library/lie:1b", manifest({}, layer(MODEL, digest, len(data) + lie)))
    problem = home.refused(f"{registry.host}/library/lie:1b")
    assert "mismatch" in problem
    assert digest not in home.blobs()


def test_mod_05_two_sizes_for_one_digest(registry: RegistryProcess, home: Home) -> None:
    digest = registry.add_blob(SMALL)
    value = manifest({}, layer(MODEL, digest, len(SMALL)), layer(MODEL, digest, 5))
    registry.add_manifest("library/sizes:1b", value)
    assert "two sizes" in home.refused(f"{registry.host}/library/sizes:1b")


@pytest.mark.parametrize("told", ["bytes 0-4/41943040", "bytes 1-16777216/41943040", "nonsense"])
def test_mod_05_another_range_than_asked_for_is_asked_again(
    registry: RegistryProcess, home: Home, told: str
) -> None:
    registry.add_model("library/range:1b", BIG)
    registry.faults(content_ranges=[told])
    home.pull(f"{registry.host}/library/range:1b")
    assert home.waits == [1.0]
    home.check()


def test_mod_05_always_another_range_is_refused(registry: RegistryProcess, home: Home) -> None:
    weights, *_ = registry.add_model("library/ranges:1b", BIG)
    registry.faults(content_ranges=["bytes 0-4/41943040"] * 99)
    assert "another range" in home.refused(f"{registry.host}/library/ranges:1b")
    assert weights not in home.blobs()


def test_mod_05_a_blob_that_changes_midway_begins_anew(
    registry: RegistryProcess, home: Home
) -> None:
    registry.add_model("library/etag:1b", BIG[: 8 * 2**20])
    registry.faults(cuts=[2**20], etags=['"first"', '"second"', '"second"'])
    home.pull(f"{registry.host}/library/etag:1b")
    assert home.waits == [1.0, 2.0]
    assert registry.served >= 9 * 2**20
    home.check()


def test_mod_07_a_connection_cut_over_and_over_goes_on_where_it_was(
    registry: RegistryProcess, home: Home
) -> None:
    registry.add_model("library/cut:1b", BIG)
    registry.faults(cuts=[1, 70_000, 2**20, 5 * 2**20, 1000])
    home.pull(f"{registry.host}/library/cut:1b")
    assert len(home.waits) == 5
    assert registry.served < len(BIG) + 2**22
    home.check()


def test_mod_07_six_tries_then_an_error_and_the_part_is_kept(
    registry: RegistryProcess, home: Home
) -> None:
    weights, *_ = registry.add_model("library/cuts:1b", SMALL)
    registry.faults(cuts=[500] * 6)
    home.refused(f"{registry.host}/library/cuts:1b")
    assert home.waits == [1.0, 2.0, 4.0, 8.0, 16.0]
    registry.faults()
    home.pull(f"{registry.host}/library/cuts:1b")
    asked = [r["headers"].get("range") for r in registry.requests if weights in r["path"]]
    assert asked == [f"bytes=3000-{len(SMALL) - 1}"]


def test_mod_08_a_stall_is_retried_and_not_counted(registry: RegistryProcess, home: Home) -> None:
    registry.add_model("library/stall:1b", SMALL)
    registry.faults(stalls=[100] * 8)
    home.pull(f"{registry.host}/library/stall:1b")
    assert home.waits == []
    home.check()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_registry_is_asked_again(registry: RegistryProcess, home: Home, status: int) -> None:
    registry.add_model("library/busy:1b", SMALL)
    registry.faults(blob_statuses=[status], manifest_statuses=[status])
    home.pull(f"{registry.host}/library/busy:1b")
    assert home.waits == [2.0, 3.0]  # the second as the registry asked
    home.check()


def test_mod_06_an_expired_address_is_asked_for_anew(registry: RegistryProcess, home: Home) -> None:
    registry.add_model("library/expired:1b", BIG)
    registry.faults(location="CDN?signature=x", cuts=[2**20], blob_statuses=[])
    home.pull(f"{registry.host}/library/expired:1b")
    home.check()


MALFORMED: list[Any] = [
    b"",
    b"[]",
    b"nonsense",
    b"\xff\xfe{\x00}\x00",
    b"[" * 100_000,
    {},
    {"layers": []},
    {"layers": [1]},
    {"layers": [layer(MODEL, "sha256:" + "a" * 64, -1)]},
    {"layers": [layer(MODEL, "sha256:" + "a" * 64, 2**63)]},
    {"layers": [{"mediaType": MODEL, "digest": "sha256:" + "a" * 64, "size": "5"}]},
    b" " * (5 * 2**20),
]
DIGESTS = [
    "sha256:../../../../x",
    "sha256-" + "a" * 32 + "/../" + "a" * 28,
    "sha256:" + "a" * 63,
    "sha256:" + "a" * 65,
    "sha512:" + "a" * 64,
    "sha256:" + "a" * 63 + "\0",
    "sha256:" + "а" * 64,
    "SHA256:" + "a" * 64,
    " sha256:" + "a" * 64,
]


@pytest.mark.parametrize("value", MALFORMED)
def test_a_malformed_manifest_is_refused(registry: RegistryProcess, home: Home, value: Any) -> None:
    registry.add_manifest("library/bad:1b", value)
    assert home.refused(f"{registry.host}/library/bad:1b").startswith("pull model manifest: ")
    assert home.blobs() == set()


@pytest.mark.parametrize("digest", DIGESTS)
@pytest.mark.parametrize("place", ["layer", "config"])
def test_mod_01_a_digest_that_is_no_digest_writes_nothing(
    registry: RegistryProcess, home: Home, digest: str, place: str
) -> None:
    good = layer(MODEL, registry.add_blob(SMALL), len(SMALL))
    bad = layer(MODEL, digest, 5)
    value = manifest({}, good, bad) if place == "layer" else manifest(bad, good)
    registry.add_manifest("library/digest:1b", value)
    before = sorted(home.folder.rglob("*"))
    problem = home.refused(f"{registry.host}/library/digest:1b")
    assert problem == "pull model manifest: a layer has an invalid digest"
    assert sorted(home.folder.rglob("*")) == before


def test_mod_01_a_digest_in_capitals_is_the_same_blob(
    registry: RegistryProcess, home: Home
) -> None:
    digest = registry.add_blob(SMALL)
    capitals = "sha256:" + digest[7:].upper()
    registry.add_manifest("library/caps:1b", manifest({}, layer(MODEL, capitals, len(SMALL))))
    home.pull(f"{registry.host}/library/caps:1b")
    assert home.blobs() == {digest}


def test_a_model_that_is_not_there(registry: RegistryProcess, home: Home) -> None:
    problem = home.refused(f"{registry.host}/library/none:1b")
    assert problem == "pull model manifest: file does not exist"


def test_a_model_of_tensors_is_refused(registry: RegistryProcess, home: Home) -> None:
    tensor = layer("application/vnd.ollama.image.tensor", registry.add_blob(SMALL), len(SMALL))
    registry.add_manifest("library/mlx:1b", manifest({}, tensor))
    assert "requires MLX support" in home.refused(f"{registry.host}/library/mlx:1b")


def test_a_registry_that_is_not_there(home: Home) -> None:
    problem = home.refused("127.0.0.1:1/library/m:1b")
    assert problem.startswith("pull model manifest: http://127.0.0.1:1/v2/library/m/manifests/1b: ")
    assert home.waits == []


def test_https_is_spoken_unless_it_is_told_otherwise(registry: RegistryProcess, home: Home) -> None:
    registry.add_model("library/tls:1b", SMALL)
    problem = home.refused(f"{registry.host}/library/tls:1b", insecure=False)
    assert problem.startswith(f"pull model manifest: https://{registry.host}/")
    assert registry.requests == []


@pytest.mark.parametrize("host", ["a:b:c", "h:0", "h:70000", "h:"])
def test_a_host_that_is_none(home: Home, host: str) -> None:
    assert home.refused(f"{host}/library/m:1b") == f"invalid registry host {host}"

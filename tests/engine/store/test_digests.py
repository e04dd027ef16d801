"""Digests of loose files: computed once, forgotten when the file changes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from gui.engine.store.digests import DigestCache, recorded_digest
from gui.engine.store.loose import starter_digest, starter_license, starter_path


def hexadecimal(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_computed_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "m.gguf"
    file.write_bytes(b"one")
    cache = DigestCache(tmp_path / "digests.json")
    assert cache.get(file) == ""
    cache.compute(file)
    assert cache.get(file) == hexadecimal(b"one")
    assert DigestCache(tmp_path / "digests.json").get(file) == hexadecimal(b"one")


def test_forgotten_when_the_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "m.gguf"
    cache = DigestCache(tmp_path / "digests.json")
    file.write_bytes(b"one")
    cache.compute(file)
    file.write_bytes(b"two")
    os.utime(file, ns=(1, 1))
    assert cache.get(file) == ""
    cache.compute(file)
    assert cache.get(file) == hexadecimal(b"two")


@pytest.mark.parametrize("damaged", ["", "[1]", "{", '{"a": 5}', "\0"])
def test_a_damaged_cache_is_no_cache(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "digests.json").write_text(damaged)
    file = tmp_path / "m.gguf"
    file.write_bytes(b"one")
    cache = DigestCache(tmp_path / "digests.json")
    assert cache.get(file) == ""
    cache.compute(file)
    assert cache.get(file) == hexadecimal(b"one")


def test_the_starter_is_what_its_wheel_records() -> None:
    path = starter_path()
    assert path is not None
    with path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == starter_digest(path)
    assert "Apache License, Version 2.0" in starter_license()
    assert recorded_digest("no-such-wheel", path) == ""

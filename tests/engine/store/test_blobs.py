"""Blobs: whole or not at all, named by what is in them."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
from store_samples import foreign_blob, library, snapshot

from gui.engine.store.blobs import BlobStore, DigestMismatch
from gui.engine.store.layout import Layout

DATA = b"weights" * 1000
DIGEST = f"sha256:{hashlib.sha256(DATA).hexdigest()}"


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(Layout(tmp_path / "models"))


def strays(blobs: BlobStore) -> list[Path]:
    return list(blobs.layout.own.glob("incoming-*"))


def test_what_comes_in_gets_its_name_when_it_is_whole(blobs: BlobStore) -> None:
    with blobs.receive() as writer:
        writer.write(DATA[:10])
        assert not blobs.has(DIGEST)
        writer.write(DATA[10:])
        assert writer.size == len(DATA)
        assert writer.commit(DIGEST.upper().replace("SHA256", "sha256")) == DIGEST
    assert blobs.path(DIGEST).read_bytes() == DATA
    assert blobs.size(DIGEST) == len(DATA)
    assert list(blobs.digests()) == [DIGEST]
    assert blobs.own() == {DIGEST}
    assert strays(blobs) == []


def test_mod_05_a_wrong_digest_leaves_nothing(blobs: BlobStore) -> None:
    wrong = f"sha256:{'0' * 64}"
    with pytest.raises(DigestMismatch) as caught, blobs.receive() as writer:
        writer.write(DATA)
        writer.commit(wrong)
    assert str(caught.value) == f'digest mismatch, expected "{wrong}", got "{DIGEST}"'
    assert list(blobs.digests()) == []
    assert strays(blobs) == []


def test_what_is_broken_off_leaves_nothing(blobs: BlobStore) -> None:
    with pytest.raises(OSError, match="cut"), blobs.receive() as writer:
        writer.write(DATA)
        raise OSError("cut")
    assert list(blobs.digests()) == []
    assert strays(blobs) == []


def test_a_blob_that_came_twice_is_there_once(blobs: BlobStore) -> None:
    with blobs.receive() as first, blobs.receive() as second:
        first.write(DATA)
        second.write(DATA)
        first.commit(DIGEST)
        before = blobs.path(DIGEST).stat().st_ino
        second.commit(DIGEST)
    assert blobs.path(DIGEST).stat().st_ino == before
    assert strays(blobs) == []


def test_mod_02_a_foreign_blob_does_not_become_ours(tmp_path: Path) -> None:
    store = library(tmp_path)
    digest = foreign_blob(store, DATA)
    assert store.blobs.add(DATA) == digest
    with store.blobs.receive() as writer:
        writer.write(DATA)
        writer.commit(digest)
    assert digest not in store.blobs.own()


def test_mod_02_what_ondol_removed_and_another_brings_is_the_others(blobs: BlobStore) -> None:
    blobs.add(DATA)
    blobs.remove(DIGEST)
    assert not blobs.has(DIGEST)
    blobs.path(DIGEST).write_bytes(DATA)
    assert blobs.own() == frozenset()
    blobs.remove(DIGEST)
    blobs.add(DATA)
    assert blobs.own() == {DIGEST}


def test_notes_that_are_damaged_claim_nothing(blobs: BlobStore) -> None:
    blobs.add(DATA)
    notes = blobs.layout.own / "written"
    notes.write_bytes(b"\xff\xfe\n../../etc\nsha256:1\n\n" + notes.read_bytes())
    assert blobs.own() == {DIGEST}


@pytest.mark.skipif(not hasattr(os, "link"), reason="needs hard links")
def test_a_loose_file_is_adopted_without_a_copy(blobs: BlobStore, tmp_path: Path) -> None:
    file = tmp_path / "loose.gguf"
    file.write_bytes(DATA)
    blobs.adopt(file, DIGEST)
    blobs.adopt(file, DIGEST)
    assert blobs.path(DIGEST).samefile(file)
    assert blobs.own() == {DIGEST}
    os.utime(file, (1, 1))
    assert blobs.claim(DIGEST)
    assert file.stat().st_mtime == 1
    blobs.remove(DIGEST)
    assert file.read_bytes() == DATA
    assert strays(blobs) == []


def test_where_there_are_no_links_the_copy_is_checked(blobs: BlobStore, tmp_path: Path) -> None:
    file = Path("/dev/shm") / f"ondol-{os.getpid()}.gguf"
    if not file.parent.is_dir() or file.parent.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system")
    try:
        file.write_bytes(DATA)
        blobs.adopt(file, DIGEST)
        assert blobs.path(DIGEST).read_bytes() == DATA
        assert not blobs.path(DIGEST).samefile(file)
        with pytest.raises(DigestMismatch):
            blobs.adopt(file, f"sha256:{'1' * 64}")
        assert list(blobs.digests()) == [DIGEST]
        assert strays(blobs) == []
    finally:
        file.unlink()


def test_a_blob_somebody_counts_on_is_young_again(blobs: BlobStore) -> None:
    blobs.add(DATA)
    os.utime(blobs.path(DIGEST), (1, 1))
    assert blobs.claim(DIGEST)
    assert blobs.path(DIGEST).stat().st_mtime > time.time() - 60
    assert not blobs.claim(f"sha256:{'0' * 64}")


def test_only_whole_blobs_are_listed(blobs: BlobStore) -> None:
    blobs.add(DATA)
    blobs.layout.partial(DIGEST).write_bytes(b"half")
    blobs.layout.part(DIGEST, 0).write_text("{}")
    (blobs.layout.blobs / "sha256-short").write_text("")
    assert list(blobs.digests()) == [DIGEST]
    blobs.discard_partial(DIGEST)
    assert sorted(snapshot(blobs.layout.blobs)) == [f"sha256-{DIGEST[7:]}", "sha256-short"]


@pytest.mark.skipif(os.name != "posix", reason="needs permissions")
def test_tok_05_nobody_else_may_write_a_blob(blobs: BlobStore) -> None:
    before = os.umask(0)
    try:
        blobs.add(DATA)
    finally:
        os.umask(before)
    assert blobs.path(DIGEST).stat().st_mode & 0o777 == 0o644

"""What may be deleted, and when (MOD-02)."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from store_samples import foreign_blob, layer, library, made, snapshot

from gui.engine.store import manifests, names
from gui.engine.store.library import OLD_PARTIAL, YOUNG, Library, MissingBlob

LATER = time.time() + 24 * YOUNG


def text(store: Library, words: str) -> manifests.Layer:
    return layer(store.blobs, manifests.SYSTEM, words)


def blobs(store: Library) -> set[str]:
    return set(store.blobs.digests())


def test_mod_02_shared_blobs_stay(tmp_path: Path) -> None:
    store = library(tmp_path)
    one = made(store, "one", text(store, "one"))
    two = made(store, "two", text(store, "two"))
    assert store.delete(names.parse("ONE"))
    assert blobs(store) == two.blobs
    assert one.blobs - two.blobs
    assert not store.delete(names.parse("one"))
    assert store.delete(names.parse("two"))
    assert blobs(store) == set()


def test_mod_02_a_copy_needs_its_blobs(tmp_path: Path) -> None:
    store = library(tmp_path)
    manifest = made(store, "one")
    assert store.copy(names.parse("one"), names.parse("other/two:x"))
    assert not store.copy(names.parse("nope"), names.parse("three"))
    store.delete(names.parse("one"))
    assert blobs(store) == manifest.blobs
    copied = store.manifests.read(names.parse("other/two:x"))
    assert copied is not None
    assert copied.raw == manifest.raw


def test_mod_02_overwriting_drops_what_only_the_old_model_used(tmp_path: Path) -> None:
    store = library(tmp_path)
    made(store, "m", text(store, "old"))
    new = made(store, "m", text(store, "new"))
    assert blobs(store) == new.blobs


def test_mod_02_foreign_blobs_are_never_pruned_or_replaced(tmp_path: Path) -> None:
    store = library(tmp_path)
    stray = foreign_blob(store, b"of Ollama, without a model")
    made(store, "m", layer(store.blobs, manifests.SYSTEM, "theirs"), text(store, "ours"))
    theirs = foreign_blob(store, b"theirs")
    for file in store.layout.blobs.iterdir():
        os.utime(file, (1, 1))
    before = snapshot(store.layout.blobs)
    assert store.prune(LATER) == []
    assert snapshot(store.layout.blobs) == before
    made(store, "m")
    assert {stray, theirs} <= blobs(store)


def test_mod_02_prune_removes_our_own_rubbish(tmp_path: Path) -> None:
    store = library(tmp_path)
    kept = made(store, "m")
    rubbish = store.blobs.add(b"uploaded, never used")
    assert store.prune() == []
    (store.layout.own / "incoming-left").write_bytes(b"half")
    (store.layout.own / "incoming-folder").mkdir()
    (store.layout.own / "incoming-folder" / "blob").write_bytes(b"half")
    assert store.prune(LATER) == [rubbish]
    assert blobs(store) == kept.blobs
    assert not list(store.layout.own.glob("incoming-*"))


def test_mod_02_partial_downloads_stay_two_weeks(tmp_path: Path) -> None:
    store = library(tmp_path)
    ours, theirs = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
    store.layout.blobs.mkdir(parents=True)
    store.blobs.note_own(ours)
    for digest in (ours, theirs):
        store.layout.partial(digest).write_bytes(b"half")
        store.layout.part(digest, 0).write_text("{}")
    store.prune(LATER)
    assert store.layout.partial(ours).exists()
    store.prune(time.time() + OLD_PARTIAL + 60)
    assert not store.layout.partial(ours).exists()
    assert not store.layout.part(ours, 0).exists()
    assert store.layout.partial(theirs).exists()


def test_mod_02_noprune_keeps_everything(tmp_path: Path) -> None:
    store = library(tmp_path, prune_allowed=False)
    made(store, "m", text(store, "old"))
    store.blobs.add(b"rubbish")
    before = blobs(store)
    made(store, "m", text(store, "new"))
    assert store.prune(LATER) == []
    assert before < blobs(store)


def test_mod_02_damaged_manifests_keep_what_they_name(tmp_path: Path) -> None:
    store = library(tmp_path)
    shared = made(store, "one")
    made(store, "two")
    made(store, "three")
    store.manifests.path(names.parse("two")).write_bytes(
        b'{"from a later Ollama": true, ' + shared.raw[1:-20]
    )
    later = store.layout.manifests.parent / "manifests" / "deep" / "er" / "than" / "it" / "was"
    later.parent.mkdir(parents=True)
    later.write_bytes(shared.raw)
    assert store.delete(names.parse("one"))
    assert store.delete(names.parse("three"))
    assert blobs(store) == shared.blobs
    assert store.delete(names.parse("two"))
    assert blobs(store) == shared.blobs


def test_mod_02_a_manifest_that_names_the_blobs_of_another_model(tmp_path: Path) -> None:
    store = library(tmp_path)
    manifest = made(store, "good")
    evil = store.manifests.path(names.parse("evil"))
    evil.parent.mkdir(parents=True)
    evil.write_bytes(manifest.raw)
    assert store.delete(names.parse("evil"))
    assert blobs(store) == manifest.blobs


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
def test_mod_02_nothing_outside_goes_when_folders_are_links(tmp_path: Path) -> None:
    elsewhere = tmp_path / "disk"
    elsewhere.mkdir()
    (elsewhere / "photo.jpg").write_bytes(b"jpg")
    (elsewhere / f"sha256-{'3' * 64}").write_bytes(b"somebody's")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "blobs").symlink_to(elsewhere)
    store = library(tmp_path)
    before = snapshot(elsewhere)
    made(store, "m", text(store, "x"))
    assert store.delete(names.parse("m"))
    for file in elsewhere.iterdir():
        os.utime(file, (1, 1))
    store.prune(LATER)
    assert snapshot(elsewhere) == before


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
def test_mod_02_a_blob_that_is_a_link_goes_alone(tmp_path: Path) -> None:
    store = library(tmp_path)
    manifest = made(store, "m", text(store, "linked"))
    digest = manifest.of_type(manifests.SYSTEM)[0].digest
    target = tmp_path / "target"
    store.blobs.path(digest).rename(target)
    store.blobs.path(digest).symlink_to(target)
    assert store.delete(names.parse("m"))
    assert target.read_text() == "linked"


def test_a_model_is_never_visible_without_its_blobs(tmp_path: Path) -> None:
    store = library(tmp_path)
    manifest = made(store, "m")
    gone = min(manifest.blobs)
    store.blobs.path(gone).unlink()
    with pytest.raises(MissingBlob) as caught:
        store.commit(names.parse("other"), manifest)
    assert caught.value.digest == gone
    assert [name.shortest for name in store.manifests.names()] == ["m:latest"]


def test_pinned_blobs_are_kept(tmp_path: Path) -> None:
    store = library(tmp_path)
    manifest = made(store, "m")
    with store.pinned(manifest.blobs), store.pinned([]):
        assert store.delete(names.parse("m"))
        assert store.prune(LATER) == []
        assert blobs(store) == manifest.blobs
    assert set(store.prune(LATER)) == manifest.blobs


def test_a_model_replaced_under_another_spelling_is_not_lost(tmp_path: Path) -> None:
    store = library(tmp_path)
    made(store, "Model", text(store, "old"))
    new = made(store, "MODEL", text(store, "new"))
    read = store.manifests.read(names.parse("Model"))
    assert read is not None
    assert read.raw == new.raw


def test_mod_09_threads_take_turns(tmp_path: Path) -> None:
    """Commits, copies and deletions from several threads at once leave a sound folder."""
    store = library(tmp_path)
    problems: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(8):
                try:
                    made(store, f"m{(number + turn) % 3}", text(store, f"{number}"))
                    store.copy(names.parse("m0"), names.parse("m1"))
                except MissingBlob:
                    pass  # another one deleted it first: said, not hidden
                store.delete(names.parse(f"m{turn % 3}"))
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    for name in store.manifests.names():
        manifest = store.manifests.read(name)
        assert manifest is not None
        assert all(store.blobs.has(digest) for digest in manifest.blobs)

"""Headers kept between starts: a second start reads none, and a bad file is as good as none."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from gguf_files import SOUND, gguf, write
from store_samples import made, model_store

from gui.engine.api.model_views import listed
from gui.engine.gguf.header import DamagedModel, GgufHeader
from gui.engine.store import models, names
from gui.engine.store.models import ModelStore

LISTS = {**SOUND, "llama.five": [1, 2, 3, 4, 5], "general.license": "MIT", "llama.half": 0.5}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two models of the library, one loose, one damaged."""
    store = model_store(tmp_path)
    made(store.library, "one", weights=gguf(LISTS))
    made(store.library, "two", weights=gguf({**SOUND, "llama.context_length": 77}))
    write(store.library.layout.root / "loose.gguf", gguf())
    write(store.library.layout.root / "page.gguf", b"<html>")
    return tmp_path


def file_of(folder: Path) -> Path:
    return folder / "models" / ".ondol" / "headers.json"


def seen(store: ModelStore) -> list[dict[str, object]]:
    return [listed(model) for model in store.models()]


def headers_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Start again and list the models; the files whose headers were read for it."""
    read: list[str] = []
    real = models.read_header

    def counting(path: Path) -> GgufHeader:
        read.append(path.name)
        return real(path)

    monkeypatch.setattr(models, "read_header", counting)
    model_store(folder).models()
    monkeypatch.undo()
    return read


def test_a_second_start_reads_no_header(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = seen(model_store(folder))
    assert len(first) == 4
    assert headers_read(folder, monkeypatch) == ["page.gguf"]  # why it is damaged is not kept
    assert seen(model_store(folder)) == first


def test_the_whole_header_is_read_when_it_is_needed(folder: Path) -> None:
    seen(model_store(folder))
    store = model_store(folder)
    model = store.find(names.parse("one"))
    assert model is not None
    assert model.header is not None
    assert not isinstance(model.header, GgufHeader)
    whole = store.header_of(model)
    assert whole.tensors
    assert whole.metadata == model.header.metadata
    assert whole.parameters == model.header.parameters
    assert store.header_of(model) is whole


def test_a_file_that_went_bad_meanwhile_is_not_loaded_by_what_was_kept(folder: Path) -> None:
    seen(model_store(folder))
    path = folder / "models" / "loose.gguf"
    status = path.stat()
    path.write_bytes(bytes(status.st_size))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    store = model_store(folder)
    model = store.find(names.parse("loose"))
    assert model is not None
    with pytest.raises(DamagedModel):
        store.header_of(model)


def test_a_file_that_was_changed_is_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(model_store(folder))
    path = folder / "models" / "loose.gguf"
    write(path, gguf({**SOUND, "llama.context_length": 99}))
    os.utime(path, (1, 1))
    assert "loose.gguf" in headers_read(folder, monkeypatch)
    found = model_store(folder).find(names.parse("loose"))
    assert found is not None
    assert found.train_ctx == 99


@pytest.mark.parametrize(
    "damaged",
    [
        *(b"", b"{", b"[1]", b"null", b"\xff", b"[" * 100_000, b'{"files": {}}'),
        b'{"ondol": "VERSION", "files": 5}',
        b'{"ondol": "VERSION", "files": {"a": [1]}}',
        b'{"ondol": "VERSION", "files": {"a": ["1", {}]}}',
        b'{"ondol": "VERSION", "files": {"a": {"x": 1, "y": 2}}}',
    ],
)
def test_a_damaged_file_is_ignored_and_replaced(
    folder: Path, damaged: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = seen(model_store(folder))
    version = json.loads(file_of(folder).read_bytes())["ondol"]
    file_of(folder).write_bytes(damaged.replace(b"VERSION", version.encode()))
    assert seen(model_store(folder)) == first
    assert headers_read(folder, monkeypatch) == ["page.gguf"]


def test_what_another_version_wrote_is_read_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its checks may have been others."""
    seen(model_store(folder))
    kept = json.loads(file_of(folder).read_bytes())
    file_of(folder).write_text(json.dumps({**kept, "ondol": "0.0.1"}))
    assert len(headers_read(folder, monkeypatch)) == 4


def test_models_that_went_are_forgotten(folder: Path) -> None:
    store = model_store(folder)
    seen(store)
    assert len(json.loads(file_of(folder).read_bytes())["files"]) == 3
    store.library.delete(names.parse("one"))
    made(store.library, "three", weights=gguf({**SOUND, "llama.context_length": 5}))
    seen(store)
    kept = json.loads(file_of(folder).read_bytes())["files"]
    assert len(kept) == 3
    assert min(facts["llama.context_length"] for _, facts in kept.values()) == 5


def test_a_folder_that_cannot_be_written_is_no_fault(folder: Path) -> None:
    file_of(folder).mkdir(parents=True)
    assert len(seen(model_store(folder))) == 4
    assert list(file_of(folder).parent.glob(".*.part")) == []

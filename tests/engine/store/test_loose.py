"""Files that a person put into the models folder, under names that do not collide."""

from __future__ import annotations

from pathlib import Path

from gui.engine.store.loose import STARTER_NAME, loose_files


def test_each_file_has_a_name_of_its_own(tmp_path: Path) -> None:
    for name in ("a.gguf", "A.GGUF", "my model.gguf", "my-model.gguf", "notes.txt", "모델.gguf"):
        (tmp_path / name).write_bytes(b"")
    starter = tmp_path / "elsewhere.bin"
    found = dict(loose_files(tmp_path, starter))
    names = [name.key for name in found]
    assert len(set(names)) == len(names) == 6
    assert names[0] == f"registry.ollama.ai/library/{STARTER_NAME}"


def test_no_folder_no_files(tmp_path: Path) -> None:
    assert list(loose_files(tmp_path / "nowhere", None)) == []

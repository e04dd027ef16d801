"""Modelfiles on the disk: nothing that was written is lost, nothing of others overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from gui.errors import ModelError
from gui.models.modelfile_files import (
    ModelfileUnusable,
    read_draft,
    read_modelfile,
    write_draft,
    write_modelfile,
)
from gui.records.modelfile import ModelfileDraft


def test_newlines_stay_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "Modelfile"
    path.write_bytes("FROM a\r\nSYSTEM 안녕\r\n".encode())
    text, newline = read_modelfile(path)
    assert (text, newline) == ("FROM a\nSYSTEM 안녕\n", "\r\n")
    draft = ModelfileDraft(text + "# x\n", text, path, newline=newline)
    write_modelfile(draft, path, is_new=False)
    assert path.read_bytes().decode() == "FROM a\r\nSYSTEM 안녕\r\n# x\r\n"


def test_a_link_and_the_mode_of_a_file_stay(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.write_text("FROM a\n")
    real.chmod(0o640)
    link = tmp_path / "Modelfile"
    link.symlink_to(real)
    write_modelfile(ModelfileDraft("FROM b\n", "FROM a\n", link), link, is_new=False)
    assert link.is_symlink()
    assert real.read_text() == "FROM b\n"
    assert real.stat().st_mode & 0o777 == 0o640


def test_what_another_program_wrote_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "Modelfile"
    path.write_text("FROM theirs\n")
    draft = ModelfileDraft("FROM mine\n", "FROM old\n", path)
    with pytest.raises(ModelfileUnusable, match="Another program"):
        write_modelfile(draft, path, is_new=False)
    assert path.read_text() == "FROM theirs\n"
    write_modelfile(draft, path, is_new=True)
    assert path.read_text() == "FROM mine\n"


def test_a_place_that_refuses_says_so_and_keeps_the_text(tmp_path: Path) -> None:
    with pytest.raises(ModelfileUnusable, match="kept as a draft"):
        write_modelfile(ModelfileDraft("FROM a"), tmp_path / "no" / "Modelfile", is_new=True)
    write_modelfile(ModelfileDraft("FROM \ud800"), tmp_path / "b", is_new=True)
    assert (tmp_path / "b").read_text("utf-8") == "FROM \ufffd"


@pytest.mark.parametrize("content", [b"GGUF" + bytes(99), bytes(40_000_001)])
def test_mod_04_what_is_no_modelfile_is_not_opened(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "Modelfile"
    path.write_bytes(content)
    with pytest.raises(ModelError):
        read_modelfile(path)
    with pytest.raises(ModelfileUnusable):
        read_modelfile(tmp_path)
    with pytest.raises(ModelfileUnusable):
        read_modelfile(tmp_path / "gone")


def test_a_draft_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "draft.json"
    assert read_draft(path) == (None, "")
    draft = ModelfileDraft("FROM a\n# 🙂", "FROM a\n", tmp_path / "Modelfile", "mario", "\r\n")
    write_draft(draft, path)
    assert read_draft(path) == (draft, "")
    assert draft.is_dirty


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b'{"text": 1}', b"[" * 100_000])
def test_a_damaged_draft_is_kept_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "draft.json"
    path.write_bytes(content)
    draft, told = read_draft(path)
    assert draft is None
    assert "draft.damaged.json" in told
    assert (tmp_path / "draft.damaged.json").read_bytes() == content
    assert not path.exists()

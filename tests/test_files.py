"""A file is written whole or stays as it was."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gui.files import write_whole


def test_what_is_written_is_there(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    write_whole(path, "온돌\n")
    write_whole(path, "따뜻하다\n")
    assert path.read_text("utf-8") == "따뜻하다\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_the_mode_is_what_was_asked_for(tmp_path: Path, mode: int) -> None:
    write_whole(tmp_path / "note.md", "x", mode)
    assert stat.S_IMODE((tmp_path / "note.md").stat().st_mode) == mode


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "note.md"
    path.write_text("old", "utf-8")

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "new")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud83d")
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]

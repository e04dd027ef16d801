"""Settings survive: damage is kept aside, unknown keys stay, a full disk is told."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as run_with
from hypothesis import strategies as some

from gui.errors import SettingsError
from gui.settings import Settings, SettingsFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def test_what_is_saved_is_loaded(path: Path) -> None:
    settings = Settings(language="ko", theme="dark", scale=1.25, model="m:1", sidebar=False)
    SettingsFile(path).save(settings)
    assert SettingsFile(path).load() == (settings, None)


def test_no_file_is_the_defaults_without_a_word(path: Path) -> None:
    assert SettingsFile(path).load() == (Settings(), None)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b'{"theme": "dark"', b"null"],
)
def test_db_22_a_bad_file_is_kept_aside(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    settings, problem = SettingsFile(path).load()
    assert settings == Settings()
    assert problem is not None
    assert path.with_suffix(".damaged.json").read_bytes() == content


def test_wrong_types_fall_back_one_by_one(path: Path) -> None:
    path.write_text(json.dumps({"theme": 5, "scale": 2, "sidebar": "no", "model": "kept"}))
    settings, problem = SettingsFile(path).load()
    assert problem is None
    assert settings == Settings(scale=2.0, model="kept")


def test_unknown_keys_are_kept(path: Path) -> None:
    path.write_text(json.dumps({"theme": "dark", "from_the_future": [1, 2]}))
    file = SettingsFile(path)
    settings, _ = file.load()
    file.save(settings)
    assert json.loads(path.read_text())["from_the_future"] == [1, 2]


def test_the_file_is_for_its_owner_only(path: Path) -> None:
    before = os.umask(0)
    try:
        SettingsFile(path).save(Settings())
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_disk_that_refuses_is_an_error_and_the_old_file_stays(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    with pytest.raises(SettingsError):
        SettingsFile(folder / "settings.json").save(Settings())


@run_with(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=some.binary(max_size=400))
def test_no_content_can_raise(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    settings, _ = SettingsFile(path).load()
    assert isinstance(settings, Settings)

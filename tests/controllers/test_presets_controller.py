"""Presets as a whole, and the one being written, against the files themselves."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from app_driver import AppDriver
from gallery_presets import TWO_STEPS
from journeys.conftest import Journey

from gui import paths
from gui.controllers.preset_drafts import read_draft, write_draft
from gui.records import Notice, Preset
from gui.records.preset_editing import PresetDraft


def own(preset_id: str) -> Path:
    return paths.own_presets() / f"{preset_id}.toml"


def test_the_text_asked_for_last_is_the_one_that_is_open(journey: Journey) -> None:
    """A file that is still being read does not take the place of what came after it."""

    async def script(app: AppDriver) -> None:
        await app.ready()
        editor = app.to.preset_editor
        editor.open("assistant")
        editor.open("tutor")
        await app.until(lambda: editor.is_open, "one is open")
        assert editor.draft.id == "tutor"
        editor.open("assistant")
        editor.new()
        await asyncio.sleep(0.3)
        assert editor.draft.id == ""
        assert editor.preset.name == "New preset"

    journey(script)


def test_what_is_typed_while_it_is_saved_stays_unsaved(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready()
        own("kwon").write_text(TWO_STEPS, "utf-8")
        await app.to.presets.reread()
        editor = app.to.preset_editor
        editor.open("kwon")
        await app.until(lambda: editor.draft.id == "kwon", "it is open")
        editor.set_text("# one\n" + TWO_STEPS)
        saved: list[Preset] = []
        editor.saved.connect(saved.append)
        editor.save()
        editor.set_text("# two\n" + TWO_STEPS)
        await app.until(lambda: saved, "it is saved")
        assert own("kwon").read_text("utf-8") == "# one\n" + TWO_STEPS
        assert editor.draft.is_dirty
        assert editor.text == "# two\n" + TWO_STEPS

    journey(script)


def test_a_clash_of_what_is_no_longer_on_show_loses_nothing(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready()
        own("kwon").write_text(TWO_STEPS, "utf-8")
        await app.to.presets.reread()
        editor = app.to.preset_editor
        editor.open("kwon")
        await app.until(lambda: editor.draft.id == "kwon", "it is open")
        told: list[Notice] = []
        editor.told.connect(told.append)
        editor.set_text("# mine\n" + TWO_STEPS)
        own("kwon").write_text("# theirs\n" + TWO_STEPS, "utf-8")
        editor.save()
        editor.new()
        await app.until(lambda: told, "it is told")
        assert "is not saved" in told[0].text
        assert own("kwon").read_text("utf-8") == "# theirs\n" + TWO_STEPS
        editor.open("kwon")
        await app.until(lambda: editor.draft.id == "kwon", "it is open again")
        assert editor.text == "# mine\n" + TWO_STEPS
        assert editor.draft.is_dirty

    journey(script)


def test_a_disk_that_refuses_loses_nothing(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def script(app: AppDriver) -> None:
        await app.ready()
        editor = app.to.preset_editor
        editor.new()
        told: list[Notice] = []
        refused: list[bool] = []
        editor.told.connect(told.append)
        editor.not_saved.connect(lambda: refused.append(True))
        monkeypatch.setattr("gui.chat.presets.store.write_whole", refuse)
        editor.save()
        await app.until(lambda: told, "it is told")
        assert refused
        assert "No space left" in told[0].text
        assert editor.draft.id == ""
        assert editor.preset.name == "New preset"

    journey(script)


def test_a_window_that_draws_another_language_reads_the_words_again(journey: Journey) -> None:
    from gui import language

    async def script(app: AppDriver) -> None:
        await app.ready()
        app.window.open_presets()
        await app.until(lambda: app.to.preset_editor.draft.id == "assistant", "it is open")
        before = app.window
        app.to.settings.change(language="ko")
        await app.until(lambda: app.window is not before, "the window is made again")
        assert app.to.preset_editor.preset.name == "기본 도우미"
        assert app.window.companions.find("presets") is not None

    try:
        journey(script)
    finally:
        language.choose("en")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"id": 1, "text": "", "kept": ""}', '{"id": "a"}', "\ud800"]
)
def test_a_damaged_draft_is_no_draft(tmp_path: Path, text: str) -> None:
    path = tmp_path / "draft.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert read_draft(path) is None
    assert read_draft(tmp_path / "none.json") is None


def test_a_draft_is_read_as_it_was_written(tmp_path: Path) -> None:
    draft = PresetDraft("권봇", "name = '🙂'\n", "", built_in=False)
    write_draft(draft, tmp_path / "draft.json")
    assert read_draft(tmp_path / "draft.json") == draft

"""The Modelfile being written: one text, checked off the window's thread, kept as a draft."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from app_driver import AppDriver
from engine_process import STARTER
from journeys.conftest import Journey

from gui import paths
from gui.controllers import modelfile_files
from gui.records import Diagnostic, Notice
from gui.records.modelfile import CreationQuestion, FormValues, ModelfileDraft


def test_a_change_of_the_form_is_one_of_the_text_and_told_once(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready()
        to = app.to.modelfile
        texts: list[str] = []
        forms: list[FormValues] = []
        to.text_changed.connect(texts.append)
        to.form_changed.connect(forms.append)
        to.load(ModelfileDraft("FROM a\n# end", "FROM a\n# end"))
        assert not to.draft.is_dirty
        to.set_system("안녕")
        to.set_system("안녕")
        assert texts == ["FROM a\nSYSTEM 안녕\n# end"]
        assert to.draft.is_dirty
        assert [form.system for form in forms] == ["", "안녕"]
        to.set_text("FROM a\n# end")
        assert len(texts) == 1
        assert not to.draft.is_dirty
        for change, line in (
            (lambda: to.set_base("b"), "FROM b\n"),
            (lambda: to.set_adapter("./x.gguf"), "ADAPTER ./x.gguf\n"),
            (lambda: to.set_template("{{ .Prompt }}"), "TEMPLATE {{ .Prompt }}\n"),
            (lambda: to.set_parameter("top_k", "5"), "PARAMETER top_k 5\n"),
            (lambda: to.set_stops(("a", " b")), 'PARAMETER stop a\nPARAMETER stop " b"\n'),
            (lambda: to.set_messages((("user", "hi"),)), "MESSAGE user hi\n"),
            (lambda: to.set_licenses(("MIT",)), "LICENSE MIT\n"),
        ):
            change()
            assert line in to.text
        to.set_adapter("")
        to.set_base("")
        assert "ADAPTER" not in to.text
        assert "FROM" not in to.text

    journey(script)


def test_a_fault_makes_the_form_refuse_and_names_its_line(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready()
        to = app.to.modelfile
        refused: list[tuple[str, str]] = []
        to.form_refused.connect(lambda field, why: refused.append((field, why)))
        to.load(ModelfileDraft("FROM a\nnonsense b\n"))
        assert to.values().line == 2
        to.set_system("x")
        assert refused[-1][0] == "SYSTEM"
        assert to.text == "FROM a\nnonsense b\n"
        to.set_text("FROM a\n")
        to.set_parameter("seed", "\u200d")
        assert "ZERO WIDTH JOINER" in refused[-1][1]
        to.set_parameter("seed", "1")
        assert refused[-1] == ("seed", "")
        to.load(ModelfileDraft("FROM a\n" + "#" * 600_000))
        assert "too long" in to.values().fault

    journey(script)


def test_only_what_is_said_of_the_newest_text_is_told(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready()
        to = app.to.modelfile
        heard: list[tuple[Diagnostic, ...]] = []
        to.checked.connect(heard.append)
        to.load(ModelfileDraft("nonsense\n"))
        for text in ("FROM", f"FROM {STARTER}\n", f"FROM {STARTER}\nPARAMETER sed 1\n"):
            await asyncio.sleep(0.05)
            to.set_text(text)
        await app.until(lambda: heard, "it is checked")
        await asyncio.sleep(0.3)
        assert [[each.line for each in found] for found in heard] == [[2]]
        to.set_text(f"FROM {STARTER}-x\n")
        await app.until(lambda: len(heard) == 2, "it is checked again")
        assert "not installed" in heard[-1][0].message
        app.to.library.copy(STARTER, f"{STARTER}-x")
        await app.until(lambda: heard[-1] == (), "a model that comes changes what is said")

    journey(script)


def test_the_draft_is_written_at_most_once_a_second(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready()
        written: list[str] = []
        from gui.models import modelfile_files as disk

        real = disk.write_draft

        def write(draft: ModelfileDraft, path: Path) -> None:
            written.append(draft.text)
            real(draft, path)

        monkeypatch.setattr(disk, "write_draft", write)
        monkeypatch.setattr(modelfile_files, "DRAFT_MS", 1000)
        app.to.modelfile_files.new()
        for number in range(120):
            app.to.modelfile.set_text(f"FROM a\n# {number}\n")
            await asyncio.sleep(0.02)
        kept = paths.modelfile_draft()
        await app.until(
            lambda: json.loads(kept.read_text())["text"] == "FROM a\n# 119\n", "the last too", 3
        )
        assert len(written) <= 5

    journey(script)


def test_a_damaged_draft_is_told_and_a_new_one_begun(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready()
        paths.modelfile_draft().write_text("{")
        told: list[Notice] = []
        app.to.modelfile_files.told.connect(told.append)
        app.to.modelfile_files.begin()
        assert "damaged" in told[0].text
        assert app.to.modelfile.text == f"FROM {STARTER}\n"

    journey(script)


def test_mod_03_what_is_beside_a_modelfile_or_was_chosen_is_not_asked_about(
    journey: Journey, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        (folder / "a.gguf").write_bytes(b"GGUF" + bytes(99))
    (here / "link.gguf").symlink_to(there / "a.gguf")
    path = here / "Modelfile"

    async def script(app: AppDriver) -> None:
        await app.ready()
        to, creation = app.to.modelfile, app.to.creation
        asked: list[CreationQuestion] = []
        started: list[str] = []
        refused: list[str] = []
        creation.asked.connect(asked.append)
        creation.started.connect(started.append)
        creation.refused.connect(lambda _, why: refused.append(why))

        async def outcome(text: str) -> str:
            asked.clear()
            started.clear()
            refused.clear()
            to.load(ModelfileDraft(text, text, path))
            creation.create("x")
            await app.until(lambda: asked or started or refused, text)
            return "asked" if asked else "started" if started else "refused"

        assert await outcome("FROM ./a.gguf\n") == "started"
        assert await outcome("FROM ./link.gguf\n") == "asked"
        assert asked[0].outside == (here / "link.gguf",)
        assert await outcome("FROM ../there/a.gguf\n") == "asked"
        assert await outcome("FROM ../there\n") == "asked"
        assert await outcome("FROM ./Modelfile\n") == "refused"
        assert await outcome("FROM file:///etc/passwd\n") == "refused"
        to.choose((there,))
        assert await outcome("FROM ../there/a.gguf\n") == "started"
        creation.confirm()
        assert len(started) == 1

    journey(script)

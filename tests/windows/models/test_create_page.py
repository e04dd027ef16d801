"""A person makes models from Modelfiles: by text, by form, from files, over a real engine."""

from __future__ import annotations

import asyncio
from pathlib import Path

from app_driver import AppDriver
from engine_process import STARTER
from gguf_files import gguf
from gguf_files import write as write_file
from journeys.conftest import Journey
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from windows.models.create_driver import (
    CONTROL,
    choose,
    create_page,
    created,
    drop,
    is_asked,
    models,
    name,
    press,
    question,
    starter_file,
    write,
)

from gui import paths
from gui.records import Severity
from gui.windows.models.create_page import CreatePage

PARROT = f"""# A parrot.
FROM {STARTER}
PARAMETER temprature 0
SYSTEM \"\"\"You repeat what you hear. 🦜
Nothing else.\"\"\"
"""


def test_a_fault_is_found_at_its_line_mended_and_the_model_answers(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        assert page.source.text() == f"FROM {STARTER}\n"
        write(page, PARROT)
        await app.until(lambda: page.body.status.text() == "1 problem", "the fault is found")
        (finding,) = (each for each in app.to.modelfile.findings if each.severity is Severity.ERROR)
        assert (finding.line, finding.mend) == (3, "Did you mean temperature?")
        name(page, "parrot")
        QTest.keyClick(page.head.name, Qt.Key.Key_Return)
        await app.until(page.head.problem.text, "it is refused")
        assert page.head.problem.text().startswith("Line 3:")
        assert "temperature" in page.head.problem.text()
        assert page.source.edit.hasFocus()
        assert page.source.edit.textCursor().blockNumber() == 2
        write(page, PARROT.replace("temprature", "temperature"))
        await app.until(lambda: page.body.status.text() == "No problems", "it is mended")
        assert not page.head.problem.text()
        QTest.keyClick(page.source.edit, Qt.Key.Key_Return, CONTROL)
        await created(app, "parrot:latest")
        window = app.window.models
        assert window is not None
        await app.until(lambda: "can be used" in (_told(app) or ""), "it is told")
        await app.until(
            lambda: "parrot:latest" in [m.name for m in app.to.models.models], "the dropdown too"
        )
        QTest.mouseClick(window.notice._remedy, Qt.MouseButton.LeftButton)
        assert app.to.models.chosen is not None
        assert app.to.models.chosen.name == "parrot:latest"
        await app.say("Hello!")
        await app.idle()
        assert app.messages[-1].content.strip()

    journey(script)


def _told(app: AppDriver) -> str:
    window = app.window.models
    return window.notice.notice.text if window and window.notice.notice else ""


def test_a_field_of_the_form_changes_its_line_only(journey: Journey) -> None:
    text = f"# mine\nFROM  {STARTER}\n\nparameter temperature 0.5  \nSYSTEM Be kind. 🙂\n# end\n"

    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        form = page.form
        write(page, text)
        assert form.system.toPlainText() == "Be kind. 🙂"
        row = form.parameters.rows["temperature"]
        assert row.value == "0.5"
        row.editor.setFocus()
        QTest.keyClick(row.editor, Qt.Key.Key_Up)
        assert page.source.text() == text.replace("0.5", "0.6")
        QTest.keyClick(page.source.edit, Qt.Key.Key_Z, CONTROL)
        assert page.source.text() == text
        assert row.value == "0.5"
        QTest.mouseClick(row.unset, Qt.MouseButton.LeftButton)
        assert page.source.text() == text.replace("parameter temperature 0.5  \n", "")
        form.system.selectAll()
        QTest.keyClicks(form.system, "a")
        QTest.keyClick(form.system, Qt.Key.Key_Return)
        QTest.keyClicks(form.system, "b ")
        assert 'SYSTEM """a\nb """\n# end\n' in page.source.text()
        form.stops.add.click()
        assert "stop" not in page.source.text()
        QTest.keyClicks(form.stops.rows[0].field, "END")
        assert "PARAMETER stop END\n" in page.source.text()
        form.messages.add.click()
        QTest.keyClicks(form.messages.rows[0].field, "hi")
        form.messages.add.click()
        QTest.keyClicks(form.messages.rows[1].field, "hello")
        assert "MESSAGE user hi\nMESSAGE assistant hello\n" in page.source.text()
        QTest.mouseClick(form.messages.rows[0].remove, Qt.MouseButton.LeftButton)
        assert "MESSAGE user" not in page.source.text()

    journey(script)


def test_with_a_fault_the_form_is_read_only_and_leads_to_it(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        write(page, f"FROM {STARTER}\nnonsense here\n")
        assert page.form.fault.isVisible()
        assert not page.form.system.isEnabled()
        page.source.go_to(1)
        QTest.mouseClick(page.form.go, Qt.MouseButton.LeftButton)
        assert page.source.edit.textCursor().blockNumber() == 1
        write(page, f"FROM {STARTER}\n")
        assert page.form.system.isEnabled()
        assert page.form.fault.isHidden()

    journey(script)


def test_what_no_modelfile_can_hold_stays_in_its_field(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        before = page.source.text()
        page.form.system.insertPlainText("a\u200db")
        assert page.source.text() == before
        problem = page.form.sections["SYSTEM"].problem
        assert "ZERO WIDTH JOINER" in problem.text()
        page.form.parameters.rows["seed"].editor.setFocus()
        QTest.keyClicks(page.form.parameters.rows["seed"].editor, "7")
        assert page.form.system.toPlainText() == "a\u200db"
        page.form.system.selectAll()
        page.form.system.insertPlainText("ab")
        assert problem.isHidden()
        assert "SYSTEM ab\n" in page.source.text()

    journey(script)


def test_saved_opened_and_never_lost(journey: Journey, tmp_path: Path) -> None:
    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        files = app.to.modelfile_files
        page.use_sample(next(each for each in files.samples() if each.title == "warm-floor"))
        assert page.head.name.text() == "warm-floor"
        assert not app.to.modelfile.draft.is_dirty
        page.form.system.setPlainText("Be warm.")
        assert "●" in page.head.file.text()
        QTest.keyClick(page.source.edit, Qt.Key.Key_S, CONTROL)
        mine = tmp_path / "mine.Modelfile"
        await choose(app, page, mine)
        await app.until(mine.exists, "it is saved")
        await app.until(lambda: page.head.file.text() == "mine.Modelfile", "and named")
        assert "SYSTEM Be warm.\n" in mine.read_text("utf-8")

        page.form.system.setPlainText("Be cold.")
        page.head.new_requested.emit()
        await press(app, page, "Cancel")
        assert "Be cold." in page.source.text()
        page.head.new_requested.emit()
        await press(app, page, "Save")
        await app.until(lambda: page.source.text() == f"FROM {STARTER}\n", "the new one comes")
        assert "SYSTEM Be cold.\n" in mine.read_text("utf-8")
        assert page.head.file.text() == "not saved yet"

        page.window().activateWindow()
        page.source.edit.setFocus()
        await app.until(page.source.edit.hasFocus, "the question is gone")
        QTest.keyClick(page.source.edit, Qt.Key.Key_O, CONTROL)
        await choose(app, page, mine)
        await app.until(lambda: "Be cold." in page.source.text(), "it is opened again")
        assert page.head.name.text() == "mine"
        write(page, "FROM other\n")
        page.open_file(tmp_path / "gone.Modelfile")
        await press(app, page, "Discard")
        await app.until(lambda: "gone.Modelfile" in _told(app), "a missing file is told")
        assert page.source.text() == "FROM other\n"

        write(page, "FROM mine\n")
        mine.write_text("FROM theirs\n")
        page.save()
        await app.until(lambda: "Another program" in _told(app), "it is not overwritten")
        assert mine.read_text() == "FROM theirs\n"

    journey(script)


def test_saving_that_is_cancelled_keeps_the_text(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        write(page, "FROM precious\n")
        page.head.new_requested.emit()
        await press(app, page, "Save")
        from PySide6.QtWidgets import QFileDialog

        await app.until(lambda: page.findChildren(QFileDialog), "a place is asked for")
        page.findChildren(QFileDialog)[0].reject()
        await asyncio.sleep(0.1)
        assert page.source.text() == "FROM precious\n"
        assert page._after_saving is None

    journey(script)


def test_ui_04_a_draft_survives_a_restart(journey: Journey) -> None:
    async def today(app: AppDriver) -> None:
        page = await create_page(app)
        write(page, f"FROM {STARTER}\n# not saved 안녕\n")
        name(page, "draft")
        draft = paths.modelfile_draft()
        await app.until(
            lambda: draft.exists() and "not saved" in draft.read_text(), "it is kept", 3
        )
        write(page, f"FROM {STARTER}\n# just before the end\n")

    async def tomorrow(app: AppDriver) -> None:
        page = await create_page(app)
        assert page.source.text() == f"FROM {STARTER}\n# just before the end\n"
        assert page.head.name.text() == "draft"
        assert "●" in page.head.file.text()
        page.head.new_requested.emit()
        await press(app, page, "Discard")
        assert page.source.text() == f"FROM {STARTER}\n"

    journey(today)
    journey(tomorrow)


def test_a_model_is_replaced_only_when_the_person_agrees(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        app.to.library.copy(STARTER, "twin")
        await app.until(lambda: len(app.to.library.models) == 2, "there are two")
        write(page, f"FROM {STARTER}\nSYSTEM You are another.\n")
        name(page, "TWIN")
        assert "will be replaced" in page.head.note.text()
        page.head.press()
        said = await press(app, page, "Cancel")
        assert "twin:latest" in said
        assert not app.to.transfers.transfers
        page.head.press()
        await press(app, page, "Replace")
        await created(app, "twin:latest")
        seen: list[str] = []
        app.to.library.details_read.connect(lambda details: seen.append(details.system))
        app.to.library.show("twin:latest")
        await app.until(lambda: "You are another." in seen, "it is the new one")

    journey(script)


def test_a_gguf_dropped_on_the_first_window_becomes_a_model(
    journey: Journey, tmp_path: Path
) -> None:
    file = tmp_path / "Smol-135M.Q4_1.gguf"
    file.symlink_to(starter_file())
    (tmp_path / "notes.txt").write_text("hi")

    async def script(app: AppDriver) -> None:
        await models(app)
        assert not drop(app.window, tmp_path / "notes.txt")
        assert not drop(app.window, file, tmp_path / "notes.txt")
        prompt = app.window.page.composer.prompt
        assert drop(prompt.viewport(), file)
        assert not prompt.text()
        window = app.window.models
        assert window is not None
        page = window.stack.currentWidget()
        assert isinstance(page, CreatePage)
        await app.until(page.card.isVisible, "it is looked at")
        assert "135M · Q4_1 · 98 MB · 8K context · with a chat template" in page.card.text()
        assert page.head.name.text() == "smol-135m"
        assert page.source.text().endswith(f"FROM {file}\n")
        page.head.press()
        await created(app, "smol-135m:latest")
        assert not is_asked(page)

    journey(script)


def test_what_is_dropped_waits_for_what_is_not_saved(journey: Journey, tmp_path: Path) -> None:
    model = write_file(tmp_path / "a.gguf", gguf())
    modelfile = tmp_path / "b.Modelfile"
    modelfile.write_text("FROM b\n")

    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        write(page, "FROM mine\n")
        assert drop(page.source.edit.viewport(), model)
        await press(app, page, "Cancel")
        assert page.source.text() == "FROM mine\n"
        assert page.card.isHidden()
        assert app.window.models is not None
        assert drop(app.window.models, modelfile)
        await press(app, page, "Discard")
        await app.until(lambda: page.source.text() == "FROM b\n", "the Modelfile is opened")
        assert drop(app.window.models, tmp_path / "gone.gguf")
        await app.until(lambda: "gone.gguf" in _told(app), "what is not there is told")

    journey(script)


def test_mod_03_files_that_nobody_pointed_at_are_asked_about(
    journey: Journey, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    model = elsewhere / "Smol.gguf"
    model.symlink_to(starter_file())
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "theirs.Modelfile").write_text(f"FROM {model}\n")

    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        page.open_file(folder / "theirs.Modelfile")
        await app.until(lambda: str(model) in page.source.text(), "it is opened")
        page.head.press()
        box = await question(app, page)
        assert str(model) in box.informativeText()
        await press(app, page, "Cancel")
        assert not app.to.transfers.transfers
        QTest.mouseClick(page.form.base_file, Qt.MouseButton.LeftButton)
        await choose(app, page, model)
        page.head.press()
        await created(app, "theirs:latest")
        assert not is_asked(page)

    journey(script)


def test_a_path_beside_a_modelfile_that_is_not_saved_is_refused(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        for text, line in (
            (f"# x\nFROM {STARTER}\nADAPTER ./a.gguf\n", 3),
            ("FROM ./a.gguf\n", 1),
            ("FROM ../../etc/passwd\n", 1),
            ("FROM \n", 1),
            ("FROM /etc/passwd\n", 1),
            ("FROM http://localhost/a.gguf\n", 1),
        ):
            write(page, text)
            name(page, "x")
            page.head.show_problem("")
            page.head.press()
            await app.until(page.head.problem.text, f"{text!r} is refused")
            assert page.source.edit.textCursor().blockNumber() == line - 1, text
        assert not app.to.transfers.transfers

    journey(script)


def test_from_the_details_of_a_model_to_a_new_one_and_what_changes(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await models(app)
        window.installed.list.select(STARTER)
        assert not window.installed.panel.base.isHidden()
        QTest.mouseClick(window.installed.panel.base, Qt.MouseButton.LeftButton)
        page = window.stack.currentWidget()
        assert isinstance(page, CreatePage)
        assert page.source.text() == f"FROM {STARTER}\n"
        page.body.choose("changes")
        await app.until(lambda: page.body.changes.currentIndex() == 1, "it is compared")
        assert page.body.diff.nothing.isVisible()
        app.to.modelfile.set_parameter("temperature", "0")
        await app.until(lambda: "+ PARAMETER temperature 0" in page.body.diff.text(), "live")
        assert "- " not in "".join(
            line for line in page.body.diff.text().splitlines(keepends=True) if line[0] == "-"
        )
        app.to.modelfile.set_base("nobody:1b")
        await app.until(lambda: "nobody:1b" in page.body.no_diff.text(), "nothing to compare")

    journey(script)


def test_narrow_one_is_shown_wide_both(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        window = app.window.models
        assert window is not None
        assert page.source.isVisible()
        assert page.form.isVisible()
        window.resize(860, 600)
        await app.until(lambda: not page.form.isVisible(), "the form gives way")
        page.body.choose("form")
        assert page.form.isVisible()
        assert not page.source.isVisible()
        page.go_to(1)
        assert page.source.edit.hasFocus()
        window.resize(1200, 700)
        await app.until(lambda: page.form.isVisible() and page.source.isVisible(), "both are back")

    journey(script)


def test_everything_on_the_page_is_named_and_reached_by_tab(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        page.head.name.setFocus()
        window = page.window()
        reached = []
        for _ in range(120):
            widget = window.focusWidget()
            if widget is None or widget in reached:
                break
            reached.append(widget)
            window.focusNextPrevChild(True)  # type: ignore[attr-defined]
        form = page.form
        for widget in (
            *(page.head.name, page.source.edit, form.base, form.system, form.base_file),
            *(form.parameters.rows["seed"].editor, form.stops.add, form.messages.add),
            *(form.template_fold, form.adapter, form.licenses.add, page.body.tabs),
        ):
            assert widget in reached, widget
        unnamed = [
            widget
            for widget in reached
            if not widget.accessibleName() and not getattr(widget, "text", lambda: "")()
        ]
        assert not unnamed

    journey(script)


def test_the_page_outlives_its_window(journey: Journey) -> None:
    from gui import language

    async def script(app: AppDriver) -> None:
        page = await create_page(app)
        assert _duck(page) == "rubber-duck\tListens to your problem and asks one question at a time"
        write(page, f"FROM {STARTER}\n# mine\n")
        app.to.settings.change(language="ko")
        await app.until(lambda: app.window.models and app.window.models.windowTitle() == "모델", "")
        assert app.window.models is not None
        again = app.window.models.create_page()
        assert again.source.text() == f"FROM {STARTER}\n# mine\n"
        assert _duck(again) == "rubber-duck\t고민을 듣고 한 번에 하나씩 되묻는 고무 오리입니다"
        assert again.head.name.placeholderText() == "새 모델의 이름"
        again.form.system.setPlainText("안녕")
        assert "SYSTEM 안녕" in again.source.text()

    try:
        journey(script)
    finally:
        language.choose("en")


def _duck(page: CreatePage) -> str:
    """What the menu of samples says of one."""
    actions = page.head.samples_menu().actions()
    return next(action.text() for action in actions if action.text().startswith("rubber-duck"))

"""Another program changes a preset's file while it is open, or being changed, in the window."""

from __future__ import annotations

import asyncio

from app_driver import AppDriver
from gallery_presets import TWO_STEPS
from journeys.conftest import Journey
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from windows.presets.driver import (
    CTRL,
    answer,
    in_front,
    opened,
    own,
    press,
    question,
    show,
    with_files,
)

from gui.windows.presets.panels import SOURCE


def written_elsewhere(text: str) -> str:
    """The file of the preset `kwon`, changed as an editor of texts would."""
    own("kwon").write_bytes(text.encode())
    return text


def test_what_another_program_wrote_is_not_overwritten_unasked(journey: Journey) -> None:
    """TPL-06: Save asks; only the person's word takes one of the two texts away."""

    async def script(app: AppDriver) -> None:
        window = await opened(app)
        page, editor = window.page, app.to.preset_editor
        await with_files(app, window, kwon=TWO_STEPS)
        await show(app, window, "kwon")
        QTest.keyClicks(page.prompt.description, "x")
        mine = editor.text
        theirs = written_elsewhere("# elsewhere 🙂\r\n" + TWO_STEPS)
        press(window, Qt.Key.Key_S)
        box = await question(app, window)
        assert "was changed by another program" in box.text()
        assert own("kwon").read_bytes().decode() == theirs
        QTest.keyClick(box, Qt.Key.Key_Escape)
        await app.until(lambda: not box.isVisible(), "it is answered")
        await in_front(app, window)
        assert own("kwon").read_bytes().decode() == theirs
        assert (editor.text, editor.draft.is_dirty) == (mine, True)

        # The file's text; undoing brings the other back, and then it can be saved.
        press(window, Qt.Key.Key_Return)
        answer(await question(app, window), "Use the file's text")
        await app.until(lambda: not editor.draft.is_dirty, "it is the file's")
        assert page.source.text().startswith("# elsewhere 🙂\n")
        assert not page.prompt.description.text().startswith("x")
        assert app.to.presets.chosen.id == "assistant", "it waits for another look"
        page.panels.choose(SOURCE)
        page.source.edit.setFocus()
        QTest.keyClick(page.source.edit, Qt.Key.Key_Z, CTRL)
        await app.until(lambda: editor.text == mine, "undone")
        await in_front(app, window)
        press(window, Qt.Key.Key_S)
        await app.until(lambda: not editor.draft.is_dirty, "it is saved")
        assert own("kwon").read_text("utf-8") == mine

        # Over the file; if it changes once more meanwhile, it asks once more.
        QTest.keyClicks(page.source.edit, "# y ")
        written_elsewhere("# again\n" + TWO_STEPS)
        press(window, Qt.Key.Key_S)
        box = await question(app, window)
        written_elsewhere("# and again\n" + TWO_STEPS)
        answer(box, "Overwrite the file")
        await app.until(lambda: not box.isVisible(), "the first is answered")
        answer(await question(app, window), "Overwrite the file")
        await app.until(lambda: not editor.draft.is_dirty, "it is saved")
        assert own("kwon").read_text("utf-8") == editor.text
        assert "# y " in editor.text

    journey(script)


def test_a_file_that_is_not_being_changed_is_followed(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        page, editor = window.page, app.to.preset_editor
        await with_files(app, window, kwon=TWO_STEPS)
        await show(app, window, "kwon")
        written_elsewhere(TWO_STEPS.replace("by way of English", "changed"))
        app.window.activateWindow()
        window.activateWindow()
        await app.until(lambda: page.prompt.name.text() == "Kwonbot, changed", "it is shown")
        assert "changed" in page.source.text()
        assert page.head.state.text() == "saved"
        # A fault is shown where it can be mended, and the preset stays in sight.
        written_elsewhere("name = ")
        window.close()
        app.window.open_presets()
        await app.until(lambda: editor.view.fault, "the fault is shown")
        assert "Line 1" in page.head.bar.text.text()
        await app.until(lambda: "kwon" in window.side.list.ids, "it is in sight")
        written_elsewhere(TWO_STEPS)
        app.to.presets.refresh()
        await app.until(lambda: not editor.view.fault, "it is mended")
        # What is being changed stays as it is.
        QTest.keyClicks(page.prompt.description, "x")
        mine = editor.text
        written_elsewhere("# elsewhere\n" + TWO_STEPS)
        await app.to.presets.reread()
        await asyncio.sleep(0.2)
        assert editor.text == mine

    journey(script)


def test_a_file_deleted_by_another_program_is_written_again(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        editor = app.to.preset_editor
        await with_files(app, window, kwon=TWO_STEPS)
        await show(app, window, "kwon")
        QTest.keyClicks(window.page.prompt.description, "x")
        own("kwon").unlink()
        press(window, Qt.Key.Key_S)
        await app.until(own("kwon").exists, "it is written again")
        await app.until(lambda: not editor.draft.is_dirty, "it is saved")
        assert 'description = "xTrans' in own("kwon").read_text("utf-8")
        # With nothing changed: the text on show is all there is, and says so.
        text = editor.text
        own("kwon").unlink()
        app.to.presets.refresh()
        await app.until(lambda: "● " in window.page.head.state.text(), "it says so")
        assert "kwon" in window.side.list.ids
        assert window.notice.notice is not None
        assert "is gone" in window.notice.notice.text
        assert not editor.can_revert
        QTest.mouseClick(window.page.head.save, Qt.MouseButton.LeftButton)
        await app.until(own("kwon").exists, "it is written again")
        assert own("kwon").read_text("utf-8") == text

    journey(script)


def test_a_built_in_preset_hidden_by_a_file_is_followed_too(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        await with_files(app, window, assistant=TWO_STEPS)
        await app.until(lambda: not app.to.preset_editor.draft.built_in, "it is one's own")
        assert window.page.prompt.isEnabled()
        own("assistant").unlink()
        app.to.presets.refresh()
        await app.until(lambda: app.to.preset_editor.draft.built_in, "it is as it was")
        assert window.page.prompt.name.text() == "Assistant"

    journey(script)

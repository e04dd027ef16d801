"""A person looks through presets, makes one, changes it as form and as text, and tries it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from app_driver import AppDriver
from gallery_presets import FAULTY, PARALLEL, TWO_STEPS
from journeys.conftest import Journey
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget
from windows.presets.driver import answer, opened, own, press, question, show, with_files

from gui import paths
from gui.records import Options
from gui.windows.presets.panels import CHAIN, OPTIONS, PROMPT, PYTHON, SOURCE

CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_preset_is_made_by_keys_saved_and_tried(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        press(window, Qt.Key.Key_N)
        page = window.page
        await app.until(page.prompt.name.hasFocus, "the name can be typed")
        QTest.keyClicks(page.prompt.name, "Pirate")
        QTest.keyClicks(page.prompt.system, "Speak like a pirate.")
        QTest.mouseClick(page.prompt.temperature.words[1.1], Qt.MouseButton.LeftButton)
        assert "● " in page.head.state.text()
        assert "" in window.side.list.ids
        press(window, Qt.Key.Key_S)
        press(window, Qt.Key.Key_S)  # an impatient hand makes no second preset
        await app.until(own("pirate").exists, "it is saved")
        await app.until(lambda: "pirate" in window.side.list.ids, "it is listed")
        assert "" not in window.side.list.ids
        assert page.head.state.text() == "saved"
        await app.until(lambda: not app.to.preset_editor._saving.locked(), "all is saved")
        assert not own("pirate-2").exists()
        assert app.to.presets.chosen.id == "assistant"
        press(window, Qt.Key.Key_Return)
        await app.until(lambda: app.to.presets.chosen.id == "pirate", "it is chosen")
        preset = app.to.presets.chosen
        assert preset.system == "Speak like a pirate."
        assert preset.options == Options(temperature=1.1)

    journey(script)


def test_a_built_in_preset_is_read_and_its_copy_changed(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        page = window.page
        assert not page.prompt.isEnabled()
        assert page.source.edit.isReadOnly()
        assert page.head.save.isHidden()
        window.side.list.setFocus()
        QTest.keyClick(window.side.list, Qt.Key.Key_Delete)
        await app.until(window.notice.isVisible, "it says that it stays")
        QTest.mouseClick(page.head.bar.button, Qt.MouseButton.LeftButton)
        await app.until(lambda: app.to.preset_editor.draft.id == "assistant-copy", "a copy")
        assert page.prompt.isEnabled()
        assert page.prompt.name.text() == "Assistant (copy)"
        text = own("assistant-copy").read_text("utf-8")
        assert 'name_ko = "기본 도우미"' in text
        QTest.keyClicks(page.prompt.description, "x")
        changed = app.to.preset_editor.text.splitlines()
        assert sum(a != b for a, b in zip(text.splitlines(), changed, strict=True)) == 1

    journey(script)


def test_form_and_source_are_one_text(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        page, editor = window.page, app.to.preset_editor
        await with_files(app, window, kwon=TWO_STEPS)
        await show(app, window, "kwon")
        page.panels.choose(CHAIN)
        assert [card.title for card in page.chain.cards] == [
            "Translate to English",
            "Answer in Korean",
        ]
        prompt = page.chain.cards[1].prompt
        prompt.setFocus()
        QTest.keyClicks(prompt, "!")
        old, new = TWO_STEPS.splitlines(), page.source.text().splitlines()
        assert [b for a, b in zip(old, new, strict=True) if a != b] == ["!질문: {input}"]
        page.panels.choose(SOURCE)
        page.source.edit.setFocus()
        page.source.go_to(2)
        QTest.keyClicks(page.source.edit, "# mine ")
        QTest.keyClick(page.source.edit, Qt.Key.Key_Z, CTRL)
        await app.until(lambda: page.source.text().splitlines() == new, "undone")
        page.source.set_text(page.source.text().replace("temperature = 0.7", "temperature = 0.5"))
        assert page.prompt.temperature.value == 0.5
        page.panels.choose(OPTIONS)
        row = page.options.list.rows["top_k"]
        QTest.keyClicks(row.editor, "7")
        assert "top_k = 7" in page.source.text()
        assert editor.preset.options == Options(temperature=0.5, top_k=7)
        assert editor.text == page.source.text()

    journey(script)


def test_while_the_source_has_a_fault_the_form_waits(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        page = window.page
        await with_files(app, window, kwon=TWO_STEPS)
        await show(app, window, "kwon")
        page.source.set_text(TWO_STEPS.replace('source = "date"', "source = date"))
        assert not page.prompt.isEnabled()
        assert "Line 13" in page.head.bar.text.text()
        assert page.prompt.name.text() == "Kwonbot, by way of English"
        await app.until(lambda: page.panels.status.text() == "1 problem", "it is checked")
        page.panels.choose(PROMPT)
        press(window, Qt.Key.Key_S)
        await app.until(window.notice.isVisible, "it says why")
        assert own("kwon").read_text("utf-8") == TWO_STEPS
        page.panels.choose(PROMPT)
        QTest.mouseClick(page.head.bar.button, Qt.MouseButton.LeftButton)
        assert page.panels.key == SOURCE
        assert page.source.edit.textCursor().blockNumber() == 12
        page.source.set_text(FAULTY)
        assert page.prompt.isEnabled()
        await app.until(lambda: page.panels.status.text() == "2 problems", "checked again")
        assert "Did you mean {english}?" in page.chain.cards[1].problems.text()

    journey(script)


def test_what_is_not_saved_is_asked_about(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        page = window.page
        await with_files(app, window, kwon=TWO_STEPS, joke=PARALLEL)
        await show(app, window, "kwon")
        QTest.keyClicks(page.prompt.description, "x")
        window.side.list.setFocus()
        window.open_preset("joke")
        box = await question(app, window)
        assert window.side.list.id == "kwon"
        answer(box, "Cancel")
        assert app.to.preset_editor.draft.id == "kwon"
        assert app.to.preset_editor.draft.is_dirty
        window.open_preset("joke")
        answer(await question(app, window), "Save")
        await app.until(lambda: app.to.preset_editor.draft.id == "joke", "it goes on")
        assert 'description = "xTrans' in own("kwon").read_text("utf-8")
        QTest.keyClicks(page.prompt.description, "x")
        window.open_preset("kwon")
        answer(await question(app, window), "Discard")
        await app.until(lambda: app.to.preset_editor.draft.id == "kwon", "it goes on")
        assert own("joke").read_text("utf-8") == PARALLEL

    journey(script)


def test_a_name_half_typed_is_saved_too(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        await with_files(app, window, kwon=TWO_STEPS)
        await show(app, window, "kwon")
        window.page.panels.choose(CHAIN)
        name = window.page.chain.cards[0].name
        name.setFocus()
        name.selectAll()
        QTest.keyClicks(name, "translated")
        press(window, Qt.Key.Key_S)
        await app.until(lambda: not app.to.preset_editor.draft.is_dirty, "it is saved")
        text = own("kwon").read_text("utf-8")
        assert 'name = "translated"' in text
        assert "영어로는 이렇습니다: {translated}" in text

    journey(script)


def test_a_draft_survives_a_restart(journey: Journey) -> None:
    async def today(app: AppDriver) -> None:
        window = await opened(app)
        await with_files(app, window, kwon=TWO_STEPS)
        await show(app, window, "kwon")
        QTest.keyClicks(window.page.prompt.name, "My ")

    async def tomorrow(app: AppDriver) -> None:
        await app.ready()
        window = app.window.open_presets()
        await app.until(lambda: app.to.preset_editor.is_open, "it is open")
        assert app.to.preset_editor.draft.id == "kwon"
        assert "My " in window.page.prompt.name.text()
        assert "● " in window.page.head.state.text()
        assert own("kwon").read_text("utf-8") == TWO_STEPS
        app.to.preset_editor.revert()
        assert not app.to.preset_editor.draft.is_dirty

    journey(today)
    assert json.loads(paths.preset_draft().read_text("utf-8"))["id"] == "kwon"
    journey(tomorrow)


def test_a_preset_is_deleted_and_comes_back_with_its_draft(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        await with_files(app, window, kwon=TWO_STEPS)
        await show(app, window, "kwon")
        QTest.keyClicks(window.page.prompt.description, "x")
        window.side.list.setFocus()
        QTest.keyClick(window.side.list, Qt.Key.Key_Delete)
        await app.until(lambda: not own("kwon").exists(), "it is deleted")
        await app.until(window.notice.isVisible, "it is told")
        await app.until(lambda: app.to.preset_editor.draft.id == "assistant", "another is shown")
        assert "kwon" not in window.side.list.ids
        QTest.mouseClick(window.notice._remedy, Qt.MouseButton.LeftButton)
        await app.until(lambda: app.to.preset_editor.draft.id == "kwon", "it is back")
        assert own("kwon").read_text("utf-8") == TWO_STEPS
        assert window.page.prompt.description.text().startswith("x")

    journey(script)


def drop(target: QWidget, *files: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, button, none)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(5, 5), copy, data, button, none)
    QApplication.sendEvent(target, event)


def test_files_are_dropped_in_and_taken_out(journey: Journey, tmp_path: Path) -> None:
    """TPL-06: a file that is no preset is refused with its reason."""
    (tmp_path / "kwon.toml").write_text(TWO_STEPS, "utf-8")
    (tmp_path / "bad.toml").write_text("name = 3", "utf-8")

    async def script(app: AppDriver) -> None:
        window = await opened(app)
        drop(window.side.list.viewport(), tmp_path / "kwon.toml", tmp_path / "bad.toml")
        await app.until(lambda: app.to.preset_editor.draft.id == "kwon", "it is on show")
        await app.until(window.notice.isVisible, "the other is refused")
        assert window.notice.notice is not None
        assert "bad.toml" in window.notice.notice.text
        drop(window.page.source.edit.viewport(), tmp_path / "kwon.toml")
        await app.until(lambda: "kwon-2" in window.side.list.ids, "nothing is overwritten")
        await app.until(lambda: app.to.preset_editor.draft.id == "kwon-2", "it is on show")
        window.export()
        dialog = next(d for d in window.findChildren(QFileDialog) if d.isVisible())
        dialog.fileSelected.emit(str(tmp_path / "out.toml"))
        dialog.reject()
        await app.until((tmp_path / "out.toml").exists, "it is exported")
        assert (tmp_path / "out.toml").read_text("utf-8") == TWO_STEPS
        dragged = app.to.presets.drag_file("kwon")
        assert dragged is not None
        assert dragged.name == "kwon.toml"
        assert dragged.read_text("utf-8") == TWO_STEPS

    journey(script)


def test_the_order_is_kept(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        await with_files(app, window, kwon=TWO_STEPS, joke=PARALLEL)
        await show(app, window, "kwon")
        before = window.side.list.own
        window.side.list.setFocus()
        for _ in before:
            QTest.keyClick(window.side.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
        assert window.side.list.own[0] == "kwon"
        await asyncio.sleep(0.3)
        app.to.presets.refresh()
        await asyncio.sleep(0.3)
        assert window.side.list.own == ("kwon", *(each for each in before if each != "kwon"))
        assert app.to.preset_editor.draft.id == "kwon"

    journey(script)


def test_the_script_is_shown_copied_and_runs_through_the_compiler(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        await with_files(app, window, kwon=TWO_STEPS, joke=PARALLEL)
        await show(app, window, "kwon")
        window.page.copy_as_python()
        copied = QGuiApplication.clipboard().text()
        compile(copied, "kwon.py", "exec")
        assert "RunnablePassthrough.assign(english=english_step)" in copied
        assert "127.0.0.1:11434" in copied
        assert window.page.panels.key == PYTHON
        window.page.source.set_text("name = ")
        assert window.page.python.text == ""
        assert window.page.python.why_not.text()
        assert not window.page.python.copy.isEnabled()

    journey(script)


def test_everything_is_reached_by_tab(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        await with_files(app, window, joke=PARALLEL)
        await show(app, window, "joke")
        window.page.panels.choose(PROMPT)
        window.side.list.setFocus()
        reached: list[QWidget | None] = []
        for _ in range(40):
            reached.append(window.focusWidget())
            QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        prompt = window.page.prompt
        for widget in (
            prompt.name,
            prompt.system,
            prompt.temperature.slider,
            window.page.head.save,
        ):
            assert widget in reached or not widget.isEnabled()
        assert all(
            widget.accessibleName() or isinstance(widget, QPushButton)
            for widget in reached
            if widget is not None and widget.metaObject().className() != "QComboBox"
        )

    journey(script)

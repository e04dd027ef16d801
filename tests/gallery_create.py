"""Pictures of the Create page in every state; a real engine, a real Modelfile."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from app_driver import AppDriver
from gguf_files import SOUND, gguf, write
from PySide6.QtWidgets import QMenu

from gui.records.modelfile import CreationQuestion
from gui.windows.models.create_page import CreatePage
from gui.windows.models.create_questions import ask_create, ask_save
from gui.windows.models.window import ModelsWindow

Shoot = Callable[..., Awaitable[None]]

_FAULTY = """# A helper that speaks plainly.
FROM smollm2:135m
PARAMETER temprature 0.7
SYSTEM You answer in short sentences. 🙂
Never more than three.
"""
_LARGE = {
    **SOUND,
    "general.name": "Bllossom 8B Instruct",
    "general.size_label": "8B",
    "general.file_type": 15,
    "llama.context_length": 8192,
}


async def take_create(app: AppDriver, shoot: Shoot) -> None:
    """All pictures of one look."""
    window = app.window.open_models()
    await app.until(lambda: window.installed.list.count, "the starter is listed")
    page = window.create_page()
    await _editing(app, window, page, shoot)
    await _questions(app, window, page, shoot)
    await _importing(app, window, page, shoot)
    app.to.modelfile_files.new()
    window.close()


async def _editing(app: AppDriver, window: ModelsWindow, page: CreatePage, shoot: Shoot) -> None:
    await app.until(page.body.status.text, "it is checked")
    await shoot("create-new", window=window)
    for button, menu in (
        (page.head.samples, page.head.samples_menu),
        (page.head.menu_button, page.head.menu),
    ):
        shown: QMenu = menu()
        corner = button.mapToGlobal(button.rect().bottomRight())
        corner.setX(corner.x() - shown.sizeHint().width())
        shown.popup(corner)
        await shoot(
            f"create-menu-{'samples' if button is page.head.samples else 'file'}",
            shown,
            window=window,
        )
        shown.close()
    samples = {sample.title: sample for sample in app.to.modelfile_files.samples()}
    page.use_sample(samples["mood-classifier"])
    page.head.name.setText("mood")
    page.head.name.textEdited.emit("mood")
    await asyncio.sleep(0.4)
    await shoot("create-sample", window=window)
    page.form.verticalScrollBar().setValue(900)
    await shoot("create-sample-below", window=window)
    page.form.verticalScrollBar().setValue(0)
    page.form.parameters.fold.setChecked(True)
    await shoot("create-parameters", window=window)
    page.form.parameters.fold.setChecked(False)
    page.body.choose("changes")
    await app.until(lambda: page.body.changes.currentIndex() == 1, "it is compared")
    await shoot("create-changes", window=window)
    page.body.choose("both")
    page.source.set_text(_FAULTY)
    await asyncio.sleep(0.5)
    await shoot("create-faults", window=window)
    page.head.press()
    await asyncio.sleep(0.4)
    await shoot("create-refused", window=window)
    window.resize(860, 700)
    page.source.set_text(
        _FAULTY.replace("Never more than three.\n", "").replace("temprature", "temperature")
    )
    await asyncio.sleep(0.4)
    await shoot("create-narrow-text", window=window)
    page.body.choose("form")
    await shoot("create-narrow-form", window=window)
    page.form.system.setPlainText("a\u00a0b \u200d c")
    page.form.show_refusal("SYSTEM", _refusal())
    await shoot("create-narrow-refused", window=window)
    window.resize(1120, 740)
    page.body.choose("both")


def _refusal() -> str:
    from gui.models.modelfile.commands import Instruction
    from gui.models.modelfile.document import Document
    from gui.models.modelfile.errors import CannotBeWritten

    try:
        Document("FROM a").with_value(Instruction.SYSTEM, "a\u200db")
    except CannotBeWritten as error:
        return str(error)
    return ""


async def _questions(app: AppDriver, window: ModelsWindow, page: CreatePage, shoot: Shoot) -> None:
    box = ask_save("translator.Modelfile", page, lambda: None, lambda: None)
    await shoot("create-ask-save", box, window=window)
    box.reject()
    there = app.to.library.models[0]
    outside = (Path("/home/minji/Downloads/adapter.gguf"), Path("/home/minji/models/base.gguf"))
    question = CreationQuestion(there.name, outside, there, "http://127.0.0.1:41234")
    box = ask_create(question, page, lambda: None)
    await shoot("create-ask-replace", box, window=window)
    box.reject()
    app.to.modelfile_files.new()
    page.head.name.setText(there.name)
    page.head.judge()
    await shoot("create-name-taken", window=window)


async def _importing(app: AppDriver, window: ModelsWindow, page: CreatePage, shoot: Shoot) -> None:
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        model = write(folder / "Bllossom-8B-Q4_K_M.gguf", gguf(_LARGE))
        eye = write(
            folder / "mmproj-F16.gguf",
            gguf(
                {"general.architecture": "clip", "general.type": "mmproj", "general.file_type": 1}
            ),
        )
        lora = write(
            folder / "my-lora.gguf",
            gguf(
                {
                    "general.architecture": "llama",
                    "general.type": "adapter",
                    "general.base_model.0.name": "SmolLM2 135M",
                }
            ),
        )
        for name, paths in (("vision", (model, eye)), ("lora", (lora,))):
            page.import_files(paths)
            await app.until(lambda p=paths: p[0].name in page.source.text(), "it is proposed")
            await asyncio.sleep(0.5)
            await shoot(f"create-import-{name}", window=window)
        page.import_files((write(folder / "page.gguf", b"<!DOCTYPE html><html>"),))
        await app.until(window.notice.isVisible, "it is told")
        await shoot("create-import-no-gguf", window=window)
        window.notice.dismiss()

"""Pictures of the models window in every state; the records are made up, the window is real."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from app_driver import AppDriver
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QDialog, QWidget

from gui.controllers import Controllers
from gui.language import tr
from gui.records import (
    LoadedModel,
    ModelDetails,
    ModelInfo,
    Transfer,
    TransferKind,
    TransferState,
)
from gui.windows.models.window import ModelsWindow

Shoot = Callable[..., Awaitable[None]]

_FAMILIES = (
    ("llama3.2", "llama", "3.2B", 2.0, 131072, ("completion", "tools")),
    ("exaone3.5", "exaone", "7.8B", 4.8, 32768, ("completion",)),
    ("qwen3", "qwen3", "8.2B", 5.2, 40960, ("completion", "tools", "thinking")),
    ("gemma3", "gemma3", "4.3B", 3.3, 131072, ("completion", "vision")),
    ("bge-m3", "bert", "567M", 1.2, 8192, ("embedding",)),
    ("qwen2.5-coder", "qwen2", "7.6B", 4.7, 32768, ("completion", "tools", "insert")),
    ("hf.co/MLP-KTLim/llama-3-Korean-Bllossom-8B-gguf-Q4_K_M", "llama", "8.0B", 4.9, 8192, ()),
)
_TAGS = ("latest", "q4", "q5", "q8", "mini", "tuned", "test", "work", "home", "old")
_MODELFILE = """FROM {name}
TEMPLATE \"\"\"{{{{- if .System }}}}<|system|>
{{{{ .System }}}}<|end|>
{{{{- end }}}}
{{{{- range .Messages }}}}<|{{{{ .Role }}}}|>
{{{{ .Content }}}}<|end|>
{{{{- end }}}}<|assistant|>
\"\"\"
SYSTEM You are a patient teacher. Answer in the language of the question.
PARAMETER temperature 0.7
PARAMETER num_ctx 8192
PARAMETER stop <|end|>
LICENSE Apache-2.0
"""


def models(count: int) -> tuple[ModelInfo, ...]:
    """So many models, made of the families."""
    made = []
    for number in range(count):
        name, family, parameters, size, context, abilities = _FAMILIES[number % len(_FAMILIES)]
        turn = number // len(_FAMILIES)
        tag = _TAGS[turn % len(_TAGS)] + (str(turn // len(_TAGS)) if turn >= len(_TAGS) else "")
        made.append(
            ModelInfo(
                f"{name}:{tag}",
                digest=f"{number:064x}",
                size=int(size * 1e9) + number,
                modified_at=f"2026-{1 + number % 11:02}-{1 + number % 27:02}T10:00:00Z",
                family=family,
                parameter_size=parameters,
                quantization="Q4_K_M",
                context_length=context,
                capabilities=abilities,
            )
        )
    return tuple(made)


def details(model: ModelInfo) -> ModelDetails:
    """All about one of them."""
    return ModelDetails(
        info=model,
        modelfile=_MODELFILE.format(name=model.name),
        template=_MODELFILE.split('"""')[1].format(),
        system="You are a patient teacher. Answer in the language of the question.",
        parameters="temperature 0.7\nnum_ctx 8192\nstop <|end|>",
        license="Apache License\nVersion 2.0, January 2004",
        digest=f"{74565:064x}",
        metadata=(
            ("general.architecture", model.family),
            ("general.file_type", "15"),
            (f"{model.family}.block_count", "36"),
            (f"{model.family}.context_length", str(model.context_length)),
            (f"{model.family}.embedding_length", "4096"),
        ),
        layers=(("model", f"sha256:{271828:064x}"),),
    )


def transfers() -> tuple[Transfer, ...]:
    """One that runs, one that rests, one that failed."""
    pull = TransferKind.PULL
    state = TransferState
    return (
        Transfer(
            "a",
            pull,
            "llama3.3:70b",
            "ollama",
            state.FAILED,
            completed=12_000_000_000,
            total=43_000_000_000,
            error=" ".join(
                (
                    tr("There is no room on the disk for {name}.", name="llama3.3:70b"),
                    tr("What was downloaded is kept."),
                    tr("Free some space, then resume."),
                )
            ),
        ),
        Transfer(
            "b",
            pull,
            "exaone3.5:7.8b",
            "ollama",
            state.PAUSED,
            status=tr("Paused"),
            completed=1_900_000_000,
            total=4_800_000_000,
        ),
        Transfer(
            "c",
            pull,
            "qwen3:8b",
            "ollama",
            state.RUNNING,
            status=tr("Downloading part {number}", number=1),
            completed=3_100_000_000,
            total=5_200_000_000,
            speed=38_400_000,
            seconds_left=55,
        ),
    )


def fill(to: Controllers, listed: tuple[ModelInfo, ...], loaded: tuple[LoadedModel, ...]) -> None:
    """Have the library say this."""
    to.library.unwatch()
    to.library._listing = (listed, loaded)
    to.library._announce()


async def take_models(app: AppDriver, shoot: Shoot) -> None:
    """All pictures of one look."""
    app.window.open_models()
    window = app.window.models
    assert window is not None
    await app.until(lambda: window.installed.list.count, "the starter is listed")
    await app.until(window.installed.panel.details.text, "its details are read")
    await shoot("models-one", window=window)
    await _installed(app, window, shoot)
    await _dialogs(window, shoot)
    await _get(app, window, shoot)
    window.close()


async def _installed(app: AppDriver, window: ModelsWindow, shoot: Shoot) -> None:
    page, library = window.installed, app.to.library
    fill(app.to, (), ())
    await shoot("models-empty", window=window)
    library.unreachable.emit(tr("Nothing answers at {address}.", address="192.168.0.7:11434"))
    await shoot("models-unreachable", window=window)
    listed = models(200)
    until = time.time() + 240
    loaded = (
        LoadedModel(listed[2].name, 6_100_000_000, 5_400_000_000, until, 8192),
        LoadedModel(listed[4].name, 1_300_000_000, 0, None, 8192),
    )
    fill(app.to, listed, loaded)
    page.list.select(listed[2].name)
    await asyncio.sleep(0.1)
    library.details_read.emit(details(listed[2]))
    await shoot("models-many", window=window)
    for number, name in ((1, "template"), (4, "modelfile")):
        page.panel.details.tabs.setCurrentIndex(number)
        await shoot(f"models-{name}", window=window)
    page.panel.details.tabs.setCurrentIndex(0)
    page.field.setText("qwen tools")
    await shoot("models-searching", window=window)
    page.field.setText("nothing like it")
    await shoot("models-nothing-found", window=window)
    page.field.clear()
    page.list.select(listed[2].name)
    library.details_read.emit(details(listed[2]))


async def _dialogs(window: ModelsWindow, shoot: Shoot) -> None:
    name = window.installed.list.name
    await asyncio.sleep(0.2)
    shown = next(m for m in models(200) if m.name == name)
    window.installed.panel.show_details(details(shown))
    window._ask_delete(name, 5_200_000_000, "")
    await _shoot_dialog(window, shoot, "delete")
    window._ask_copy(name)
    await _shoot_dialog(window, shoot, "copy")
    window._ask_push(name)
    await _shoot_dialog(window, shoot, "push")
    window._ask_cancel(transfers()[2])
    await _shoot_dialog(window, shoot, "cancel")
    menu = window.installed.panel.menu()
    more = window.installed.panel.more
    menu.popup(more.mapToGlobal(QPoint(-120, more.height())))
    await shoot("models-menu", menu, window=window)
    menu.close()


async def _shoot_dialog(window: ModelsWindow, shoot: Shoot, name: str) -> None:
    dialog = next(d for d in window.findChildren(QDialog) if d.isVisible())
    await shoot(f"models-{name}", dialog, window=window)
    dialog.reject()
    await asyncio.sleep(0.05)


async def _get(app: AppDriver, window: ModelsWindow, shoot: Shoot) -> None:
    for transfer in transfers():
        app.to.transfers._take(transfer)
    window.notice.dismiss()
    page: QWidget = window.show_page("get")
    await app.until(lambda: page.list.count, "the catalogue is read")  # type: ignore[attr-defined]
    await shoot("models-transfers", window=window)
    for transfer in transfers():
        app.to.transfers._remove(transfer.id)
    await shoot("models-catalogue", window=window)
    field = page.field  # type: ignore[attr-defined]
    for name, text in (
        ("known", "qwen3:8b"),
        ("from-elsewhere", "hf.co/bartowski/Qwen3-8B-GGUF:Q4_K_M"),
        ("bad-name", "qwen 3"),
    ):
        field.setText(text)
        field.textEdited.emit(text)
        await shoot(f"models-{name}", window=window)
    field.clear()

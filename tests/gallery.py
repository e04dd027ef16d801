"""Renders every window and state to PNG: light and dark, English and Korean.

    uv run python tests/gallery.py [FOLDER [PART ...]]

Who changes what a person sees runs this and looks at the pictures. Parts: the keys of `PARTS`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["OLLAMA_HOST"] = "127.0.0.1:1"
sys.path.insert(0, str(Path(__file__).parent))

from app_driver import AppDriver, drive
from gallery_chains import take_chains
from gallery_compare import take_compare
from gallery_create import take_create
from gallery_hub import take_hub
from gallery_models import take_models
from gallery_presets import take_presets
from gallery_samples import SAMPLES, Sample
from gallery_serve import take_serve
from gallery_servers import take_servers
from gallery_source import take_source
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from gui import paths
from gui.app import Application
from gui.controllers import ChatState
from gui.controllers.notices import remedy_label
from gui.errors import DiskFull, OndolError, ServerUnreachable
from gui.records import (
    Notice,
    Options,
    Role,
    RunRecord,
    Statistics,
)
from gui.storage import ConversationStore, Database

MODEL = "smollm2:135m"
FIGURES = Statistics(
    prompt_eval_count=412,
    eval_count=287,
    total_duration=3_100_000_000,
    prompt_eval_duration=180_000_000,
    eval_duration=2_840_000_000,
    first_token_ns=214_000_000,
    done_reason="stop",
)


@dataclass(frozen=True, slots=True)
class Look:
    """One language in one theme."""

    language: str
    theme: str


async def fill(language: str) -> None:
    """Conversations a person might have had, newest last."""
    database = await Database.open(paths.database())
    store = ConversationStore(database)
    for sample in SAMPLES[language]:
        await store_sample(store, sample)
    await database.close()


async def store_sample(store: ConversationStore, sample: Sample) -> None:
    conversation = await store.create(title=sample.title, model=MODEL, preset="assistant")
    parent: int | None = None
    for index, turn in enumerate(sample.turns):
        user = await store.add_message(conversation.id, parent, Role.USER, turn.said)
        first_reply = 0
        start = user.id if index and sample.cut else None
        run = RunRecord(MODEL, options=Options(num_ctx=2048), context_start=start)
        for answer in turn.answers:
            reply = await store.add_message(
                conversation.id,
                user.id,
                Role.ASSISTANT,
                answer,
                model=MODEL,
                run=run,
                thinking=turn.thinking,
            )
            await store.update_message(
                reply.id,
                statistics=None if turn.error else FIGURES,
                status=turn.status,
                error=turn.error,
            )
            first_reply = first_reply or reply.id
        parent = first_reply
        await store.show_branch(conversation.id, first_reply)


def settings(look: Look) -> None:
    values = {"language": look.language, "theme": look.theme}
    paths.settings().write_text(json.dumps(values), "utf-8")


Shoot = Callable[..., Awaitable[None]]


class Gallery:
    """Takes the pictures of one look."""

    def __init__(self, app: AppDriver, folder: Path, look: Look) -> None:
        self.app = app
        self.language = look.language
        self._folder = folder
        self._look = look

    async def shoot(
        self, name: str, widget: QWidget | None = None, window: QWidget | None = None
    ) -> None:
        await asyncio.sleep(0.35)
        path = self._folder / f"{name}-{self.language}-{self._look.theme}.png"
        window = window or self.app.window
        picture = window.grab()
        if widget is not None:
            from PySide6.QtGui import QPainter

            painter = QPainter(picture)
            at = widget.mapToGlobal(QPoint()) - window.mapToGlobal(QPoint())
            painter.drawPixmap(at, widget.grab())
            painter.end()
        picture.save(str(path))
        print(path)

    async def take(self, parts: Sequence[str]) -> None:
        """The pictures of these parts, of all if none is named."""
        await self.app.ready()
        for part in parts or PARTS:
            self.app.window.page.notice.dismiss()
            await PARTS[part](self)

    async def main_window(self) -> None:
        """Conversations, popups, notices, a reply that streams."""
        app = self.app
        await app.until(lambda: app.to.conversations.conversations, "the list is read")
        page = app.window.page
        await self.shoot("empty")
        for conversation in app.to.conversations.conversations:
            sample = next(s for s in SAMPLES[self.language] if s.title == conversation.title)
            app.to.chat.open(conversation.id)
            await app.until(lambda: app.messages, "the conversation opens")
            await self.shoot(sample.name)
        app.to.chat.open(app.to.conversations.conversations[0].id)
        await asyncio.sleep(0.3)
        await self._popups()
        page.notice.show_notice(_notice(ServerUnreachable("192.168.0.7:11434")))
        await self.shoot("notice")
        page.notice.show_notice(_notice(DiskFull()))
        await self.shoot("disk-full")
        page.notice.dismiss()
        app.window._toggle_sidebar()
        app.window.resize(720, 760)
        await self.shoot("narrow")
        app.window.resize(1100, 760)
        app.window._toggle_sidebar()
        await self._live()

    async def _popups(self) -> None:
        app = self.app
        bar = app.window.page.bar
        for name, picker in (("models", bar.models), ("presets", bar.presets)):
            picker.open()
            await self.shoot(name, picker._popup)
            picker._popup.close()
        app.window._open_menu()
        menu = next(m for m in app.window.findChildren(QMenu) if m.isVisible())
        await self.shoot("menu", menu)
        menu.close()

    async def _live(self) -> None:
        """A reply that really streams, then its end, then a stopped one."""
        app = self.app
        app.to.chat.new()
        said = "가을 하늘을 한 문장으로 묘사해 줘." if self.language == "ko" else "What is tea?"
        await app.say(said)
        await app.until(lambda: app.to.chat.state is ChatState.STREAMING, "tokens come")
        await asyncio.sleep(0.4)
        await self.shoot("streaming")
        app.press(Qt.Key.Key_Escape)
        await app.idle()
        await self.shoot("stopped")


Part = Callable[[Gallery], Awaitable[None]]


def _of_app(take: Callable[[AppDriver, Shoot], Awaitable[None]]) -> Part:
    return lambda gallery: take(gallery.app, gallery.shoot)


PARTS: dict[str, Part] = {
    "main": Gallery.main_window,
    "chains": lambda g: take_chains(g.app.window.page.transcript, g.language, g.shoot),
    "models": _of_app(take_models),
    "hub": _of_app(take_hub),
    "create": _of_app(take_create),
    "servers": _of_app(take_servers),
    "source": _of_app(take_source),
    "presets": _of_app(take_presets),
    "compare": lambda g: take_compare(g.app, g.language, g.shoot),
    "serve": _of_app(take_serve),
}


def _notice(error: OndolError) -> Notice:
    return Notice(str(error), error.remedy, remedy_label(error.remedy))


def render(app: Application, folder: Path, look: Look, parts: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["ONDOL_HOME"] = home
        asyncio.run(fill(look.language))
        settings(look)
        script: Callable[[AppDriver], Awaitable[None]] = lambda driver: Gallery(  # noqa: E731
            driver, folder, look
        ).take(parts)
        drive(app, script)


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/gallery-output")
    folder.mkdir(parents=True, exist_ok=True)
    app = Application([])
    app.setQuitOnLastWindowClosed(False)
    started = time.perf_counter()
    for language in ("en", "ko"):
        for theme in ("light", "dark"):
            render(app, folder, Look(language, theme), sys.argv[2:])
    print(f"{len(list(folder.glob('*.png')))} pictures in {time.perf_counter() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

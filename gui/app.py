"""Composition root: the only room that knows everyone. Start-up and shut-down are lists."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLibraryInfo, QTranslator, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from gui import __version__, eventloop, language, logs, paths, theme
from gui.controllers import Notices, Rooms, SettingsController
from gui.controllers.building import build
from gui.controllers.rooms import open_rooms
from gui.errors import EngineError
from gui.eventloop import GarbageCollector, Tasks
from gui.instance import Instance
from gui.language import tr
from gui.records import Notice, ServerChoices
from gui.settings import Settings, SettingsFile
from gui.theme import ThemeMode
from gui.windows.main_window import MainWindow

_LOG = logging.getLogger(__name__)
_CLOSE_SECONDS = 8.0


class Application(QApplication):
    """Qt's own answer to a quit request is to leave its loop at once; ours is to say so."""

    quit_requested = Signal()

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Quit:
            self.quit_requested.emit()
            return True
        return super().event(event)


def run(arguments: Sequence[str]) -> int:
    """Open the window; the exit code of the process. A second start raises the first window."""
    app = Application(["ondol", *arguments])
    app.setApplicationName("ondol")
    app.setApplicationDisplayName("Ondol")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("ondol")
    app.setQuitOnLastWindowClosed(False)
    instance = Instance()
    try:
        if not instance.enter():
            return 0
    except TimeoutError:
        # The settings are the first one's: loading them would put a damaged file aside.
        language.choose(Settings().language)
        hangs = tr(
            "Ondol is running already, but does not answer. End that process, then start again."
        )
        sys.stderr.write(f"ondol: {hangs}\n")
        return 1
    try:
        return eventloop.run(app, lambda quit_requested: Ondol(app, instance).live(quit_requested))
    finally:
        instance.release()


class Ondol:
    """One run of the application."""

    def __init__(self, app: Application, instance: Instance) -> None:
        self._app = app
        self._instance = instance
        self._quit = asyncio.Event()
        self._window: MainWindow | None = None
        self._translator = QTranslator()
        self._notices = Notices()
        self._garbage = GarbageCollector()

    async def live(self, quit_requested: asyncio.Event) -> int:
        """From the first window to the last byte saved."""
        self._quit = quit_requested
        with logs.to_file(), logs.uncaught(self._notices.tell_error):
            self._start()
            await quit_requested.wait()
            return await self._stop()

    def _start(self) -> None:
        """Everything up to the first painted window, then what may take its time."""
        self._read_settings()
        self._build_controllers()
        self._watch_for_changes()
        self._show_window()
        self._tasks.start(self._open_rooms(), "start")

    def _read_settings(self) -> None:
        self._settings_file = SettingsFile(paths.settings())
        self._first_settings, self._settings_problem = self._settings_file.load()
        self._speak(self._first_settings.language)
        theme.apply(self._app, _mode(self._first_settings))

    def _build_controllers(self) -> None:
        notices = self._notices
        self._tasks = Tasks()
        self._tasks.failed.connect(lambda _, error: notices.tell_error(error))
        if self._settings_problem is not None:
            notices.tell_error(self._settings_problem)
        loop = asyncio.get_running_loop()

        def engine_ended(error: EngineError) -> None:
            loop.call_soon_threadsafe(notices.tell_error, error)

        tasks = self._tasks
        settings = SettingsController(self._settings_file, self._first_settings, tasks, notices)

        def choices() -> ServerChoices:
            # The other thread reads one frozen record.
            now = settings.settings
            return ServerChoices(now.servers, now.plain_hosts)

        rooms = self._rooms = Rooms(
            open_rooms(paths.database(), dict(os.environ), engine_ended, choices)
        )
        self._controllers = build(rooms, tasks, notices, settings)

    def _watch_for_changes(self) -> None:
        self._controllers.settings.changed.connect(self._apply_settings)
        self._instance.knocked.connect(self._raise_window)
        self._app.quit_requested.connect(self._quit.set)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    def _show_window(self) -> MainWindow:
        window = self._window = MainWindow(self._controllers)
        window.closed.connect(self._quit.set)
        window.show()
        return window

    async def _open_rooms(self) -> None:
        await asyncio.sleep(0)
        if self._window is not None:
            self._window.page.transcript.warm_up()
        rooms = await self._rooms.opened()
        to = self._controllers
        if rooms.problem is not None:
            until = tr("Until then, conversations are not kept after you quit.")
            to.notices.tell(Notice(f"{rooms.problem} {until}"))
        to.models.find()
        to.presets.refresh()
        to.conversations.refresh()
        to.transfers.follow()
        try:
            await self._rooms.compute(_warm_up)
        finally:
            self._garbage.start()

    def _apply_settings(self, new: Settings, old: Settings) -> None:
        if new.language != old.language:
            self._rebuild_window(new.language)
        if new.theme != old.theme:
            theme.apply(self._app, _mode(new))

    def _rebuild_window(self, code: str) -> None:
        """Another language: the window keeps no state, so it is simply made again."""
        self._speak(code)
        old, self._window = self._window, None
        self._controllers.notices.pause()
        seen = old.companions.seen if old is not None else ()
        if old is not None:
            old.closed.disconnect(self._quit.set)
            old.close()
            old.deleteLater()
        window = self._show_window()
        window.open_again(seen)
        self._controllers.presets.refresh()
        shown = self._controllers.chat.shown
        if shown is not None:
            self._controllers.chat.open(shown)

    def _speak(self, code: str) -> None:
        language.choose(code)
        self._app.removeTranslator(self._translator)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._translator.load(f"qtbase_{language.chosen()}", folder):
            self._app.installTranslator(self._translator)

    def _follow_system(self) -> None:
        mode = _mode(self._controllers.settings.settings)
        if mode is ThemeMode.SYSTEM:
            theme.apply(self._app, mode)

    def _raise_window(self) -> None:
        if self._window is not None:
            self._window.showNormal()
            self._window.raise_()
            self._window.activateWindow()

    async def _stop(self) -> int:
        """Refuse new work, end what runs, save, close; at most some seconds."""
        self._instance.leave()
        if self._window is not None:
            self._window.hide()
            self._window.companions.hide()
        self._garbage.stop()
        await self._tasks.drain()
        try:
            await asyncio.wait_for(self._rooms.close(), _CLOSE_SECONDS)
        except Exception:
            _LOG.exception("the rooms did not close")
            return 1
        finally:
            self._controllers.settings.save_now()
            self._controllers.modelfile_files.save_now()
            self._controllers.preset_drafts.save_now()
            self._controllers.presets.close()
            if self._window is not None:
                self._window.deleteLater()
                self._window = None
        return 0


def _mode(settings: Settings) -> ThemeMode:
    known = tuple(ThemeMode)
    return ThemeMode(settings.theme) if settings.theme in known else ThemeMode.SYSTEM


def _warm_up() -> None:
    # For the first time they are opened.
    import gui.windows.compare.replay_window
    import gui.windows.compare.window
    import gui.windows.models.window
    import gui.windows.presets.window
    import gui.windows.serve.window  # noqa: F401
    from gui.chat import warm_up

    warm_up()

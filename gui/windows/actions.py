"""Every action of the main window, once: its words and its shortcut."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from gui.language import LANGUAGES, tr
from gui.theme import ThemeMode


class Actions:
    """The actions of one window; a slot is connected where the window is put together."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self.new = self._make(tr("New conversation"), "Ctrl+N")
        self.save = self._make(tr("Save transcript…"), "Ctrl+S")
        self.copy_reply = self._make(tr("Copy the last reply"), "Ctrl+Shift+C")
        self.stop = self._make(tr("Stop the reply"), "Esc")
        self.models = self._make(tr("Choose a model"), "Ctrl+M")
        self.manage = self._make(tr("Manage models…"), "Ctrl+Shift+M")
        self.presets = self._make(tr("Choose a preset"), "Ctrl+P")
        self.manage_presets = self._make(tr("Manage presets…"), "Ctrl+Shift+P")
        self.preview = self._make(tr("What will be sent"), "Ctrl+I")
        self.serve_preset = self._make(tr("Serve this preset…"), "Ctrl+Shift+E")
        self.serve_chain = self._make(tr("Serve a chain…"))
        self.compare = self._make(tr("Compare models…"), "Ctrl+Shift+K")
        self.replay = self._make(tr("Replay this conversation on another model…"))
        self.sidebar = self._make(tr("Conversations at the left"), "Ctrl+B")
        self.prompt = self._make(tr("Go to the message field"), "Ctrl+L")
        self.larger = self._make(tr("Larger text"), "Ctrl++", "Ctrl+=")
        self.smaller = self._make(tr("Smaller text"), "Ctrl+-")
        self.usual_size = self._make(tr("Usual text size"), "Ctrl+0")
        self.quit = self._make(tr("Quit"), "Ctrl+Q")

    def _make(self, text: str, *shortcuts: str) -> QAction:
        action = QAction(text, self._window)
        action.setShortcuts([QKeySequence(keys) for keys in shortcuts])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self._window.addAction(action)
        return action

    def menu(
        self,
        theme: str,
        language: str,
        choose_theme: Callable[[str], None],
        choose_language: Callable[[str], None],
    ) -> QMenu:
        """The window's one menu; `theme` and `language` are marked in it."""
        menu = QMenu(self._window)
        for action in (self.new, self.save, self.copy_reply):
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction(self.compare)
        menu.addAction(self.replay)
        menu.addSeparator()
        menu.addAction(self.manage)
        menu.addAction(self.manage_presets)
        menu.addAction(self.preview)
        menu.addAction(self.serve_preset)
        menu.addAction(self.serve_chain)
        menu.addSeparator()
        themes = {
            ThemeMode.SYSTEM.value: tr("Like the system"),
            ThemeMode.LIGHT.value: tr("Light"),
            ThemeMode.DARK.value: tr("Dark"),
        }
        menu.addMenu(_choices(menu, tr("Appearance"), themes, theme, choose_theme))
        languages = {"": tr("Like the system"), **LANGUAGES}
        menu.addMenu(_choices(menu, tr("Language"), languages, language, choose_language))
        size = menu.addMenu(tr("Text size"))
        for action in (self.larger, self.smaller, self.usual_size):
            size.addAction(action)
        menu.addAction(self.sidebar)
        menu.addSeparator()
        menu.addAction(self.quit)
        return menu


def _choices(
    parent: QMenu, title: str, options: dict[str, str], chosen: str, choose: Callable[[str], None]
) -> QMenu:
    menu = QMenu(title, parent)
    group = QActionGroup(menu)
    for key, text in options.items():
        action = QAction(text, group)
        action.setCheckable(True)
        action.setChecked(key == chosen)
        action.setData(key)
        menu.addAction(action)
    group.triggered.connect(lambda action: choose(str(action.data())))
    return menu

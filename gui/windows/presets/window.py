"""The Presets window: the list at the left, the one being written at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget
from typing_extensions import override

from gui.controllers import Controllers
from gui.language import tr
from gui.records import Notice, Preset, Remedy
from gui.windows.companion import Companion
from gui.windows.dropping import FileDrops
from gui.windows.presets import dialogs
from gui.windows.presets.dropping import preset_files
from gui.windows.presets.page import PresetPage
from gui.windows.presets.side import PresetSide


class PresetsWindow(Companion):
    """Keeps no state of its own: the draft outlives it."""

    chosen = Signal(str)
    """Try this one: the main window chooses it."""

    def __init__(self, controllers: Controllers) -> None:
        usual, least = QSize(1180, 780), QSize(760, 480)
        super().__init__(controllers, tr("Presets"), "presets_geometry", usual, least)
        self._build()
        self._connect()
        self._add_shortcuts()
        self._show_presets()
        controllers.preset_drafts.begin()

    def _build(self) -> None:
        self.side = PresetSide(self._to.presets.drag_file)
        self.page = PresetPage(self._to)
        self._notices = QWidget()
        self._notices.hide()
        notices = QHBoxLayout(self._notices)
        notices.setContentsMargins(24, 12, 24, 0)
        notices.addStretch(1)
        notices.addWidget(self.notice, 1000)
        notices.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._notices)
        right.addWidget(self.page, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side)
        row.addLayout(right, 1)

    def _connect(self) -> None:
        to, side, page = self._to, self.side, self.page
        side.new_requested.connect(self.new)
        side.more.clicked.connect(lambda: side.drop_down(self.file_menu()))
        side.list.chosen.connect(self.open_preset)
        side.list.try_requested.connect(lambda _: page.try_it())
        side.list.delete_requested.connect(lambda _: self.delete())
        side.list.reordered.connect(to.presets.reorder)
        side.list.menu_requested.connect(self._open_menu)
        page.head.more.clicked.connect(self._drop_down)
        page.try_requested.connect(self.chosen)
        page.duplicate_requested.connect(self.duplicate)
        to.presets.listed.connect(lambda _: self._show_presets())
        to.presets.made.connect(self._show_made)
        to.presets.deleted.connect(lambda _: self._open_chosen())
        to.presets.told.connect(self.show_notice)
        to.preset_editor.told.connect(self.show_notice)
        to.preset_editor.state_changed.connect(self._mark)
        self.notice.remedy_chosen.connect(self._apply_remedy)
        self.notice.closed.connect(self._notices.hide)
        drops = (self, side.list.viewport(), side.search, page.source.edit.viewport())
        self._drops = FileDrops(preset_files, *drops, page.prompt.system.viewport())
        self._drops.dropped.connect(self.import_files)

    def _add_shortcuts(self) -> None:
        page, panels = self.page, self.page.panels
        numbered = (
            (f"Ctrl+{number}", partial(panels.choose, key))
            for number, key in enumerate(panels.pages, 1)
        )
        self.add_shortcuts(
            (
                ("Ctrl+N", self.new),
                ("Ctrl+S", page.save),
                ("Ctrl+Shift+D", self.duplicate),
                ("Ctrl+Return", page.try_it),
                ("Ctrl+F", self.side.search.setFocus),
                ("Ctrl+PgDown", lambda: panels.step(1)),
                ("Ctrl+PgUp", lambda: panels.step(-1)),
                *numbered,
            )
        )

    # What a person does.

    def new(self) -> None:
        """A preset that says nothing yet."""

        def make() -> None:
            self._to.preset_editor.new()
            self.page.panels.choose("prompt")
            self.page.prompt.name.setFocus()
            self.page.prompt.name.selectAll()

        self.page.guarded(make)

    def open_preset(self, preset_id: str) -> None:
        """Show a preset in place of the one before."""
        if preset_id != self._to.preset_editor.draft.id or not self._to.preset_editor.is_open:
            self._mark()
            self.page.guarded(lambda: self._to.preset_editor.open(preset_id))

    def duplicate(self) -> None:
        """A copy of the preset as it was saved last."""
        if preset_id := self._to.preset_editor.draft.id:
            self.page.guarded(lambda: self._to.presets.duplicate(preset_id))

    def delete(self) -> None:
        """Delete one of the person's own; it can be undone."""
        draft = self._to.preset_editor.draft
        if draft.built_in:
            text = tr("{name} comes with Ondol and stays.", name=self._to.preset_editor.preset.name)
            self.show_notice(Notice(text, is_error=False))
        elif draft.id:
            self._to.presets.delete(draft.id)
        else:
            self.page.guarded(self._open_chosen)

    def import_files(self, files: Sequence[Path]) -> None:
        """Take files among one's own."""
        self.page.guarded(lambda: self._to.presets.import_files(files))

    def export(self) -> None:
        """Ask where the preset is to be written."""
        preset_id = self._to.preset_editor.draft.id

        def write(path: Path) -> None:
            self._to.presets.export(preset_id, path)

        if preset_id:
            title = tr("Export the preset")
            dialogs.choose_place(self, title, preset_id, "toml", write)

    def file_menu(self) -> QMenu:
        """Files in and out."""
        menu = QMenu(self)
        self._add(menu, tr("Import…"), "", self._import)
        self._add(menu, tr("Export…"), "", self.export, can=bool(self._to.preset_editor.draft.id))
        return menu

    def preset_menu(self) -> QMenu:
        """What can be done with the preset on show."""
        draft = self._to.preset_editor.draft
        own = self.side.list.own
        menu = QMenu(self)
        self._add(menu, tr("Try it"), "Ctrl+Return", self.page.try_it)
        self._add(menu, tr("Duplicate"), "Ctrl+Shift+D", self.duplicate, can=bool(draft.id))
        self._add(menu, tr("Copy as Python"), "", self.page.copy_as_python)
        self._add(menu, tr("Export…"), "", self.export, can=bool(draft.id))
        menu.addSeparator()
        move = self.side.list.move_chosen
        at = own.index(draft.id) if draft.id in own else -1
        self._add(menu, tr("Move up"), "Alt+Up", lambda: move(-1), can=at > 0)
        self._add(menu, tr("Move down"), "Alt+Down", lambda: move(1), can=0 <= at < len(own) - 1)
        menu.addSeparator()
        editor = self._to.preset_editor
        self._add(menu, tr("Back to what was saved"), "", editor.revert, can=editor.can_revert)
        self._add(menu, tr("Delete"), "Del", self.delete, can=not draft.built_in)
        return menu

    def _add(
        self, menu: QMenu, text: str, keys: str, act: Callable[[], None], *, can: bool = True
    ) -> None:
        action = QAction(text, menu)
        action.setShortcut(QKeySequence(keys))
        action.setEnabled(can)
        action.triggered.connect(lambda _=False: act())
        menu.addAction(action)

    def _import(self) -> None:
        dialogs.choose_presets(self, self.import_files)

    def _open_menu(self, at: QPoint) -> None:
        menu = self.preset_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _drop_down(self) -> None:
        menu, button = self.preset_menu(), self.page.head.more
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = QPoint(button.width() - menu.sizeHint().width(), button.height() + 4)
        menu.popup(button.mapToGlobal(corner))

    # What is shown.

    @override
    def show_notice(self, notice: Notice) -> None:
        self._notices.show()
        super().show_notice(notice)

    def _apply_remedy(self, notice: Notice) -> None:
        if notice.remedy is Remedy.UNDO_DELETE:
            self._to.presets.undo_delete()

    def _show_presets(self) -> None:
        self._mark()
        if not self._to.preset_editor.is_open and self._to.presets.chosen.id:
            self._to.preset_drafts.begin()

    def _mark(self) -> None:
        """The list as it is now, with what is in no file yet, or no more; what is being looked at
        is marked."""
        editor = self._to.preset_editor
        draft, presets = editor.draft, self._to.presets.presets
        if editor.is_open and self._to.presets.get(draft.id) is None:
            presets = (*presets, replace(editor.preset, id=draft.id, built_in=False))
        is_dirty = editor.is_open and (draft.is_dirty or not draft.id)
        self.side.list.show_presets(presets, draft.id if is_dirty else None)
        self.side.list.mark(draft.id)

    def _show_made(self, preset: Preset) -> None:
        self._to.preset_editor.open(preset.id)
        self.side.search.clear()

    def _open_chosen(self) -> None:
        """The preset on show is gone: show the one that is chosen."""
        self._mark()
        self._to.preset_editor.open(self._to.presets.chosen.id)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self._to.presets.refresh()
            self.side.list.setFocus()

    @override
    def come_back(self) -> None:
        self._to.presets.look_again()

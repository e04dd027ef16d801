"""The one window: conversations at the left, the conversation on show at the right."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QByteArray, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMainWindow, QWidget
from typing_extensions import override

from gui import theme
from gui.controllers import Controllers
from gui.language import tr
from gui.records import Conversation, Notice, Remedy, ServerKind, Transfer
from gui.windows.actions import Actions
from gui.windows.chat_page import ChatPage
from gui.windows.companions import Companions
from gui.windows.compare.opening import Comparing
from gui.windows.dropping import FileDrops
from gui.windows.models.announcing import Announcer
from gui.windows.models.dropping import model_paths
from gui.windows.sidebar import Sidebar

if TYPE_CHECKING:
    from gui.windows.models.window import ModelsWindow
    from gui.windows.presets.window import PresetsWindow
    from gui.windows.serve.window import ServeWindow

_SCALES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


class MainWindow(QMainWindow):
    """Keeps no state but its own shape: it can be thrown away and built again."""

    closed = Signal()

    def __init__(self, controllers: Controllers) -> None:
        super().__init__()
        self._to = controllers
        self.companions = Companions()
        self._announcer = Announcer(self)
        self._build()
        self._connect()
        self._connect_actions()
        self._restore()

    def _build(self) -> None:
        self.setWindowTitle("Ondol")
        self.setWindowIcon(theme.app_icon())
        self.setMinimumSize(480, 400)
        self.sidebar = Sidebar()
        self.page = ChatPage(self._to)
        self._actions = Actions(self)
        main = QWidget()
        main.setObjectName("main")
        row = QHBoxLayout(main)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(self.page, 1)
        self.setCentralWidget(main)
        page = self.page
        self.comparing = Comparing(self.companions, self._to, page.transcript, self._return)
        self._drops = FileDrops(
            model_paths, self, page.composer.prompt.viewport(), page.transcript.viewport()
        )

    def _connect(self) -> None:
        to, listed = self._to, self.sidebar.list
        self.sidebar.new_requested.connect(to.chat.new)
        listed.opened.connect(to.chat.open)
        listed.renamed.connect(to.conversations.rename)
        listed.delete_requested.connect(to.conversations.delete)
        listed.save_requested.connect(to.conversations.name_transcript)
        listed.replay_requested.connect(self.comparing.replay)
        self.page.transcript.compare_requested.connect(self.comparing.ask_others)
        self.page.bar.sidebar_toggled.connect(self._toggle_sidebar)
        self.page.bar.menu_requested.connect(self._open_menu)
        self.page.remedy_chosen.connect(self._apply_remedy)
        self.page.bar.manage_requested.connect(self.open_models)
        self.page.bar.presets_requested.connect(self.open_presets)
        self.page.bar.preset_edit_requested.connect(self._edit_preset)
        to.transfers.finished.connect(self._announce)
        self._drops.dropped.connect(lambda paths: self.open_models().import_files(paths))
        to.conversations.listed.connect(self._show_conversations)
        to.conversations.transcript_named.connect(self._ask_where_to_save)
        to.chat.conversation_shown.connect(self._mark_conversation)

    def _connect_actions(self) -> None:
        actions, page = self._actions, self.page
        actions.new.triggered.connect(self._to.chat.new)
        actions.save.triggered.connect(self._save_transcript)
        actions.copy_reply.triggered.connect(page.copy_last_reply)
        actions.stop.triggered.connect(page.escape)
        actions.models.triggered.connect(page.bar.models.open)
        actions.manage.triggered.connect(self.open_models)
        actions.manage_presets.triggered.connect(self.open_presets)
        actions.preview.triggered.connect(page.sending.open_preview)
        actions.serve_preset.triggered.connect(self.open_serve)
        actions.serve_chain.triggered.connect(lambda: self.open_serve().choose_chain())
        actions.compare.triggered.connect(self._compare)
        actions.replay.triggered.connect(self.comparing.replay_shown)
        actions.presets.triggered.connect(page.bar.presets.open)
        actions.sidebar.triggered.connect(self._toggle_sidebar)
        actions.prompt.triggered.connect(page.composer.prompt.setFocus)
        actions.larger.triggered.connect(self._enlarge)
        actions.smaller.triggered.connect(self._reduce)
        actions.usual_size.triggered.connect(self._reset_scale)
        actions.quit.triggered.connect(self.close)

    def _restore(self) -> None:
        settings = self._to.settings.settings
        self.sidebar.setVisible(settings.sidebar)
        self.page.transcript.set_scale(settings.scale)
        geometry = QByteArray.fromBase64(settings.geometry.encode())
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            self.resize(1100, 760)
        self._show_conversations()
        self.page.composer.prompt.setFocus()
        self._to.notices.listen()

    def _show_conversations(self) -> None:
        conversations, shown = self._to.conversations.conversations, self._to.chat.shown
        self.sidebar.list.show_conversations(conversations, shown)

    def _mark_conversation(self, conversation: Conversation | None) -> None:
        self.sidebar.list.mark(conversation.id if conversation else None)

    def _save_transcript(self) -> None:
        if (shown := self._to.chat.shown) is not None:
            self._to.conversations.name_transcript(shown)

    def _ask_where_to_save(self, conversation_id: int, name: str) -> None:
        dialog = QFileDialog(self, tr("Save transcript"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr("Markdown") + " (*.md)"])
        dialog.setDefaultSuffix("md")
        dialog.selectFile(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(
            lambda path: self._to.conversations.save_transcript(conversation_id, Path(path))
        )
        dialog.open()

    def _apply_remedy(self, notice: Notice) -> None:
        match notice.remedy:
            case Remedy.USE_BUILT_IN:
                self._to.models.use_server(ServerKind.BUILT_IN)
            case Remedy.RESTART_SERVER | Remedy.RETRY:
                self._to.models.find()
            case Remedy.CHOOSE_MODEL:
                self.page.bar.models.open()
            case Remedy.NEW_CONVERSATION:
                self._to.chat.new()
            case Remedy.START_OLLAMA:
                self._to.servers.start_ollama()
            case Remedy.ALLOW_PLAIN_HTTP:
                self._to.servers.allow_plain_http()
            case Remedy.OPEN_SERVERS:
                self.open_models().show_servers()
            case Remedy.UNDO_DELETE:
                self._to.conversations.undo_delete()
            case _:
                pass

    @property
    def models(self) -> ModelsWindow | None:
        """The models window, None if it was never opened."""
        return cast("ModelsWindow | None", self.companions.find("models"))

    @property
    def presets(self) -> PresetsWindow | None:
        """The presets window, None if it was never opened."""
        return cast("PresetsWindow | None", self.companions.find("presets"))

    def open_models(self) -> ModelsWindow:
        """The models window, in front."""
        from gui.windows.models.window import ModelsWindow

        def make() -> ModelsWindow:
            window = ModelsWindow(self._to)
            window.chat_requested.connect(self._chat_with)
            return window

        return self.companions.bring("models", ModelsWindow, make)

    def open_presets(self) -> PresetsWindow:
        """The presets window, in front."""
        from gui.windows.presets.window import PresetsWindow

        def make() -> PresetsWindow:
            window = PresetsWindow(self._to)
            window.chosen.connect(self._try_preset)
            return window

        return self.companions.bring("presets", PresetsWindow, make)

    def open_serve(self) -> ServeWindow:
        """The Serve window, in front, proposing the preset that is chosen."""
        from gui.windows.serve.window import ServeWindow

        window = self.companions.bring("serve", ServeWindow, lambda: ServeWindow(self._to))
        window.choose(self._to.presets.chosen.id)
        return window

    def open_again(self, names: Iterable[str]) -> None:
        """Open the windows that another main window had open."""
        openers = {
            "models": self.open_models,
            "presets": self.open_presets,
            "serve": self.open_serve,
            "compare": self.comparing.show_compare,
            "replay": self.comparing.show_replay,
        }
        for name in names:
            if name in openers:
                openers[name]()

    def _edit_preset(self, new: bool) -> None:
        window = self.open_presets()
        if new:
            window.new()
        else:
            window.open_preset(self._to.presets.chosen.id)

    def _try_preset(self, preset_id: str) -> None:
        self._to.sending.choose_preset(preset_id)
        self._return()

    def _chat_with(self, name: str) -> None:
        self._to.models.choose(name)
        self._to.chat.new()
        self._return()

    def _compare(self) -> None:
        self.comparing.compare(self.page.composer.prompt.text().strip())

    def _return(self) -> None:
        self.raise_()
        self.activateWindow()
        self.page.composer.prompt.setFocus()

    def _announce(self, transfer: Transfer) -> None:
        """A model came or did not; in the models window its row says so already."""
        notice = self._announcer.announce(transfer)
        if self.models is None or not self.models.isActiveWindow():
            self._to.notices.tell(notice)

    def _toggle_sidebar(self) -> None:
        shown = not self.sidebar.isVisible()
        self.sidebar.setVisible(shown)
        self._to.settings.change(sidebar=shown)

    def _open_menu(self) -> None:
        settings = self._to.settings
        menu = self._actions.menu(
            settings.settings.theme,
            settings.settings.language,
            lambda value: settings.change(theme=value),
            lambda value: QTimer.singleShot(0, lambda: settings.change(language=value)),
        )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        button = self.page.bar.menu
        corner = QPoint(button.width() - menu.sizeHint().width(), button.height() + 4)
        menu.popup(button.mapToGlobal(corner))

    def _enlarge(self) -> None:
        self._set_scale(next((s for s in _SCALES if s > self._scale), _SCALES[-1]))

    def _reduce(self) -> None:
        self._set_scale(next((s for s in reversed(_SCALES) if s < self._scale), _SCALES[0]))

    def _reset_scale(self) -> None:
        self._set_scale(1.0)

    @property
    def _scale(self) -> float:
        return self._to.settings.settings.scale

    def _set_scale(self, scale: float) -> None:
        self._to.settings.change(scale=scale)
        self.page.transcript.set_scale(scale)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self._to.settings.change(geometry=geometry)
        super().closeEvent(event)
        self.companions.close()
        self.closed.emit()

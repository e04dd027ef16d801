"""The models window: pages at the right of their names, notices above, transfers below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from gui import theme
from gui.controllers import Controllers
from gui.language import tr
from gui.records import Notice, Remedy, Transfer, TransferKind, TransferState
from gui.widgets.models.transfer_strip import TransferStrip
from gui.widgets.notice_bar import NoticeBar
from gui.windows import shapes
from gui.windows.dropping import FileDrops
from gui.windows.models.create_page import CreatePage
from gui.windows.models.dropping import model_paths
from gui.windows.models.get_page import GetPage
from gui.windows.models.hub_page import HubPage
from gui.windows.models.installed_page import InstalledPage
from gui.windows.models.name_dialog import NameDialog, PushDialog
from gui.windows.models.navigation import Navigation
from gui.windows.models.page import Page, give_keyboard
from gui.windows.models.questions import ask_cancel, ask_delete
from gui.windows.models.servers_page import ServersPage
from gui.windows.top_bar import server_line

INSTALLED = "installed"
GET = "get"
CREATE = "create"
HUB = "hub"
SERVERS = "servers"
_NOTICE_MS = 8_000
_UNDO_MS = 10_000


class ModelsWindow(QWidget):
    """Keeps no state of its own; reads the server's list only while it is seen."""

    chat_requested = Signal(str)

    def __init__(self, controllers: Controllers) -> None:
        super().__init__()
        self._to = controllers
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._pages: dict[str, QWidget] = {}
        self._made = ""
        self._build()
        self._arrange()
        self._connect_pages()
        self._connect_controllers()
        self._add_shortcuts()
        self._show_server()
        for transfer in controllers.transfers.transfers:
            self.strip.show_transfer(transfer)
        self.show_page(INSTALLED)

    def _build(self) -> None:
        self.setObjectName("models")
        self.setWindowTitle(tr("Models"))
        self.setWindowIcon(theme.app_icon())
        self.setMinimumSize(860, 480)
        self.resize(1120, 740)
        self.restoreGeometry(shapes.from_text(self._to.settings.settings.models_geometry))
        self.navigation = Navigation(tr("Models"))
        self._notices = QWidget()
        self.notice = NoticeBar()
        self.stack = QStackedWidget()
        self.strip = TransferStrip()
        self.installed = InstalledPage(self._to)
        self.add_page(INSTALLED, "hard-drives", tr("Installed"), lambda: self.installed)
        self.add_page(GET, "download-simple", tr("Get models"), self._make_get_page)
        self.add_page(CREATE, "note-pencil", tr("Create"), self._make_create_page)
        self.add_page(HUB, "smiley", "Hugging Face", self._make_hub_page)
        self.add_page(SERVERS, "globe", tr("Servers"), lambda: ServersPage(self._to))
        self._notice_timer = QTimer(self)
        self._notice_timer.setSingleShot(True)
        self._notice_timer.timeout.connect(self.notice.dismiss)

    def _arrange(self) -> None:
        self._notices.hide()
        notices = QHBoxLayout(self._notices)
        notices.setContentsMargins(24, 12, 24, 0)
        notices.addStretch(1)
        notices.addWidget(self.notice, 1000)
        notices.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._notices)
        right.addWidget(self.stack, 1)
        right.addWidget(self.strip)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addLayout(right, 1)

    def add_page(self, key: str, icon: str, title: str, make: Callable[[], QWidget]) -> None:
        """Another page, below the others, made when it is first seen; `icon` is a Phosphor name."""
        self._makers[key] = make
        self.navigation.add(key, icon, title)
        number = QShortcut(QKeySequence(f"Ctrl+{len(self._makers)}"), self)
        number.activated.connect(lambda: self.show_page(key))

    def show_page(self, key: str) -> QWidget:
        """Show a page by its key; the page."""
        if key not in self._pages:
            self._pages[key] = self._makers[key]()
            self.stack.addWidget(self._pages[key])
        page = self._pages[key]
        self.navigation.mark(key)
        self.stack.setCurrentWidget(page)
        if not self.navigation.has_keyboard:
            give_keyboard(page)
        return page

    def show_servers(self) -> None:
        """Show the page on which a server is chosen."""
        self.show_page(SERVERS)

    def _make_get_page(self) -> GetPage:
        page = GetPage(self._to)
        page.get_requested.connect(self._to.transfers.pull)
        return page

    def _make_create_page(self) -> CreatePage:
        return CreatePage(self._to)

    def create_page(self) -> CreatePage:
        """Show the page on which a model is made; the page."""
        page = self.show_page(CREATE)
        if not isinstance(page, CreatePage):
            raise TypeError(page)
        return page

    def import_files(self, paths: Sequence[Path]) -> None:
        """Make a model of files that the person brings, or open a Modelfile among them."""
        self.create_page().import_files(paths)

    def _make_hub_page(self) -> HubPage:
        return HubPage(self._to, lambda: self.show_page(GET))

    def _connect_pages(self) -> None:
        library, page = self._to.library, self.installed
        self.navigation.chosen.connect(self.show_page)
        page.chat_requested.connect(self.chat_requested)
        page.copy_requested.connect(self._ask_copy)
        page.rename_requested.connect(self._ask_rename)
        page.delete_requested.connect(library.ask_delete)
        page.push_requested.connect(self._ask_push)
        page.get_requested.connect(lambda: self.show_page(GET))
        page.servers_requested.connect(self.show_servers)
        page.base_requested.connect(lambda name: self.create_page().use_base(name))
        page.import_requested.connect(lambda: self.create_page().choose_import())
        self._drops = FileDrops(model_paths, self, page.search, page.list.viewport())
        self._drops.dropped.connect(self.import_files)
        self.notice.remedy_chosen.connect(self._apply_remedy)
        self.notice.closed.connect(self._notices.hide)

    def _connect_controllers(self) -> None:
        library, transfers, strip = self._to.library, self._to.transfers, self.strip
        library.told.connect(self.show_notice)
        library.delete_asked.connect(self._ask_delete)
        transfers.told.connect(self.show_notice)
        transfers.finished.connect(self._offer_to_chat)
        self._to.creation.told.connect(self.show_notice)
        self._to.modelfile_files.told.connect(self.show_notice)
        transfers.changed.connect(strip.show_transfer)
        transfers.removed.connect(strip.remove)
        strip.pause_requested.connect(transfers.pause)
        strip.resume_requested.connect(transfers.resume)
        strip.forget_requested.connect(transfers.forget)
        strip.cancel_requested.connect(self._ask_cancel)
        self._to.models.status_changed.connect(self._show_server)

    def _add_shortcuts(self) -> None:
        for keys, slot in (
            ("Ctrl+F", self._focus_search),
            ("F5", self._to.library.refresh),
            ("Ctrl+W", self.close),
            ("Esc", self._escape),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)

    def show_notice(self, notice: Notice) -> None:
        """Tell it at the top; what asks for nothing goes away by itself."""
        self.notice.show_notice(notice)
        self._notices.show()
        if notice.is_error:
            self._notice_timer.stop()
        else:
            self._notice_timer.start(_UNDO_MS if notice.remedy_label else _NOTICE_MS)

    def _focus_search(self) -> None:
        page = self.stack.currentWidget()
        if isinstance(page, Page):
            page.search.setFocus()

    def _escape(self) -> None:
        if self.notice.isVisible():
            self.notice.dismiss()

    def _show_server(self) -> None:
        self.navigation.server.setText(server_line(self._to.models.status))

    def _apply_remedy(self, notice: Notice) -> None:
        if notice.remedy is Remedy.UNDO_DELETE:
            self._to.library.undo_delete()
        elif notice.remedy is Remedy.CHAT_WITH:
            self.chat_requested.emit(self._made)

    def _offer_to_chat(self, transfer: Transfer) -> None:
        """A model that was just made is there to be talked to."""
        is_made = transfer.kind is TransferKind.CREATE and transfer.state is TransferState.DONE
        if is_made:
            self._made = transfer.name
            text = tr("{name} was created and can be used.", name=transfer.name)
            self.show_notice(Notice(text, Remedy.CHAT_WITH, tr("Chat with it"), is_error=False))

    def _ask_delete(self, name: str, size: int, shared_with: str) -> None:
        ask_delete(name, size, shared_with, self, lambda: self._to.library.delete(name))

    def _ask_cancel(self, transfer: Transfer) -> None:
        def cancel(keep: bool) -> None:
            self._to.transfers.cancel(transfer.id, keep=keep)

        ask_cancel(transfer, self, cancel)

    def _ask_copy(self, name: str) -> None:
        about = tr("A copy of {name} takes no space: both share their files.", name=name)
        dialog = NameDialog(
            tr("Copy a model"), about, f"{_without_tag(name)}-copy", tr("Copy"), self._free, self
        )
        dialog.named.connect(lambda new: self._to.library.copy(name, new))
        dialog.open()

    def _ask_rename(self, name: str) -> None:
        about = tr("A new name for {name}:", name=name)
        dialog = NameDialog(tr("Rename a model"), about, name, tr("Rename"), self._free, self)
        dialog.named.connect(lambda new: self._to.library.rename(name, new))
        dialog.open()

    def _ask_push(self, name: str) -> None:
        dialog = PushDialog(name, self._pushable, self)
        dialog.pushed.connect(
            lambda target, insecure: self._to.transfers.push(name, target, insecure=insecure)
        )
        dialog.open()

    def _free(self, text: str) -> tuple[str, str]:
        """A name that no model has."""
        problem = self._to.catalogue.problem_of(text)
        name = self._to.catalogue.whole_name(text)[0]
        if any(model.name.lower() == name.lower() for model in self._to.library.models):
            problem = tr("There is a model with the name {name} already.", name=name)
        return problem, ""

    def _pushable(self, text: str) -> tuple[str, str]:
        """A name with a user in it, and the host that it goes to (MOD-10)."""
        problem = self._to.catalogue.problem_of(text)
        name, host = self._to.catalogue.whole_name(text)
        if problem or not name:
            return problem, ""
        if "/" not in name:
            return tr("Put your user name before it, as in {name}.", name=f"you/{name}"), ""
        return "", tr("Goes to {host} as {name}.", host=host, name=name)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._to.library.watch()
        page = self.stack.currentWidget()
        if page is not None and not event.spontaneous():
            give_keyboard(page)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self._to.settings.change(models_geometry=shapes.as_text(self.saveGeometry()))
        self.installed.keep_shape()
        super().closeEvent(event)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._to.library.unwatch()


def _without_tag(name: str) -> str:
    return name.rpartition(":")[0] or name

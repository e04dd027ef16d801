"""The installed models at the left, the one chosen at the right."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.controllers import Controllers
from gui.language import tr
from gui.widgets.icon_button import IconButton
from gui.widgets.models import words
from gui.widgets.models.installed_list import InstalledList
from gui.widgets.models.installed_rows import Order
from gui.widgets.models.labels import plain_label
from gui.widgets.models.search_field import SearchField
from gui.windows import shapes
from gui.windows.models.details_panel import DetailsPanel
from gui.windows.models.page import Page


class InstalledPage(Page):
    """Follows the library; what the person wants done is announced to the window."""

    chat_requested = Signal(str)
    base_requested = Signal(str)
    copy_requested = Signal(str)
    rename_requested = Signal(str)
    delete_requested = Signal(str)
    push_requested = Signal(str)
    get_requested = Signal()
    import_requested = Signal()
    servers_requested = Signal()

    def __init__(self, controllers: Controllers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = controllers.library
        self._settings = controllers.settings
        self._digest = ""
        self._build()
        self._arrange()
        self.first = self.list
        self._restore()
        self._connect()
        self._show()

    def _build(self) -> None:
        self.title = plain_label("heading", tr("Installed"))
        self.count = plain_label("quiet")
        self.search = self.field = SearchField(tr("Search models"), "magnifying-glass")
        self.sort = IconButton("sort-ascending", tr("Sort"))
        self.list = InstalledList()
        self.panel = DetailsPanel()
        self.message = plain_label("message", wraps=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.get = QPushButton(tr("Get models"))
        self.get.setProperty("primary", True)
        self.bring = QPushButton(tr("Import a GGUF file…"))
        self.servers = QPushButton(tr("Look at the servers"))
        self.bring_more = IconButton("file-plus", tr("Import a GGUF file…"))
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.setContentsMargins(32, 0, 32, 0)
        column.setSpacing(16)
        column.addStretch(2)
        column.addWidget(self.message)
        column.addWidget(self.get, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.bring, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.servers, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.list)
        self.pages.addWidget(empty)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(20, 0, 20, 0)
        head.addWidget(self.title)
        head.addStretch()
        head.addWidget(self.count)
        tools = QHBoxLayout()
        tools.setContentsMargins(20, 0, 12, 0)
        tools.setSpacing(4)
        tools.addWidget(self.search, 1)
        tools.addWidget(self.sort)
        tools.addWidget(self.bring_more)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(tools)
        column.addWidget(self.pages, 1)
        left.setMinimumWidth(320)
        self.split = split = QSplitter()
        split.setObjectName("models-split")
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(left)
        split.addWidget(self.panel)
        split.setStretchFactor(0, 4)
        split.setStretchFactor(1, 5)
        split.setSizes([420, 520])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(split)

    def _connect(self) -> None:
        library = self._library
        library.listed.connect(self._show)
        library.unreachable.connect(self._show_problem)
        library.details_read.connect(self.panel.show_details)
        library.details_failed.connect(self.panel.show_problem)
        library.named.connect(self.list.select)
        self.field.textChanged.connect(self._search)
        self.field.list_requested.connect(self.list.setFocus)
        self.field.returnPressed.connect(self.list.setFocus)
        self.sort.clicked.connect(self._open_sort_menu)
        self.list.chosen.connect(self._show_chosen)
        self.get.clicked.connect(self.get_requested)
        self.bring.clicked.connect(self.import_requested)
        self.bring_more.clicked.connect(self.import_requested)
        self.servers.clicked.connect(self.servers_requested)
        self.panel.base_requested.connect(self.base_requested)
        for part in (self.list, self.panel):
            part.chat_requested.connect(self.chat_requested)
            part.copy_requested.connect(self.copy_requested)
            part.rename_requested.connect(self.rename_requested)
            part.delete_requested.connect(self.delete_requested)
            part.push_requested.connect(self.push_requested)
            part.unload_requested.connect(library.unload)

    def _restore(self) -> None:
        """Sorted and divided as it was left."""
        kept = self._settings.settings
        self.split.restoreState(shapes.from_text(kept.models_split))
        self.list.sort_by(next((o for o in Order if o == kept.models_order), self.list.order))

    def keep_shape(self) -> None:
        """Have it divided so the next time."""
        self._settings.change(models_split=shapes.as_text(self.split.saveState()))

    def _sort_by(self, order: Order) -> None:
        self.list.sort_by(order)
        self._settings.change(models_order=order.value)

    def sort_menu(self) -> QMenu:
        """The orders there are, the present one marked."""
        menu = QMenu(self)
        group = QActionGroup(menu)
        for order, text in (
            (Order.NAME, tr("By name")),
            (Order.SIZE, tr("By size, largest first")),
            (Order.CHANGED, tr("By date, newest first")),
        ):
            action = QAction(text, group)
            action.setCheckable(True)
            action.setChecked(order is self.list.order)
            action.triggered.connect(lambda _=False, o=order: self._sort_by(o))
            menu.addAction(action)
        return menu

    def _open_sort_menu(self) -> None:
        menu = self.sort_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = QPoint(self.sort.width() - menu.sizeHint().width(), self.sort.height() + 4)
        menu.popup(self.sort.mapToGlobal(corner))

    def _search(self, text: str) -> None:
        self.list.search(text)
        self._show_state()

    def _show(self) -> None:
        self.list.show_models(self._library.models, self._library.loaded)
        self._show_chosen(self.list.name)
        self._show_state()

    def _show_state(self) -> None:
        models = self._library.models
        size = words.size_text(sum(model.size for model in models))
        one, many = tr("1 model"), tr("{count} models", count=len(models))
        count = one if len(models) == 1 else many
        self.count.setText(f"{count} · {size}" if models and size else "")
        if self.list.count:
            self.pages.setCurrentIndex(0)
            return
        if models:
            text = tr("No model matches “{text}”.", text=self.field.text())
        elif self._library.is_read:
            text = tr("No model is installed yet. Get one: it is yours, and stays on this machine.")
        else:
            text = tr("Reading the list of models…")
        self._show_message(text, offers_get=not models and self._library.is_read)

    def _show_problem(self, why: str) -> None:
        self._show()
        self._show_message(why, offers_servers=True)

    def _show_message(
        self, text: str, *, offers_get: bool = False, offers_servers: bool = False
    ) -> None:
        self.message.setText(text)
        self.get.setVisible(offers_get)
        self.bring.setVisible(offers_get)
        self.servers.setVisible(offers_servers)
        self.pages.setCurrentIndex(1)

    def _show_chosen(self, name: str) -> None:
        model = next((m for m in self._library.models if m.name == name), None)
        self.panel.show_model(model, self.list.loaded(name))
        key = f"{name} {model.digest}" if model else ""
        if key != self._digest:
            self._digest = key
            if model is not None:
                self._library.show(name)

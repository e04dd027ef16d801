"""The Serve window: choose, start, copy how to ask it, watch the requests."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from gui import theme
from gui.controllers import Controllers
from gui.language import tr
from gui.records import Notice, Remedy
from gui.records.serve_window import ServeState, ServeView
from gui.widgets.models.labels import plain_label
from gui.widgets.notice_bar import NoticeBar
from gui.widgets.serve.request_table import RequestTable
from gui.widgets.serve.served_view import ServedView
from gui.windows import shapes
from gui.windows.link_dialog import ask_and_open
from gui.windows.serve.form import ServeForm


class ServeWindow(QWidget):
    """Closing it puts the key away and leaves the service running; the main window says so."""

    def __init__(self, controllers: Controllers) -> None:
        super().__init__()
        self._to = controllers
        self._problem = ""
        self._build()
        self._arrange()
        self._connect()
        self._show_presets()
        self._show_models()
        self.choose(controllers.presets.chosen.id)
        self.table.rows.replace(controllers.serve.requests)
        self._show(controllers.serve.view)

    def _build(self) -> None:
        self.setObjectName("models")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(tr("Serve"))
        self.setWindowIcon(theme.app_icon())
        self.setMinimumWidth(740)  # the words below on one line, in both languages
        self.resize(820, 720)
        self.restoreGeometry(shapes.from_text(self._to.settings.settings.serve_geometry))
        self.form = ServeForm()
        self.notice = NoticeBar()
        self.served = ServedView()
        self.empty = plain_label("message", _about(), wraps=True)
        self.empty.setContentsMargins(64, 0, 64, 48)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.state = plain_label("quiet", wraps=True)
        self.table = RequestTable()
        note = tr(
            "Only this machine can reach it. For others, use the terminal: "
            "ondol serve PRESET --host ADDRESS --yes-everyone"
        )
        self.note = plain_label("quiet", note, wraps=True)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _arrange(self) -> None:
        serving = QWidget()
        inside = QVBoxLayout(serving)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        inside.addWidget(self.served)
        requests = QHBoxLayout()
        requests.addWidget(plain_label("section", tr("Requests")))
        requests.addWidget(self.state, 1)
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        inside.addLayout(requests)
        inside.addWidget(self.table, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(serving)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(14)
        column.addWidget(plain_label("heading", tr("Serve a preset or chain")))
        column.addWidget(self.form)
        column.addWidget(self.notice)
        column.addWidget(self._pages, 1)
        column.addWidget(self.note)
        self.notice.setMaximumWidth(16_777_215)

    def _connect(self) -> None:
        to = self._to
        self.form.start_requested.connect(to.serve.start)
        self.form.stop_requested.connect(to.serve.stop)
        self.served.hide_key_requested.connect(to.serve.hide_key)
        self.served.playground_requested.connect(self._open_playground)
        self.notice.remedy_chosen.connect(self._apply_remedy)
        to.serve.changed.connect(self._show)
        to.serve.request_came.connect(self.table.rows.add)
        to.presets.listed.connect(self._show_presets)
        to.models.models_changed.connect(self._show_models)
        QShortcut(QKeySequence("Ctrl+W"), self).activated.connect(self._leave)

    def choose(self, preset_id: str) -> None:
        """Propose this preset, if nothing is served."""
        self.form.choose_preset(preset_id)
        self.form.button.setFocus()

    def choose_chain(self) -> None:
        """Propose a chain: the one chosen in the main window, else the first."""
        presets, chosen = self._to.presets.presets, self._to.presets.chosen
        first = next((preset for preset in (chosen, *presets) if preset.chain), chosen)
        self.choose(first.id)
        self.form.preset.setFocus()

    def _show_presets(self) -> None:
        self.form.show_presets(self._to.presets.presets)

    def _show_models(self) -> None:
        chosen = self._to.models.chosen
        self.form.show_models(self._to.models.models, chosen.name if chosen else "")

    def _show(self, view: ServeView) -> None:
        is_served = view.state in (ServeState.SERVING, ServeState.STOPPING)
        if view.state is ServeState.STARTING:
            self.table.rows.replace(())
        self.form.show_view(view)
        if is_served:
            self.served.show_view(view)
        elif not self.served.isHidden():
            # What had the focus goes: the table, where nothing is to do, would take it.
            self.form.button.setFocus()
        self.served.setVisible(is_served)
        has_requests = bool(self.table.rows.requests)
        self._pages.setCurrentIndex(1 if is_served or has_requests else 0)
        starting = tr("Starting {preset} with {model}…", preset=view.preset, model=view.model)
        is_starting = view.state is ServeState.STARTING
        self.empty.setText(starting if is_starting else _about())
        self.state.setText(
            tr("The chat in the main window is answering: requests wait.") if view.waits else ""
        )
        self._tell(view)

    def _tell(self, view: ServeView) -> None:
        """What is to say, once."""
        notice: Notice | None = None
        if view.state is ServeState.ENDED:
            notice = Notice(view.problem, Remedy.RETRY, tr("Start again"))
        elif view.problem:
            notice = Notice(view.problem)
        elif view.is_outdated:
            text = tr("The preset was changed; what it was is still served.")
            notice = Notice(text, Remedy.RESTART_SERVER, tr("Serve it as it is now"), False)
        if notice is None:
            self.notice.dismiss()
        elif notice != self.notice.notice:
            self.notice.show_notice(notice)

    def _open_playground(self, url: str) -> None:
        box = ask_and_open(url, self)
        if box is not None:
            box.setText(
                tr(
                    "Open the playground in your browser? It asks for a name, which may be "
                    "anything, and a password, which is the key."
                )
            )

    def _apply_remedy(self, notice: Notice) -> None:
        if notice.remedy is Remedy.RETRY:
            self._to.serve.start_again()
        else:
            self._to.serve.use_changed()

    def _leave(self) -> None:
        """Close it as a person does."""
        self._say_it_goes_on()
        self.close()

    def _say_it_goes_on(self) -> None:
        view = self._to.serve.view
        if view.state is ServeState.SERVING:
            text = tr(
                "{preset} is still served at {url}. To stop it, open Serve again.",
                preset=view.preset,
                url=view.url,
            )
            self._to.notices.tell(Notice(text, is_error=False))

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if event.spontaneous():
            self._say_it_goes_on()
        self._to.settings.change(serve_geometry=shapes.as_text(self.saveGeometry()))
        self._to.serve.hide_key()
        super().closeEvent(event)


def _about() -> str:
    return tr(
        "Your own programs can ask a preset or chain as they would ask LangServe: with curl, "
        "with RemoteRunnable, or in a page of the browser. Every request needs a key, which is "
        "shown when you start. The chat in the main window always goes first."
    )

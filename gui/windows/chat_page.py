"""The right side: top bar, notices, transcript or first page, composer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from gui.controllers import ChatState, Controllers
from gui.controllers.turn import used_tokens
from gui.language import tr
from gui.records import Conversation, Message, Notice, Role, ServerState
from gui.widgets.composer import Composer
from gui.widgets.empty_state import EmptyState
from gui.widgets.notice_bar import NoticeBar
from gui.widgets.transcript import TranscriptView
from gui.windows.link_dialog import ask_and_open
from gui.windows.sending import SendingParts
from gui.windows.top_bar import TopBar, server_line


class ChatPage(QWidget):
    """Widgets announce, controllers act; this page joins the two."""

    remedy_chosen = Signal(object)  # Notice

    def __init__(self, controllers: Controllers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._to = controllers
        self._editing: int | None = None
        self._silence = 0.0
        self._build()
        self._arrange()
        self._connect_widgets()
        self._connect_controllers()
        self._restore()

    def _build(self) -> None:
        self.setObjectName("page")
        self.bar = TopBar()
        self.notice = NoticeBar()
        self.transcript = TranscriptView()
        self.empty = EmptyState()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.transcript)
        self.composer = Composer()
        self.sending = SendingParts(self._to, self.composer, self.bar.meter, self.transcript)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 24, 0)
        row.addStretch(1)
        row.addWidget(self.notice, 1000)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self._pages, 1)
        column.addWidget(self.composer)

    def _connect_widgets(self) -> None:
        to, view = self._to, self.transcript
        self.bar.model_picked.connect(to.models.choose)
        self.bar.server_picked.connect(to.models.use_server)
        self.bar.models.opened.connect(to.models.refresh)
        self.bar.preset_picked.connect(to.sending.choose_preset)
        self.notice.remedy_chosen.connect(self.remedy_chosen)
        self.empty.suggestion_chosen.connect(self._suggest)
        self.composer.submitted.connect(self._send)
        self.composer.stop_requested.connect(to.chat.stop)
        self.composer.edit_last_requested.connect(self._edit_last)
        self.composer.paste_refused.connect(self._explain_paste)
        view.regenerate_requested.connect(self._regenerate)
        view.edit_requested.connect(self._edit)
        view.sibling_requested.connect(to.chat.show_branch)
        view.remedy_requested.connect(self._regenerate)
        view.run_again_requested.connect(to.chat.run_again)
        view.step_retry_requested.connect(to.chat.retry_step)
        view.link_activated.connect(self._open_link)

    def _connect_controllers(self) -> None:
        to, view = self._to, self.transcript
        to.models.status_changed.connect(self._show_models)
        to.models.models_changed.connect(self._show_models)
        to.models.chosen_changed.connect(self._show_models)
        to.servers.entries_changed.connect(self._show_models)
        to.presets.listed.connect(self._show_presets)
        to.presets.chosen_changed.connect(self._show_presets)
        to.sending.changed.connect(self._show_hint)
        to.chat.conversation_shown.connect(self._show_conversation)
        to.chat.message_added.connect(self._add_message)
        to.chat.branch_cut.connect(view.remove_messages_after)
        to.chat.reply_started.connect(self._start_reply)
        to.chat.thinking_arrived.connect(self._append_thinking)
        to.chat.text_arrived.connect(self._append_text)
        to.chat.step_started.connect(view.put_step)
        to.chat.step_text.connect(self._append_step_text)
        to.chat.step_thinking.connect(self._append_step_thinking)
        to.chat.step_ended.connect(view.put_step)
        to.chat.reply_compared.connect(view.show_rerun)
        to.chat.waited.connect(self._show_silence)
        to.chat.reply_ended.connect(self._end_reply)
        to.chat.state_changed.connect(self._show_state)
        to.chat.send_refused.connect(self._put_back)
        to.notices.told.connect(self.notice.show_notice)

    def _restore(self) -> None:
        self._show_models()
        self._show_presets()
        self._show_state(self._to.chat.state)

    def copy_last_reply(self) -> None:
        """Put the Markdown of the last reply on the clipboard."""
        replies = [m for m in self.transcript.messages() if m.role is Role.ASSISTANT]
        if replies:
            QGuiApplication.clipboard().setText(replies[-1].content)

    def escape(self) -> None:
        """Undo the innermost thing under way: an edit, a reply, a notice."""
        if self._editing is not None:
            self._stop_editing()
        elif self._to.chat.state is not ChatState.IDLE:
            self._to.chat.stop()
        elif self.notice.isVisible():
            self.notice.dismiss()

    def _show_models(self) -> None:
        models = self._to.models
        entries = self._to.servers.entries
        self.bar.show_models(models.models, models.chosen, models.status, entries)
        name = models.chosen.name if models.chosen else ""
        self.empty.show_model(name, server_line(models.status))
        starting = models.status.state is ServerState.STARTING
        reason = tr("Starting…") if starting else tr("Choose a model first")
        self.composer.block("" if name else reason)

    def _show_presets(self) -> None:
        self.bar.show_presets(self._to.presets.presets, self._to.presets.chosen)
        self._show_hint()

    def _show_hint(self) -> None:
        if self._silence:
            text = tr(
                "Nothing has come for {seconds} s. Still waiting; Esc stops.",
                seconds=round(self._silence),
            )
        elif self._editing is not None:
            text = tr("Editing: Enter sends it as a new branch, Esc keeps what was said.")
        else:
            preset = self._to.sending.now().preset
            options = preset.options.as_request()
            named = [f"{name} {value}" for name, value in options.items() if name != "stop"]
            text = " · ".join([preset.name, *named])
        matters = bool(self._silence) or self._editing is not None
        self.composer.show_hint(text, matters=matters)

    def _show_conversation(self, _: Conversation | None, messages: tuple[Message, ...]) -> None:
        self._stop_editing()
        self.transcript.set_messages(messages)
        self._show_context(next((m for m in reversed(messages) if m.run is not None), None))
        self._pages.setCurrentWidget(self.transcript if messages else self.empty)
        self.composer.prompt.setFocus()

    def _add_message(self, message: Message) -> None:
        self._pages.setCurrentWidget(self.transcript)
        self.transcript.add_message(message)

    def _start_reply(self, message: Message, steps: int) -> None:
        self._pages.setCurrentWidget(self.transcript)
        self.transcript.start_reply(message, steps)
        self.transcript.set_context_start(message.run.context_start if message.run else None)

    def _append_thinking(self, text: str) -> None:
        self._show_silence(0.0)
        self.transcript.append_thinking(text)

    def _append_text(self, text: str) -> None:
        self._show_silence(0.0)
        self.transcript.append_text(text)

    def _append_step_text(self, name: str, text: str) -> None:
        self._show_silence(0.0)
        self.transcript.append_step_text(name, text)

    def _append_step_thinking(self, name: str, text: str) -> None:
        self._show_silence(0.0)
        self.transcript.append_step_thinking(name, text)

    def _show_silence(self, seconds: float) -> None:
        """Say that nothing comes, until something does: 0 is something."""
        if seconds != self._silence:
            self._silence = seconds
            self.transcript.set_waiting(seconds)
            self._show_hint()

    def _end_reply(self, message: Message) -> None:
        self._show_silence(0.0)
        self.transcript.end_reply(message)
        self._show_context(message)

    def _show_context(self, message: Message | None) -> None:
        used, context_length = used_tokens(message) if message else (0, 0)
        self.bar.meter.show_counts(used, context_length)
        start = message.run.context_start if message and message.run else None
        self.transcript.set_context_start(start)

    def _show_state(self, state: ChatState) -> None:
        self.composer.show_replying(state is not ChatState.IDLE)

    def _send(self, text: str) -> None:
        self.sending.guarded(lambda: self._say(text))

    def _regenerate(self, message_id: int) -> None:
        self.sending.guarded(lambda: self._to.chat.regenerate(message_id))

    def _say(self, text: str) -> None:
        editing = self._editing
        self._stop_editing()
        self.composer.prompt.set_text("")
        if editing is None:
            self._to.chat.send(text)
        else:
            self._to.chat.edit(editing, text)

    def _put_back(self, text: str) -> None:
        if not self.composer.prompt.text():
            self.composer.prompt.set_text(text)

    def _suggest(self, text: str) -> None:
        self.composer.prompt.set_text(text)
        self.composer.prompt.setFocus()

    def _edit(self, message_id: int) -> None:
        if message := self.transcript.message(message_id):
            self._editing = message_id
            self._suggest(message.content)
            self._show_hint()

    def _edit_last(self) -> None:
        said = [m for m in self.transcript.messages() if m.role is Role.USER]
        if said and self._to.chat.state is ChatState.IDLE:
            self._edit(said[-1].id)

    def _stop_editing(self) -> None:
        if self._editing is not None:
            self._editing = None
            self.composer.prompt.set_text("")
            self._show_hint()

    def _explain_paste(self, characters: int, longest: int) -> None:
        text = tr(
            "The pasted text is too long for a message ({characters} characters, "
            "the longest line {longest}). It is still on the clipboard.",
            characters=f"{characters:,}",
            longest=f"{longest:,}",
        )
        self._to.notices.tell(Notice(text))

    def _open_link(self, link: str) -> None:
        ask_and_open(link, self)

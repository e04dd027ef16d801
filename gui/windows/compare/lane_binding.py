"""One answer and the column it is shown in."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gui.controllers.compare_controller import CompareController
from gui.controllers.lane import Lane, LaneState
from gui.widgets.compare.lane_column import LaneColumn
from gui.windows.link_dialog import ask_and_open


class LaneBinding(QObject):
    """Lives as long as its column; the answer may live longer."""

    def __init__(self, lane: Lane, column: LaneColumn, compare: CompareController) -> None:
        super().__init__(column)
        self._lane = lane
        self._column = column
        self._compare = compare
        self._connect_lane()
        self._connect_column()
        self._restore()

    def _connect_lane(self) -> None:
        lane, view = self._lane, self._column.view
        lane.restarted.connect(self._clear)
        lane.started.connect(view.start_reply)
        lane.thinking_arrived.connect(view.append_thinking)
        lane.text_arrived.connect(view.append_text)
        lane.step_started.connect(view.put_step)
        lane.step_text.connect(view.append_step_text)
        lane.step_thinking.connect(view.append_step_thinking)
        lane.step_ended.connect(view.put_step)
        lane.waited.connect(view.set_waiting)
        lane.ended.connect(view.end_reply)
        lane.state_changed.connect(self._show_state)

    def _connect_column(self) -> None:
        column, view = self._column, self._column.view
        column.stop_requested.connect(self._stop)
        column.keep_requested.connect(self._keep)
        view.regenerate_requested.connect(self._again)
        view.remedy_requested.connect(self._again)
        view.step_retry_requested.connect(self._retry)
        view.link_activated.connect(self._open_link)

    def _restore(self) -> None:
        lane, view = self._lane, self._column.view
        message = lane.message
        if message is not None and lane.is_running:
            view.start_reply(message, lane.steps)
        elif message is not None:
            view.set_messages((message,))
        self._show_state()

    def _show_state(self) -> None:
        lane, column = self._lane, self._column
        match lane.state:
            case LaneState.WAITING:
                column.show_waiting()
            case LaneState.ANSWERING:
                column.show_answering()
            case LaneState.STOPPING:
                column.show_stopping()
            case LaneState.DONE:
                column.show_end(lane.message, lane.problem)

    def _clear(self) -> None:
        self._column.view.set_messages(())

    def _stop(self) -> None:
        self._compare.stop(self._lane)

    def _keep(self) -> None:
        self._compare.keep(self._lane)

    def _again(self, _: int) -> None:
        self._compare.again(self._lane)

    def _retry(self, _: int, step: str) -> None:
        self._compare.retry_step(self._lane, step)

    def _open_link(self, link: str) -> None:
        ask_and_open(link, self._column)

"""A preset or chain served over HTTP from the window: started, watched, stopped."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from gui.controllers.models_controller import ModelsController
from gui.controllers.presets_controller import PresetsController
from gui.controllers.rooms import OpenRooms, Rooms
from gui.errors import NoModel, OndolError, ServeError, ServingStopped
from gui.eventloop import Tasks
from gui.records import Preset, ServedChain, ServedRequest, ServerKey, Serving
from gui.records.serve_window import ServeState, ServeView

T = TypeVar("T")

_TASK = "serve"
_MOST_REQUESTS = 500


class ServeController(QObject):
    """One at a time, for this machine only; it goes on while its window is closed.

    The chat in the window goes first: `set_busy` holds what is asked for meanwhile.
    """

    changed = Signal(object)  # ServeView
    request_came = Signal(object)  # ServedRequest, when it was over

    def __init__(
        self, rooms: Rooms, tasks: Tasks, models: ModelsController, presets: PresetsController
    ) -> None:
        super().__init__()
        self._rooms = rooms
        self._tasks = tasks
        self._models = models
        self._presets = presets
        self._loop = asyncio.get_running_loop()
        self._busy = False
        self._run = 0
        self._served: Preset | None = None
        self._chain: ServedChain | None = None
        self._key: ServerKey = models.key
        self.view = ServeView()
        self.requests: deque[ServedRequest] = deque(maxlen=_MOST_REQUESTS)
        presets.listed.connect(lambda _: self._compare())

    def start(self, preset_id: str, model: str, port: int = 0) -> None:
        """Serve a preset with a model of the server that answers; port 0 is any free one."""
        preset = self._presets.get(preset_id)
        if preset is None or not self.view.state.is_idle:
            return
        if not model:
            self._set(ServeView(problem=str(NoModel())))
            return
        self._run += 1
        self._served, self._key = preset, self._models.key
        self.requests.clear()
        self._set(ServeView(ServeState.STARTING, preset.id, preset.name, model))
        self._begin(self._start(Serving(preset, model, port=port)))

    def start_again(self) -> None:
        """What ended by itself, at another address and with another key."""
        if self._served is not None:
            self.start(self._served.id, self.view.model)

    def use_changed(self) -> None:
        """Serve the preset as it is now to whoever asks from now on."""
        preset = self._presets.get(self._served.id) if self._served else None
        if preset is not None and self.view.state is ServeState.SERVING:
            self._begin(self._reload(preset))

    def hide_key(self) -> None:
        """It was shown; from now on only who copied it knows it."""
        if self.view.key:
            self._set(self._with_examples(replace(self.view, key="")))

    def stop(self) -> None:
        """Let running replies end, two seconds at most."""
        if self.view.state in (ServeState.STARTING, ServeState.SERVING):
            self._run += 1
            self._set(replace(self.view, state=ServeState.STOPPING, waits=False))
            self._tasks.replace(self._stop(), _TASK)

    def set_busy(self, busy: bool) -> None:
        """A reply in the window begins, or the last one has ended."""
        self._busy = busy
        if self.view.state is ServeState.SERVING:
            self._set(replace(self.view, waits=busy))
            self._tasks.replace(self._give_way(), "serve: give way")

    async def _start(self, serving: Serving) -> None:
        run = self._run
        try:
            chain = self._chain = await self._rooms.call(
                partial(
                    _start,
                    key=self._key,
                    serving=serving,
                    requested=lambda request: self._here(run, self._take, request),
                    ended=lambda error: self._here(run, self._end, error),
                )
            )
        except OndolError as error:
            self._set(replace(self.view, state=ServeState.STOPPED, problem=str(error)))
            return
        view = replace(
            self.view,
            state=ServeState.SERVING,
            url=chain.chain_url,
            playground=chain.playground_url,
            key=chain.key,
            waits=self._busy,
        )
        self._set(self._with_examples(view))
        await self._give_way()

    async def _reload(self, preset: Preset) -> None:
        try:
            self._chain = await self._rooms.call(
                partial(_reload, preset=preset, model=self.view.model)
            )
        except OndolError as error:
            self._set(replace(self.view, problem=str(error)))
            return
        self._served = preset
        view = replace(self.view, preset=preset.name, problem="", is_outdated=False)
        self._set(self._with_examples(view))

    async def _stop(self) -> None:
        await self._rooms.call(_stop)
        self._set(self._over(ServeState.STOPPED))

    async def _give_way(self) -> None:
        await self._rooms.call(partial(_give_way, busy=self._busy))

    def _here(self, run: int, act: Callable[[T], None], value: T) -> None:
        """From the plain thread to this one; what an earlier run says is nobody's business."""

        def tell() -> None:
            if run == self._run:
                act(value)

        self._loop.call_soon_threadsafe(tell)

    def _take(self, request: ServedRequest) -> None:
        self.requests.append(request)
        self.request_came.emit(request)

    def _end(self, error: ServeError) -> None:
        self._set(replace(self._over(ServeState.ENDED), problem=str(error)))

    def _over(self, state: ServeState) -> ServeView:
        """Nothing is served any more."""
        view = self.view
        return ServeView(state, view.preset_id, view.preset, view.model)

    def _compare(self) -> None:
        """Whether the preset is still what is served."""
        if self._served is None or self.view.state is not ServeState.SERVING:
            return
        now = self._presets.get(self._served.id)
        is_outdated = now is not None and now != self._served
        if is_outdated != self.view.is_outdated:
            self._set(replace(self.view, is_outdated=is_outdated))

    def _with_examples(self, view: ServeView) -> ServeView:
        """With lines to ask it, the key in them while it is shown."""
        from gui.serve import examples

        if self._chain is None:
            return view
        with_key = bool(view.key)
        return replace(
            view,
            curl=examples.curl(self._chain, with_key=with_key),
            python=examples.python(self._chain, with_key=with_key),
        )

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.replace(work, _TASK)

    def _set(self, view: ServeView) -> None:
        if view != self.view:
            self.view = view
            self.changed.emit(view)


async def _start(
    rooms: OpenRooms,
    key: ServerKey,
    serving: Serving,
    requested: Callable[[ServedRequest], None],
    ended: Callable[[ServeError], None],
) -> ServedChain:
    from gui.serve.process import ServeProcess, locator

    client = await rooms.client(key)
    if rooms.served is not None:
        await rooms.served.stop()
    process = rooms.served = ServeProcess()
    process.on_request(requested)
    process.on_end(ended)
    return await process.start(serving, client.endpoint, locator(client))


async def _reload(rooms: OpenRooms, preset: Preset, model: str) -> ServedChain:
    if rooms.served is None:
        raise ServingStopped("nothing to reload")
    return await rooms.served.reload(preset, model)


async def _stop(rooms: OpenRooms) -> None:
    if rooms.served is not None:
        await rooms.served.stop()
        rooms.served = None


async def _give_way(rooms: OpenRooms, busy: bool) -> None:
    if rooms.served is not None:
        if busy:
            rooms.served.busy()
        else:
            rooms.served.free()

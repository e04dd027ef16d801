"""A preset served from the window by keys, asked with RemoteRunnable, to its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import psutil
import pytest
from app_driver import AppDriver
from langserve import RemoteRunnable
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from gui.controllers import ChatState
from gui.records.serve_window import ServeState, ServeView
from gui.windows.serve.window import ServeWindow

Script = Callable[[AppDriver], Awaitable[None]]
Journey = Callable[[Script], None]


def view(app: AppDriver) -> ServeView:
    return app.to.serve.view


async def opened(app: AppDriver, preset: str = "quick") -> ServeWindow:
    """The window, opened by its shortcut."""
    await app.ready(preset)
    QTest.keyClick(
        app.window,
        Qt.Key.Key_E,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    window = app.window.companions.find("serve")
    assert isinstance(window, ServeWindow)
    assert window.form.preset.currentData() == preset
    return window


async def served(app: AppDriver, preset: str = "quick") -> ServeWindow:
    """The window, serving: Enter on the button that has the focus."""
    window = await opened(app, preset)
    assert window.focusWidget() is window.form.button
    QTest.keyClick(window.form.button, Qt.Key.Key_Space)
    await app.until(lambda: view(app).state is ServeState.SERVING, "it is served")
    return window


async def ask(served: ServeView, text: str = "Hello") -> str:
    """With LangServe's own client."""
    remote: RemoteRunnable[dict[str, str], str] = RemoteRunnable(
        served.url,
        headers={"Authorization": f"Bearer {served.key}"},
        client_kwargs={"trust_env": False},
    )
    try:
        return await asyncio.to_thread(remote.invoke, {"input": text})
    finally:
        remote.sync_client.close()
        await remote.async_client.aclose()


def pid(app: AppDriver) -> int:
    process = app._ondol._rooms._opening.result().served
    assert process is not None
    assert process.pid is not None
    return process.pid


def rows(window: ServeWindow) -> int:
    return len(window.table.rows.requests)


def test_a_preset_is_served_asked_and_stopped(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await served(app)
        shown = view(app)
        assert shown.url.startswith("http://127.0.0.1:")
        assert (window.served.url.text(), window.served.key.text()) == (shown.url, shown.key)
        assert shown.key in window.served.example.toPlainText()
        window.served.tabs.setCurrentIndex(1)
        QTest.mouseClick(window.served.copy_example, Qt.MouseButton.LeftButton)
        assert "RemoteRunnable" in QGuiApplication.clipboard().text()
        assert not window.form.preset.isEnabled()

        assert await ask(shown)
        await app.until(lambda: rows(window), "the request is shown")
        request = window.table.rows.requests[0]
        assert (request.method, request.route, request.status) == ("POST", "/chain/invoke", 200)
        assert request.tokens > 0
        answer = await asyncio.to_thread(
            lambda: httpx.post(f"{shown.url}/invoke", json={"input": "x"}, trust_env=False)
        )
        assert answer.status_code == 401
        await app.until(lambda: rows(window) == 2, "so is the one without a key")
        assert window.table.rows.requests[0].status == 401

        process = psutil.Process(pid(app))
        QTest.keyClick(window.form.button, Qt.Key.Key_Space)
        await app.until(lambda: view(app).state is ServeState.STOPPED, "it is stopped")
        assert not process.is_running()
        assert window.form.button.text() == "Start"
        assert window.focusWidget() is window.form.button
        assert rows(window) == 2

    journey(script)


def test_the_key_is_shown_once(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await served(app)
        key = view(app).key
        QTest.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
        assert not window.isVisible()
        notice = app.window.page.notice.notice
        assert notice is not None
        assert "still served" in notice.text
        assert key not in repr(view(app))
        again = app.window.open_serve()
        assert again is window
        assert key not in again.served.key.text() + again.served.example.toPlainText()
        assert "Bearer KEY" in again.served.example.toPlainText()
        assert not again.served.copy_key.isEnabled()
        assert await ask(ServeView(url=view(app).url, key=key))

    journey(script)


def test_another_language_makes_the_window_again_and_serves_on(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await served(app)
        shown = view(app)
        app.to.settings.change(language="ko")
        again = app.window.companions.find("serve")
        assert isinstance(again, ServeWindow)
        assert again is not window
        assert again.windowTitle() == "제공"
        assert view(app).url == shown.url
        assert await ask(shown)
        await app.until(lambda: rows(again), "the request is shown")
        await app.to.presets.reread()
        assert app.window.page.notice.notice is None
        app.to.settings.change(language="")

    journey(script)


def test_the_playground_is_opened_through_the_one_gate(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await served(app)
        QTest.mouseClick(window.served.playground, Qt.MouseButton.LeftButton)
        box = window.findChild(QMessageBox)
        assert box is not None
        assert box.informativeText() == view(app).playground
        assert "a password, which is the key" in box.text()
        box.reject()

    journey(script)


def test_the_chat_in_the_window_goes_first(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await served(app)
        app.to.presets.choose("long")
        app.window.activateWindow()
        await app.say("Tell a very long story.")
        await app.until(lambda: app.to.chat.state is ChatState.STREAMING, "the chat streams")
        assert view(app).waits
        assert window.state.text()
        asking = asyncio.ensure_future(ask(view(app)))
        await asyncio.sleep(1.0)
        assert app.to.chat.state is ChatState.STREAMING
        assert not asking.done()
        app.press(Qt.Key.Key_Escape)
        await app.idle()
        assert await asyncio.wait_for(asking, 30)
        assert not view(app).waits
        await app.until(lambda: rows(window), "the request is shown")
        assert window.table.rows.requests[0].seconds > 0.9

    journey(script)


def test_a_process_that_dies_is_told_and_started_again(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await served(app)
        first = view(app)
        os.kill(pid(app), signal.SIGKILL)
        await app.until(lambda: view(app).state is ServeState.ENDED, "its end is told")
        notice = window.notice.notice
        assert notice is not None
        assert "no longer served" in notice.text
        assert notice.remedy_label == "Start again"
        QTest.mouseClick(window.notice._remedy, Qt.MouseButton.LeftButton)
        await app.until(lambda: view(app).state is ServeState.SERVING, "it is served again")
        assert view(app).key != first.key
        assert await ask(view(app))

    journey(script)


def test_a_start_can_be_stopped(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        window = await opened(app)
        for pause in (0.0, 0.4):
            QTest.keyClick(window.form.button, Qt.Key.Key_Space)
            assert view(app).state is ServeState.STARTING
            await asyncio.sleep(pause)
            QTest.keyClick(window.form.button, Qt.Key.Key_Space)
            await app.until(lambda: view(app).state is ServeState.STOPPED, "it is stopped")
            await app.until(lambda: not _serving_children(), "nothing is left", 5)

    journey(script)


def test_a_port_that_is_taken_is_told_and_nothing_runs(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            window = await opened(app)
            QTest.keyClicks(window.form.port, str(port))
            QTest.keyClick(window.form.port, Qt.Key.Key_Return)
            await app.until(lambda: view(app).problem, "it is told")
        assert str(port) in view(app).problem
        assert view(app).state is ServeState.STOPPED
        assert window.notice.isVisible()
        assert window.form.button.isEnabled()

    journey(script)


def test_a_preset_changed_meanwhile_is_served_when_wanted(journey: Journey, home: Path) -> None:
    async def script(app: AppDriver) -> None:
        window = await served(app)
        first = view(app)
        file = home / "config" / "presets" / "quick.toml"
        file.write_text(file.read_text("utf-8") + "top_k = 3\n", "utf-8")
        await app.to.presets.reread()
        assert view(app).is_outdated
        QTest.mouseClick(window.notice._remedy, Qt.MouseButton.LeftButton)
        await app.until(lambda: not view(app).is_outdated, "the new one is served")
        assert (view(app).url, view(app).key) == (first.url, first.key)
        assert await ask(view(app))
        assert not window.notice.isVisible()

    journey(script)


def test_a_chain_is_proposed_and_served(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("joke-and-poem")
        app.window._actions.serve_chain.trigger()
        window = app.window.companions.find("serve")
        assert isinstance(window, ServeWindow)
        assert window.form.preset.currentData() == "joke-and-poem"
        assert "2 steps" in window.form.preset.currentText()

    journey(script)


@pytest.mark.parametrize("stage", ["starting", "serving"])
def test_the_end_of_the_app_is_the_end_of_it(journey: Journey, stage: str) -> None:
    children: list[psutil.Process] = []

    async def script(app: AppDriver) -> None:
        window = await opened(app)
        QTest.keyClick(window.form.button, Qt.Key.Key_Space)
        if stage == "serving":
            await app.until(lambda: view(app).state is ServeState.SERVING, "it is served")
            threading.Thread(target=_endless, args=(view(app),), daemon=True).start()
        await app.until(lambda: _serving_children(), "the process runs")
        await asyncio.sleep(0.3)
        children.extend(_serving_children())

    journey(script)
    assert children
    assert not any(child.is_running() for child in children)


def _serving_children() -> list[psutil.Process]:
    found = psutil.Process().children(recursive=True)
    return [child for child in found if "gui.serve" in child.cmdline()]


def _endless(served: ServeView) -> None:
    headers = {"Authorization": f"Bearer {served.key}"}
    body = {"input": {"input": "Write a hundred lines."}}
    with contextlib.suppress(httpx.HTTPError):
        httpx.post(f"{served.url}/stream", json=body, headers=headers, trust_env=False, timeout=30)

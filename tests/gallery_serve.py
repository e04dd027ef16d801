"""Pictures of what a preset asks, what will be sent, and the Serve window."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from app_driver import AppDriver
from PySide6.QtWidgets import QApplication

from gui import paths
from gui.records import ServedRequest
from gui.records.serve_window import ServeState

Shoot = Callable[..., Awaitable[None]]

LETTER = '''format = 2
name = "A letter"
name_ko = "편지"
system = """
You write letters. Write to {recipient} in a {tone} tone about {occasion}. Today is {today}, \\
{now}. Use this if it helps: {clip}"""

[options]
temperature = 0.5
top_p = 0.9

[[variables]]
name = "recipient"
label = "To whom?"
label_ko = "누구에게 쓰나요?"
default = "my aunt in Busan"
[[variables]]
name = "tone"
label = "In which tone?"
label_ko = "어떤 말투로 쓸까요?"
default = "warm"
choices = ["warm", "polite", "formal"]
[[variables]]
name = "occasion"
label = "What for?"
label_ko = "어떤 일로 쓰나요?"
[[variables]]
name = "today"
label = "Date"
label_ko = "날짜"
source = "date"
[[variables]]
name = "now"
label = "Time"
label_ko = "시각"
source = "time"
[[variables]]
name = "clip"
label = "Clipboard"
label_ko = "클립보드"
source = "clipboard"
'''
NOW = time.mktime((2026, 11, 24, 14, 5, 9, 0, 0, -1))
REQUESTS = (
    ServedRequest(NOW, "GET", "/chain/input_schema", "127.0.0.1", 200, 0.004, size=0),
    ServedRequest(NOW + 4, "POST", "/chain/invoke", "127.0.0.1", 401, 0.002, size=40),
    ServedRequest(NOW + 9, "POST", "/chain/invoke", "127.0.0.1", 200, 2.412, 0.0, 56, 118),
    ServedRequest(NOW + 20, "POST", "/chain/stream", "127.0.0.1", 200, 6.71, 1.2, 61, 402),
    ServedRequest(
        NOW + 31, "POST", "/chain/stream", "127.0.0.1", 200, 0.9, 0, 61, 17, "the client left"
    ),
    ServedRequest(NOW + 40, "POST", "/chain/batch", "127.0.0.1", 503, 0.003, size=700),
)


async def take_serve(app: AppDriver, shoot: Shoot) -> None:
    """All pictures of one look."""
    (paths.own_presets() / "letter.toml").write_text(LETTER, "utf-8")
    await app.to.presets.reread()
    await _form(app, shoot)
    await _preview(app, shoot)
    await _serve(app, shoot)


async def _form(app: AppDriver, shoot: Shoot) -> None:
    app.to.chat.new()
    QApplication.clipboard().setText("Grandmother's 80th birthday,\non the first Sunday of May.")
    app.to.sending.choose_preset("letter")
    await shoot("asks")
    app.type("Thank her for the persimmons.")
    app.window.page.sending.guarded(lambda: None)
    await shoot("asks-missing")
    app.window._toggle_sidebar()
    app.window.resize(560, 760)
    await shoot("asks-narrow")
    app.window.resize(1500, 760)
    await shoot("asks-wide")
    app.window.resize(1100, 760)
    app.window._toggle_sidebar()


async def _preview(app: AppDriver, shoot: Shoot) -> None:
    page = app.window.page
    app.to.sending.give("occasion", "her birthday")
    app.to.sending.choose_temperature(1.1)
    for name, preset in (("sent", "letter"), ("sent-chain", "translate-then-answer")):
        app.to.sending.choose_preset(preset)
        page.sending.open_preview()
        await app.until(page.sending.sheet.isVisible, "it is shown")
        await shoot(name, page.sending.sheet)
        page.sending.sheet.close()
    app.to.sending.choose_temperature(None)
    page.composer.prompt.set_text("")
    app.to.sending.choose_preset("assistant")


async def _serve(app: AppDriver, shoot: Shoot) -> None:
    window = app.window.open_serve()
    await asyncio.sleep(0.2)
    await shoot("serve", window=window)
    serve = app.to.serve
    serve.start("joke-and-poem", app.to.models.chosen.name if app.to.models.chosen else "", 0)
    await app.until(lambda: serve.view.state is ServeState.SERVING, "it is served")
    await shoot("serve-key", window=window)
    for request in REQUESTS:
        serve._take(request)
    window.served.tabs.setCurrentIndex(1)
    serve.hide_key()
    serve._set(replace(serve.view, waits=True))
    await shoot("serve-requests", window=window)
    serve._set(replace(serve.view, waits=False, is_outdated=True))
    await shoot("serve-outdated", window=window)
    window.resize(640, 560)
    await shoot("serve-small", window=window)
    window.resize(820, 720)
    serve.stop()
    await app.until(lambda: serve.view.state is ServeState.STOPPED, "it is stopped")
    serve._set(replace(serve.view, state=ServeState.ENDED, problem=_ended()))
    await shoot("serve-ended", window=window)
    window.close()


def _ended() -> str:
    from gui.errors import ServingStopped

    return str(ServingStopped("exit code -9"))

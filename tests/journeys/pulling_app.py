"""The application as a process that begins a pull in its window and waits to be killed.

    python pulling_app.py NAME BYTES

It says "pulled" once so many bytes of the model are there.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app_driver import AppDriver, drive
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.app import Application
from gui.windows.models.get_page import GetPage


async def script(app: AppDriver) -> None:
    name, enough = sys.argv[1], int(sys.argv[2])
    await app.ready()
    window = app.window.open_models()
    page = window.show_page("get")
    assert isinstance(page, GetPage)
    QTest.keyClicks(page.field, name)
    QTest.keyClick(page.field, Qt.Key.Key_Return)
    transfers = app.to.transfers
    await app.until(lambda: any(t.completed > enough for t in transfers.transfers), "it comes")
    sys.stdout.write("pulled\n")
    sys.stdout.flush()
    await asyncio.sleep(60)


if __name__ == "__main__":
    application = Application([])
    application.setQuitOnLastWindowClosed(False)
    drive(application, script)

"""The models window is as it was left: its size, how it is divided, how it is sorted."""

from __future__ import annotations

import json

from app_driver import AppDriver
from journeys.conftest import Journey

from gui import paths
from gui.widgets.models.installed_rows import Order
from gui.windows.models.window import ModelsWindow


def opened(app: AppDriver) -> ModelsWindow:
    app.window.open_models()
    assert app.window.models is not None
    return app.window.models


def test_the_shape_outlives_the_app(journey: Journey) -> None:
    async def leave(app: AppDriver) -> None:
        window = opened(app)
        window.resize(860, 600)  # as wide as a test's screen lets it be
        window.installed.split.setSizes([500, 300])
        menu = window.installed.sort_menu()
        next(action for action in menu.actions() if "size" in action.text()).trigger()
        app.window.close()

    async def come_back(app: AppDriver) -> None:
        window = opened(app)
        assert (window.width(), window.height()) == (860, 600)
        left, right = window.installed.split.sizes()
        assert left > right
        assert window.installed.list.order is Order.SIZE

    journey(leave)
    assert json.loads(paths.settings().read_text("utf-8"))["models_order"] == "size"
    journey(come_back)


def test_what_makes_no_sense_is_passed_over(journey: Journey) -> None:
    kept = {"models_order": "colour", "models_split": "!", "models_geometry": "AAAA"}
    paths.settings().write_text(json.dumps(kept), "utf-8")

    async def look(app: AppDriver) -> None:
        window = opened(app)
        assert (window.width(), window.height()) == (1120, 740)
        assert window.installed.list.order is Order.NAME

    journey(look)

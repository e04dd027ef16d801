"""What tests of the application with a hub share: a hub, a keyring, the page."""

from __future__ import annotations

import pytest
from app_driver import AppDriver
from models.huggingface.conftest import HubUnderTest

from gui.errors import NoKeyring
from gui.windows.models.hub_page import HubPage
from gui.windows.models.window import HUB, ModelsWindow


class Ring:
    """Stands for the system's keyring, which a test machine does not have."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.is_there = True

    def find(self) -> Ring:
        """As `safe_backend` does."""
        if not self.is_there:
            raise NoKeyring("fail.Keyring")
        return self

    def get_password(self, _service: str, key: str) -> str | None:
        return self.kept.get(key)

    def set_password(self, _service: str, key: str, value: str) -> None:
        self.kept[key] = value

    def delete_password(self, _service: str, key: str) -> None:
        del self.kept[key]


def models_window(app: AppDriver) -> ModelsWindow:
    """The models window, opened."""
    return app.window.open_models()


async def hub_page(app: AppDriver) -> HubPage:
    """The page, seen, its first search answered."""
    await app.until(lambda: app.to.models.chosen, "a model is chosen")
    page = models_window(app).show_page(HUB)
    assert isinstance(page, HubPage)
    await app.until(lambda: not app.to.hub.is_searching, "the first search is answered")
    return page


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    """The keyring of the system."""
    made = Ring()
    monkeypatch.setattr("gui.models.secrets.safe_backend", made.find)
    return made


@pytest.fixture
def hub_served(
    served: HubUnderTest,
    ring: Ring,
    monkeypatch: pytest.MonkeyPatch,
) -> HubUnderTest:
    """The hub that HF_ENDPOINT names."""
    monkeypatch.setenv("HF_ENDPOINT", served.urls["hub"])
    return served

"""The state of each flow: QtCore only; slots in, tasks, signals out."""

from __future__ import annotations

from dataclasses import dataclass

from gui.controllers.catalogue_controller import CatalogueController
from gui.controllers.chat_controller import ChatController
from gui.controllers.conversations_controller import ConversationsController
from gui.controllers.library_controller import LibraryController
from gui.controllers.models_controller import ModelsController
from gui.controllers.notices import Notices
from gui.controllers.presets_controller import PresetsController
from gui.controllers.rooms import OpenRooms, Rooms
from gui.controllers.servers_controller import ServersController
from gui.controllers.settings_controller import SettingsController
from gui.controllers.transfers_controller import TransfersController
from gui.controllers.turn import ChatState

__all__ = [
    "CatalogueController",
    "ChatController",
    "ChatState",
    "Controllers",
    "ConversationsController",
    "LibraryController",
    "ModelsController",
    "Notices",
    "OpenRooms",
    "PresetsController",
    "Rooms",
    "ServersController",
    "SettingsController",
    "TransfersController",
]


@dataclass(frozen=True, slots=True)
class Controllers:
    """Everything a window is connected to."""

    notices: Notices
    settings: SettingsController
    models: ModelsController
    servers: ServersController
    library: LibraryController
    transfers: TransfersController
    catalogue: CatalogueController
    presets: PresetsController
    conversations: ConversationsController
    chat: ChatController

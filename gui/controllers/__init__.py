"""The state of each flow: QtCore only; slots in, tasks, signals out."""

from __future__ import annotations

from dataclasses import dataclass

from gui.controllers.catalogue_controller import CatalogueController
from gui.controllers.chat_controller import ChatController
from gui.controllers.compare_controller import CompareController
from gui.controllers.conversations_controller import ConversationsController
from gui.controllers.creation_controller import CreationController
from gui.controllers.hub_controller import HubController
from gui.controllers.library_controller import LibraryController
from gui.controllers.modelfile_controller import ModelfileController
from gui.controllers.modelfile_files import ModelfileFiles
from gui.controllers.models_controller import ModelsController
from gui.controllers.notices import Notices
from gui.controllers.preset_drafts import PresetDrafts
from gui.controllers.preset_editor_controller import PresetEditorController
from gui.controllers.presets_controller import PresetsController
from gui.controllers.replay_controller import ReplayController
from gui.controllers.rooms import OpenRooms, Rooms
from gui.controllers.sending_controller import SendingController
from gui.controllers.serve_controller import ServeController
from gui.controllers.servers_controller import ServersController
from gui.controllers.settings_controller import SettingsController
from gui.controllers.transfers_controller import TransfersController
from gui.controllers.turn import ChatState

__all__ = [
    "CatalogueController",
    "ChatController",
    "ChatState",
    "CompareController",
    "Controllers",
    "ConversationsController",
    "CreationController",
    "HubController",
    "LibraryController",
    "ModelfileController",
    "ModelfileFiles",
    "ModelsController",
    "Notices",
    "OpenRooms",
    "PresetDrafts",
    "PresetEditorController",
    "PresetsController",
    "ReplayController",
    "Rooms",
    "SendingController",
    "ServeController",
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
    modelfile: ModelfileController
    modelfile_files: ModelfileFiles
    creation: CreationController
    hub: HubController
    presets: PresetsController
    preset_editor: PresetEditorController
    preset_drafts: PresetDrafts
    conversations: ConversationsController
    chat: ChatController
    sending: SendingController
    serve: ServeController
    compare: CompareController
    replay: ReplayController

"""Every controller, built in the order in which they know each other."""

from __future__ import annotations

from gui.controllers import (
    CatalogueController,
    ChatController,
    CompareController,
    Controllers,
    ConversationsController,
    CreationController,
    HubController,
    LibraryController,
    ModelfileController,
    ModelfileFiles,
    ModelsController,
    Notices,
    PresetDrafts,
    PresetEditorController,
    PresetsController,
    ReplayController,
    Rooms,
    SendingController,
    ServeController,
    ServersController,
    SettingsController,
    TransfersController,
)
from gui.controllers.contenders import Contenders
from gui.eventloop import Tasks


def build(
    rooms: Rooms, tasks: Tasks, notices: Notices, settings: SettingsController
) -> Controllers:
    """The controllers of one run, connected with each other."""
    models = ModelsController(rooms, tasks, notices, settings)
    presets = PresetsController(rooms, tasks, notices, settings)
    preset_editor = PresetEditorController(rooms, tasks, presets, models)
    conversations = ConversationsController(rooms, tasks, notices)
    sending = SendingController(rooms, tasks, notices, models, presets)
    chat = ChatController(rooms, tasks, notices, models, presets, sending)
    chat.list_changed.connect(conversations.refresh)
    chat.conversation_shown.connect(lambda conversation, _: sending.show(conversation))
    conversations.deleted.connect(chat.forget)
    conversations.deleted.connect(sending.forget)
    serve = ServeController(rooms, tasks, models, presets)
    contenders = Contenders(settings, models, presets, sending)
    compare = CompareController(rooms, tasks, models, contenders, chat)
    conversations.deleted.connect(compare.forget)
    replay = ReplayController(rooms, tasks, models, contenders, chat)
    _let_the_window_go_first(serve, chat, compare, replay)
    library = LibraryController(rooms, tasks, models)
    transfers = TransfersController(rooms, tasks, notices, models)
    transfers.finished.connect(library.refresh)
    transfers.changed.connect(library.keep_wanted)
    catalogue = CatalogueController(rooms, tasks, models)
    modelfile = ModelfileController(rooms, tasks, library)
    return Controllers(
        notices=notices,
        settings=settings,
        models=models,
        servers=ServersController(rooms, tasks, notices, settings, models),
        library=library,
        transfers=transfers,
        catalogue=catalogue,
        modelfile=modelfile,
        modelfile_files=ModelfileFiles(rooms, tasks, models, modelfile),
        creation=CreationController(rooms, tasks, models, library, catalogue, transfers, modelfile),
        hub=HubController(rooms, tasks, models),
        presets=presets,
        preset_editor=preset_editor,
        preset_drafts=PresetDrafts(rooms, tasks, presets, preset_editor),
        conversations=conversations,
        chat=chat,
        sending=sending,
        serve=serve,
        compare=compare,
        replay=replay,
    )


def _let_the_window_go_first(
    serve: ServeController,
    chat: ChatController,
    compare: CompareController,
    replay: ReplayController,
) -> None:
    """What is served waits while a reply comes anywhere in the app."""
    busy: set[str] = set()

    def note(who: str, is_busy: bool) -> None:
        was_busy = bool(busy)
        (busy.add if is_busy else busy.discard)(who)
        if bool(busy) is not was_busy:
            serve.set_busy(bool(busy))

    chat.busy_changed.connect(lambda is_busy: note("chat", is_busy))
    compare.changed.connect(lambda: note("compare", compare.is_running))
    replay.changed.connect(lambda: note("replay", replay.is_running))

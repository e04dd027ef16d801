"""The preset and the model that are meant by what was typed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gui import paths
from gui.chat import PresetStore
from gui.errors import ModelNotFound, NoModel, NoStarterModel, PresetError
from gui.language import tr
from gui.records import ModelInfo, Preset, ServerKind
from gui.settings import SettingsFile

if TYPE_CHECKING:
    from gui.models.client import ModelClient


def preset(name: str) -> Preset:
    """The preset with this id or name, capitals aside; raises PresetError, which lists them."""
    store = PresetStore(paths.resources() / "presets", paths.own_presets())
    available = store.available()
    wanted = name.casefold()
    named = [one for one in available if wanted in (one.id.casefold(), one.name.casefold())]
    if not named:
        raise PresetError(
            tr("There is no preset {name}.", name=name),
            tr("There are: {names}.", names=", ".join(one.id for one in available)),
        )
    return named[0]


async def model(client: ModelClient, name: str) -> ModelInfo:
    """The model named, else the one used last in the window, else the first that chats."""
    models = [one for one in await client.list_models() if one.can_chat]
    if not models:
        built_in = client.endpoint.kind is ServerKind.BUILT_IN
        raise NoStarterModel() if built_in else NoModel()
    if name:
        found = [one for one in models if one.name in (name, f"{name}:latest")]
        if not found:
            raise ModelNotFound(name)
    else:
        settings, _ = SettingsFile(paths.settings()).load()
        found = [one for one in models if one.name == settings.model] or models
    shown = await client.show(found[0].name)
    return replace(found[0], capabilities=shown.capabilities, context_length=shown.context_length)

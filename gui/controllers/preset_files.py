"""The files of presets as an editor has them, guarded against other programs."""

from __future__ import annotations

from dataclasses import dataclass

from gui.controllers.rooms import OpenRooms
from gui.records import Preset
from gui.records.preset_editing import PresetDraft


@dataclass(frozen=True, slots=True)
class Clash:
    """A preset's file was changed since it was opened: it holds `text` now."""

    id: str
    text: str


async def read(rooms: OpenRooms, preset_id: str) -> PresetDraft:
    """A preset as its file has it now. Raises `PresetError` if it cannot be read."""
    text = _text(rooms, preset_id)
    return PresetDraft(preset_id, text, text, not rooms.presets.is_own(preset_id))


async def save(rooms: OpenRooms, draft: PresetDraft) -> Preset | Clash:
    """Write a draft to its file, but not over another text than the one it was read from.

    A file that was deleted meanwhile is written again. Raises `PresetError`.
    """
    if draft.id and rooms.presets.is_own(draft.id):
        found = _text(rooms, draft.id)
        if found not in (draft.kept, draft.text):
            return Clash(draft.id, found)
    return rooms.presets.save_source(draft.id, draft.text)


def _text(rooms: OpenRooms, preset_id: str) -> str:
    return rooms.presets.source(preset_id).replace("\r\n", "\n")

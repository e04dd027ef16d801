"""What becomes of the answers of a comparison: from which one the conversation goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gui.controllers.lane import Lane
from gui.controllers.rooms import OpenRooms
from gui.errors import OndolError
from gui.records.sending import Sending


def first_good(lanes: Sequence[Lane]) -> Lane | None:
    """The lane from whose answer the conversation goes on if none is kept."""
    ended = [lane for lane in lanes if lane.answer is not None]
    return next((lane for lane in ended if lane.is_good), ended[0] if ended else None)


def lane_of(reply_id: int, lanes: Sequence[Lane]) -> Lane | None:
    """The lane whose answer a reply is."""
    answers = {lane.answer.id: lane for lane in lanes if lane.answer is not None}
    return answers.get(reply_id)


def together(lanes: Sequence[Lane]) -> Sending:
    """What a conversation that begins with these lanes keeps: as the first, with all values."""
    sent = [lane.contender.sending for lane in lanes]
    values = {name: text for each in sent for name, text in each.variables.items()}
    return replace(sent[0], variables=values)


async def go_on(rooms: OpenRooms, conversation_id: int, lane: Lane) -> bool:
    """Have the conversation go on from the lane's answer; False if it cannot, or is gone."""
    who, answer = lane.contender, lane.answer
    if answer is None:
        return False
    try:
        await rooms.store.show_branch(conversation_id, answer.id)
        await rooms.store.choose(conversation_id, model=who.model.name, preset=who.preset.id)
    except (LookupError, OndolError):  # deleted, or not writable
        return False
    return True

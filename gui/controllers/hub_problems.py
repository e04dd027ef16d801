"""Errors of the hub as its page shows them: whole sentences, and what a person can do."""

from __future__ import annotations

from gui.errors import (
    HubAddressUnusable,
    HubBusy,
    HubError,
    HubGated,
    HubOffline,
    HubRepoNotFound,
    HubTokenRefused,
    OndolError,
)
from gui.records import HubHelp, HubProblem, Remedy


def problem_of(error: OndolError) -> HubProblem:
    """An error as the page shows it: its sentences, and what a person can do."""
    link = error.link if isinstance(error, HubError) else ""
    helps: tuple[HubHelp, ...]
    match error:
        case HubGated():
            helps = (HubHelp.ACCEPT, HubHelp.RETRY if error.has_token else HubHelp.TOKEN)
        case HubOffline() | HubAddressUnusable():
            helps = (HubHelp.ELSEWHERE,)
        case HubTokenRefused() | HubRepoNotFound():
            helps = (HubHelp.TOKEN,)
        case HubBusy():
            helps = (HubHelp.RETRY, HubHelp.TOKEN)
        case _:
            helps = (HubHelp.RETRY,) if error.remedy is Remedy.RETRY else ()
    return HubProblem(str(error), helps, link)

"""Our exceptions, drawn as a tree. Every fault of the outside arrives as one of these.

OndolError                  what failed; `todo` says what to do; `remedy` is the button
  ServerError               a server of Ollama's API did not do what was asked
    ServerUnreachable       nothing answers at the address
    NotOllama               something answers, but not Ollama
    AccessDenied            the server wants other credentials (401, 403, 407)
    ServerBusy              too many requests (429, 503)
    ModelNotFound           the server does not have the model
    ContextOverflow         the prompt is longer than the context length
    RequestRefused          any other refusal, in the server's own words
    ReplyFailedMidway       the server reported an error after the reply began
  StreamError               the bytes of a reply were not what they should be
    StreamCut               the reply ended without saying that it was done
    StreamGarbled           a line was not JSON, or had the wrong shape
    LineTooLong             a single line passed the limit
  EngineError               the built-in engine
    EngineStopped           its process ended
    EngineFailedToStart     it did not come up, or crashed too often
    NoStarterModel          the starter model is not installed
  StorageError              conversations could not be read or written
    DiskFull
    StorageUnavailable      locked, read-only or damaged
    NewerDatabase           written by a newer Ondol
  PresetError               a preset file cannot be used
  SettingsError             the settings file cannot be used
  NoModel                   nothing to talk to is chosen
"""

from __future__ import annotations

from gui.errors.base import OndolError
from gui.errors.choices import NoModel, PresetError, SettingsError
from gui.errors.engine import EngineError, EngineFailedToStart, EngineStopped, NoStarterModel
from gui.errors.servers import (
    AccessDenied,
    ContextOverflow,
    ModelNotFound,
    NotOllama,
    ReplyFailedMidway,
    RequestRefused,
    ServerBusy,
    ServerError,
    ServerUnreachable,
)
from gui.errors.storage import DiskFull, NewerDatabase, StorageError, StorageUnavailable
from gui.errors.streams import LineTooLong, StreamCut, StreamError, StreamGarbled

__all__ = [
    "AccessDenied",
    "ContextOverflow",
    "DiskFull",
    "EngineError",
    "EngineFailedToStart",
    "EngineStopped",
    "LineTooLong",
    "ModelNotFound",
    "NewerDatabase",
    "NoModel",
    "NoStarterModel",
    "NotOllama",
    "OndolError",
    "PresetError",
    "ReplyFailedMidway",
    "RequestRefused",
    "ServerBusy",
    "ServerError",
    "ServerUnreachable",
    "SettingsError",
    "StorageError",
    "StorageUnavailable",
    "StreamCut",
    "StreamError",
    "StreamGarbled",
]

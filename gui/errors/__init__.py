"""Our exceptions, drawn as a tree. Every fault of the outside arrives as one of these.

OndolError                  what failed; `todo` says what to do; `remedy` is the button
  ServerError               a server of Ollama's API did not do what was asked
    ServerUnreachable       nothing answers at the address
      NameUnknown           its name has no address
      OllamaNotRunning      it is Ollama on this machine, and could be started
    OllamaFailedToStart     Ollama was started by us and did not come up
    ServerForgotten         the server is no longer on the list
    TokenMissing            its token or headers are no longer kept
    PlainHttpRefused        on the internet, not encrypted, and nobody agreed to that
    CertificateRefused      its certificate is not believed
    TlsTooOld               it speaks no safe version of TLS
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
  ModelError                a model could not be brought, made, given away or changed
    BadModelName            the text is not the name of a model
    ModelBusy               something else is being done to it
    NameTaken               there is one of that name already
    TransferFailed          another try would end the same way
    TransferInterrupted     the network is not there just now
    FileUnusable            a file of the new model cannot be read, or changed meanwhile
    ModelNotListed          the server says it is done, but does not have it
    HubError                Hugging Face did not give what was asked for
      HubAddressUnusable    HF_ENDPOINT is no address
      HubOffline            switched off by HF_HUB_OFFLINE
      HubUnreachable        nothing answers (also a TransferInterrupted)
      HubBusy               too many requests (also a TransferInterrupted)
      HubGated              its terms must be accepted first; `link` is where
      HubRepoNotFound       no such repository, or a private one
      HubFileNotFound       the repository does not have the file any more
      HubTokenRefused       the token is wrong, or does not allow this
      NoGguf                no file in it that can be used
      HubGarbled            what answers is no hub
      HubRefused            any other refusal
      DownloadDamaged       the bytes are not those that the hub lists
      NoRoom                not enough space on the disk
      DownloadUnwritable    the folder for downloads refuses
  SecretError               a secret could not be kept, or not be read
    NoKeyring               the system has none that is safe
    KeyringSilent           it does not answer; mostly it waits to be unlocked
    KeyringFailed           it refused
    BadToken                what was entered has not the form of a token
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
from gui.errors.hub import (
    DownloadDamaged,
    DownloadUnwritable,
    HubAddressUnusable,
    HubBusy,
    HubError,
    HubFileNotFound,
    HubGarbled,
    HubGated,
    HubOffline,
    HubRefused,
    HubRepoNotFound,
    HubTokenRefused,
    HubUnreachable,
    NoGguf,
    NoRoom,
)
from gui.errors.models import (
    BadModelName,
    FileUnusable,
    ModelBusy,
    ModelError,
    ModelNotListed,
    NameTaken,
    TransferFailed,
    TransferInterrupted,
)
from gui.errors.secrets import (
    BadToken,
    KeyringFailed,
    KeyringSilent,
    NoKeyring,
    SecretError,
)
from gui.errors.servers import (
    AccessDenied,
    CertificateRefused,
    ContextOverflow,
    ModelNotFound,
    NameUnknown,
    NotOllama,
    OllamaFailedToStart,
    OllamaNotRunning,
    PlainHttpRefused,
    ReplyFailedMidway,
    RequestRefused,
    ServerBusy,
    ServerError,
    ServerForgotten,
    ServerUnreachable,
    TlsTooOld,
    TokenMissing,
)
from gui.errors.storage import DiskFull, NewerDatabase, StorageError, StorageUnavailable
from gui.errors.streams import LineTooLong, StreamCut, StreamError, StreamGarbled

__all__ = [
    "AccessDenied",
    "BadModelName",
    "BadToken",
    "CertificateRefused",
    "ContextOverflow",
    "DiskFull",
    "DownloadDamaged",
    "DownloadUnwritable",
    "EngineError",
    "EngineFailedToStart",
    "EngineStopped",
    "FileUnusable",
    "HubAddressUnusable",
    "HubBusy",
    "HubError",
    "HubFileNotFound",
    "HubGarbled",
    "HubGated",
    "HubOffline",
    "HubRefused",
    "HubRepoNotFound",
    "HubTokenRefused",
    "HubUnreachable",
    "KeyringFailed",
    "KeyringSilent",
    "LineTooLong",
    "ModelBusy",
    "ModelError",
    "ModelNotFound",
    "ModelNotListed",
    "NameTaken",
    "NameUnknown",
    "NewerDatabase",
    "NoGguf",
    "NoKeyring",
    "NoModel",
    "NoRoom",
    "NoStarterModel",
    "NotOllama",
    "OllamaFailedToStart",
    "OllamaNotRunning",
    "OndolError",
    "PlainHttpRefused",
    "PresetError",
    "ReplyFailedMidway",
    "RequestRefused",
    "SecretError",
    "ServerBusy",
    "ServerError",
    "ServerForgotten",
    "ServerUnreachable",
    "SettingsError",
    "StorageError",
    "StorageUnavailable",
    "StreamCut",
    "StreamError",
    "StreamGarbled",
    "TlsTooOld",
    "TokenMissing",
    "TransferFailed",
    "TransferInterrupted",
]

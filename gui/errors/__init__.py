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
  ChainError                a step of a chain could not do its work
    StepUnreadable          its reply is not what the step should give
    StepSilent              nothing came from it for too long
    StepModelNotFound       the server does not have its model (also a ModelNotFound)
    CannotRunAgain          a reply does not say how it was made
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
      HubTokenUnsafe        asked without encryption, it is told none
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
  ServeError                a preset or chain could not be served
    AddressUnusable         the host or port to listen at cannot be had
    OthersNotAgreed         other machines could reach it, and nobody agreed to that
    BadServeKey             the key is too easy to guess, or cannot be sent
    ServingStopped          the process that serves ended by itself
  SettingsError             the settings file cannot be used
  NoModel                   nothing to talk to is chosen
  ComparisonUnderWay        several models answer in the conversation
"""

from __future__ import annotations

from gui.errors.base import OndolError
from gui.errors.chains import (
    CannotRunAgain,
    ChainError,
    StepModelNotFound,
    StepSilent,
    StepUnreadable,
)
from gui.errors.choices import ComparisonUnderWay, NoModel, PresetError, SettingsError
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
    HubTokenUnsafe,
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
from gui.errors.serving import (
    AddressUnusable,
    BadServeKey,
    OthersNotAgreed,
    ServeError,
    ServingStopped,
)
from gui.errors.storage import DiskFull, NewerDatabase, StorageError, StorageUnavailable
from gui.errors.streams import LineTooLong, StreamCut, StreamError, StreamGarbled

__all__ = [
    "AccessDenied",
    "AddressUnusable",
    "BadModelName",
    "BadServeKey",
    "BadToken",
    "CannotRunAgain",
    "CertificateRefused",
    "ChainError",
    "ComparisonUnderWay",
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
    "HubTokenUnsafe",
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
    "OthersNotAgreed",
    "PlainHttpRefused",
    "PresetError",
    "ReplyFailedMidway",
    "RequestRefused",
    "SecretError",
    "ServeError",
    "ServerBusy",
    "ServerError",
    "ServerForgotten",
    "ServerUnreachable",
    "ServingStopped",
    "SettingsError",
    "StepModelNotFound",
    "StepSilent",
    "StepUnreadable",
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

"""Frozen values that cross rooms. Standard library only.

Times are seconds since the epoch (UTC) as float; durations are integer nanoseconds,
as Ollama sends them; sizes are bytes; text is Unicode without lone surrogates.
"""

from __future__ import annotations

from gui.records.hub import (
    HubFile,
    HubFileKind,
    HubListing,
    HubPage,
    HubPart,
    HubPhase,
    HubProgress,
    HubRepo,
)
from gui.records.messages import Conversation, Message, MessageStatus, Role, RunRecord, Statistics
from gui.records.models import (
    PURPOSES,
    CatalogueEntry,
    CatalogueSize,
    Fit,
    FitEstimate,
    LoadedModel,
    ModelDetails,
    ModelInfo,
    Transfer,
    TransferKind,
    TransferState,
)
from gui.records.notices import Notice, Remedy
from gui.records.options import Options, Preset
from gui.records.servers import (
    Certificate,
    CertificateProblem,
    Endpoint,
    LocalOllama,
    ProbeStep,
    ServerChoices,
    ServerDraft,
    ServerEntry,
    ServerKey,
    ServerKind,
    ServersOverview,
    ServerState,
    ServerStatus,
    StepOutcome,
    server_key,
)

__all__ = [
    "PURPOSES",
    "CatalogueEntry",
    "CatalogueSize",
    "Certificate",
    "CertificateProblem",
    "Conversation",
    "Endpoint",
    "Fit",
    "FitEstimate",
    "HubFile",
    "HubFileKind",
    "HubListing",
    "HubPage",
    "HubPart",
    "HubPhase",
    "HubProgress",
    "HubRepo",
    "LoadedModel",
    "LocalOllama",
    "Message",
    "MessageStatus",
    "ModelDetails",
    "ModelInfo",
    "Notice",
    "Options",
    "Preset",
    "ProbeStep",
    "Remedy",
    "Role",
    "RunRecord",
    "ServerChoices",
    "ServerDraft",
    "ServerEntry",
    "ServerKey",
    "ServerKind",
    "ServerState",
    "ServerStatus",
    "ServersOverview",
    "Statistics",
    "StepOutcome",
    "Transfer",
    "TransferKind",
    "TransferState",
    "server_key",
]

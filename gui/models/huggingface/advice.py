"""Which file of a repository to take: judged against the machine, one recommended."""

from __future__ import annotations

from collections.abc import Sequence

from gui.models import fit
from gui.models.fit import Machine
from gui.records import (
    Fit,
    FitEstimate,
    HubFile,
    HubFileKind,
    HubListing,
    HubLook,
    HubOffer,
    ServerKind,
)

_USUAL = "Q4_K_M"
"""What most models come in: half the size of Q8_0, and hardly worse (llama.cpp, quantize)."""
_NEXT_BEST = (_USUAL, "Q4_K_S", "IQ4_XS", "IQ4_NL", "Q4_0", "Q5_K_M", "Q3_K_M", "Q8_0")
_WHOLE = ("F32", "F16", "BF16", "")
"""Not quantised, or nobody knows: twice the size of Q8_0 for nothing that one would notice."""
_PROJECTORS = ("F16", "BF16", "Q8_0")


def look(
    listing: HubListing,
    hint: str = "",
    *,
    machine: Machine | None,
    server: ServerKind = ServerKind.OLLAMA,
) -> HubLook:
    """A repository with every file judged; `hint` is the quantisation the person asked for.

    `machine` is None when the server is another machine, of which nothing is known.
    """
    models = [file for file in listing.files if file.kind is HubFileKind.MODEL]
    projector = _projector(listing.files)
    more = projector.size if projector else 0
    fits = [
        fit.estimate(file.size + more, listing.repo.parameters, machine=machine, server=server)
        for file in models
    ]
    best = recommended(models, fits)
    offers = tuple(
        HubOffer(file, judged, file is best) for file, judged in zip(models, fits, strict=True)
    )
    wanted = _hinted(models, hint) or best
    return HubLook(
        listing,
        offers,
        projector,
        tuple(file for file in listing.files if file.kind is HubFileKind.ADAPTER),
        wanted.name if wanted else "",
    )


def recommended(files: Sequence[HubFile], fits: Sequence[FitEstimate]) -> HubFile | None:
    """The largest that fits well, the usual one among equals; None if none of them runs.

    When nothing is known of the machine it is the usual one, or what comes nearest to it.
    """
    well = [f for f, judged in zip(files, fits, strict=True) if judged.fit is Fit.FITS]
    if well:
        compact = [file for file in well if file.quantization not in _WHOLE] or well
        return max(compact, key=lambda file: (file.size, file.quantization == _USUAL))
    slow = [f for f, judged in zip(files, fits, strict=True) if judged.fit is Fit.SLOW]
    if slow:
        return min(slow, key=lambda file: (file.size, file.quantization != _USUAL))
    unknown = [f for f, judged in zip(files, fits, strict=True) if judged.fit is Fit.UNKNOWN]
    if not unknown:
        return None
    return min(unknown, key=lambda file: (_rank(file), file.size))


def _hinted(files: Sequence[HubFile], hint: str) -> HubFile | None:
    """Ollama takes a tag for the quantisation, or for the beginning of one."""
    asked = hint.upper()
    exact = [file for file in files if asked and file.quantization.upper() == asked]
    near = [file for file in files if asked and file.quantization.upper().startswith(asked)]
    usual = [file for file in near if file.quantization == _USUAL]
    return next(iter(exact or usual or near), None)


def _rank(file: HubFile) -> int:
    known = file.quantization in _NEXT_BEST
    return _NEXT_BEST.index(file.quantization) if known else len(_NEXT_BEST)


def _projector(files: Sequence[HubFile]) -> HubFile | None:
    """One is enough: a precise one that is not larger than it need be."""
    found = [file for file in files if file.kind is HubFileKind.PROJECTOR]

    def rank(file: HubFile) -> tuple[int, int]:
        is_usual = file.quantization in _PROJECTORS
        return (_PROJECTORS.index(file.quantization) if is_usual else len(_PROJECTORS), file.size)

    return min(found, key=rank, default=None)

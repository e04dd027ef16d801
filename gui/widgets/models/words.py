"""What is said of a model, a size and a time."""

from __future__ import annotations

from datetime import UTC, date, datetime

from gui.language import tr
from gui.records import LoadedModel, ModelInfo, Transfer, TransferKind

_MINUTE, _HOUR = 60, 3600


def size_text(size: int) -> str:
    """Bytes as a person reads them, in powers of 1000; "" for none."""
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.{0 if amount >= 10 or unit == 'B' else 1}f} {unit}" if size else ""
        amount /= 1000
    return ""


def model_line(model: ModelInfo) -> str:
    """A model in one line: size, parameters, quantisation."""
    parts = [size_text(model.size), model.parameter_size, model.quantization]
    return " · ".join(part for part in parts if part)


def context_text(tokens: int) -> str:
    """A context length, as in "8K context"; "" for none."""
    if not tokens:
        return ""
    whole = 1024 if tokens % 1024 == 0 else 1000
    count = f"{tokens / whole:.0f}K" if tokens >= whole else str(tokens)
    if tokens >= whole * whole:
        count = f"{tokens / whole / whole:.0f}M"
    return tr("{count} context", count=count)


def capability_words(model: ModelInfo) -> tuple[str, ...]:
    """What it can do, a word each; a capability that we do not know by the server's word."""
    words = {
        "completion": tr("chat"),
        "tools": tr("tools"),
        "vision": tr("vision"),
        "thinking": tr("thinking"),
        "embedding": tr("embedding"),
        "insert": tr("fill-in"),
        "image": tr("images"),
        "audio": tr("audio"),
    }
    known = [word for name, word in words.items() if name in model.capabilities]
    return (*known, *(name for name in model.capabilities if name not in words))


def purpose_word(purpose: str) -> str:
    """What a model of the catalogue is good for."""
    words = {
        "chat": tr("Conversation"),
        "korean": tr("Korean"),
        "small": tr("Small machines"),
        "reasoning": tr("Reasoning"),
        "code": tr("Code"),
        "vision": tr("Pictures"),
        "embedding": tr("Search"),
    }
    return words.get(purpose, purpose)


def moment(iso: str) -> float:
    """Seconds since the epoch, 0.0 for no time: servers write what they like."""
    try:
        return datetime.fromisoformat(iso).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def day_text(iso: str, today: date) -> str:
    """The day of a time, in words while it is near; "" for no time."""
    try:
        day = datetime.fromtimestamp(moment(iso), UTC).astimezone().date()
    except (ValueError, OverflowError, OSError):
        return ""
    if day.year < 1980:
        return ""
    days = (today - day).days
    if days <= 0:
        return tr("Today")
    if days == 1:
        return tr("Yesterday")
    return tr("{days} days ago", days=days) if days < 30 else day.isoformat()


def memory_text(loaded: LoadedModel) -> str:
    """What it takes of memory, and until when."""
    where = tr("In memory, {size}", size=size_text(loaded.size))
    if loaded.size_vram:
        card = size_text(loaded.size_vram)
        where = tr(
            "In memory, {size}, {card} of it on the graphics card",
            size=size_text(loaded.size),
            card=card,
        )
    until = _clock(loaded.expires_at) if loaded.expires_at else ""
    if not until:
        return f"{where} · {tr('until it is unloaded')}"
    return f"{where} · {tr('until {time}', time=until)}"


def _clock(seconds: float) -> str:
    """The time of day here, "" for a time that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%H:%M")
    except (ValueError, OverflowError, OSError):
        return ""


def duration_text(seconds: float) -> str:
    """How long something still takes, roughly."""
    whole = max(1, round(seconds))
    if whole < _MINUTE:
        return tr("{seconds} s left", seconds=whole)
    if whole < _HOUR:
        return tr("{minutes} min left", minutes=round(whole / _MINUTE))
    hours, minutes = divmod(round(whole / _MINUTE), _MINUTE)
    return tr("{hours} h {minutes} min left", hours=hours, minutes=minutes)


def amount_text(transfer: Transfer) -> str:
    """How far it is, how fast it goes, how long it still takes; what is not known is left out."""
    parts = []
    if transfer.total:
        done, whole = size_text(transfer.completed) or "0 B", size_text(transfer.total)
        parts.append(tr("{done} of {all}", done=done, all=whole))
    if transfer.speed >= 1:
        parts.append(tr("{size}/s", size=size_text(int(transfer.speed))))
    if transfer.seconds_left is not None and transfer.speed >= 1:
        parts.append(duration_text(transfer.seconds_left))
    return " · ".join(parts)


def freed_text(size: int, shared_with: str) -> str:
    """What deleting a model frees; with both it is not known whether a file is shared."""
    if shared_with and size:
        most = size_text(size)
        return tr(
            "This frees {size} at most: {name} has the same file.", size=most, name=shared_with
        )
    if shared_with:
        return tr("This frees almost nothing: {name} uses the same files.", name=shared_with)
    return tr("This frees {size}.", size=size_text(size) or "0 B")


def kind_word(kind: TransferKind) -> str:
    """What is being done."""
    match kind:
        case TransferKind.PULL | TransferKind.DOWNLOAD:
            return tr("Download")
        case TransferKind.CREATE:
            return tr("Create")
        case TransferKind.PUSH:
            return tr("Push")

"""What is said of a repository, a file and a count."""

from __future__ import annotations

from datetime import date

from gui.language import tr
from gui.records import HubFile, HubHelp, HubOffer, HubRepo
from gui.widgets.models import words
from gui.widgets.models.catalogue_rows import fit_word

_UNITS = ((10**9, "B"), (10**6, "M"), (10**3, "K"))


def count_text(count: int) -> str:
    """A count in few signs: 950, 1.2K, 34M."""
    for size, unit in _UNITS:
        if count >= size:
            amount = count / size
            return f"{amount:.{0 if amount >= 10 else 1}f}{unit}"
    return str(count)


def repo_text(repo: HubRepo, today: date) -> str:
    """A repository in a sentence, for a screen reader."""
    parts = [
        repo.id,
        tr("{count} downloads", count=count_text(repo.downloads)),
        tr("{count} likes", count=count_text(repo.likes)),
        words.day_text(repo.updated, today),
        tr("its terms must be accepted") if repo.gated else "",
    ]
    return ", ".join(part for part in parts if part)


def facts(repo: HubRepo) -> tuple[str, ...]:
    """What is known of the model in it, a word or two each."""
    parameters = count_text(repo.parameters) if repo.parameters else ""
    parts = (parameters, words.context_text(repo.context_length), repo.license)
    return tuple(part for part in parts if part)


def numbers_line(repo: HubRepo, today: date) -> str:
    """Whose it is, how many use it and like it, and how old it is."""
    parts = (
        repo.author,
        tr("{count} downloads", count=count_text(repo.downloads)),
        tr("{count} likes", count=count_text(repo.likes)),
        words.day_text(repo.updated, today),
    )
    return " · ".join(part for part in parts if part)


def last_name(file: HubFile) -> str:
    """A file's name without its folder."""
    return file.name.rpartition("/")[2]


def size_line(file: HubFile) -> str:
    """How large it is, and in how many files it comes."""
    size = words.size_text(file.size)
    return size if file.shards < 2 else f"{size} · {tr('{count} files', count=file.shards)}"


def needs_line(offer: HubOffer) -> str:
    """The memory it takes, in few words."""
    return tr("needs {size}", size=words.size_text(offer.fit.needed)) if offer.fit.needed else ""


def offer_text(offer: HubOffer) -> str:
    """A file in a sentence, for a screen reader."""
    parts = (
        offer.file.quantization or last_name(offer.file),
        tr("recommended") if offer.is_recommended else "",
        size_line(offer.file),
        fit_word(offer.fit),
        offer.fit.sentence,
    )
    return ", ".join(part for part in parts if part)


def help_word(help_: HubHelp) -> str:
    """What stands on the button."""
    match help_:
        case HubHelp.RETRY:
            return tr("Try again")
        case HubHelp.ACCEPT:
            return tr("Open its page…")
        case HubHelp.TOKEN:
            return tr("Enter a token…")
        case HubHelp.ELSEWHERE:
            return tr("Get models from elsewhere")

"""Repositories as the hub describes them, read with tolerance: all of it was typed by strangers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from gui.models.huggingface.address import HubAddress
from gui.records import HubPart, HubRepo

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

EXPANDED = (
    *("author", "downloads", "likes", "gated", "lastModified", "tags", "gguf"),
    *("private", "disabled"),
)
"""What a search asks for besides the names."""

_REPO = re.compile(
    r"(?!.*(?:--|\.\.))[A-Za-z0-9_][\w.\-]{0,95}/[A-Za-z0-9_][\w.\-]{0,95}", re.ASCII
)
_PAGES = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BLOB = re.compile(r"[0-9a-f]{40}", re.ASCII)
_MOST_TAGS, _LONGEST_TAG, _LONGEST_CURSOR = 100, 100, 4000
_MOST_BYTES = 2**50


def is_repo(text: str) -> bool:
    """Whether `text` has the form of a repository's name: `user/name`."""
    return bool(_REPO.fullmatch(text)) and not text.endswith((".git", ".", "-"))


def repo_in(text: str) -> str:
    """The repository that a name like `hf.co/user/name:Q4_K_M` or a page's address means, or ""."""
    rest = text.strip()
    match = _PAGES.match(rest)
    rest = re.split(r"[?#:\s]", rest[match.end() if match else 0 :], maxsplit=1)[0]
    parts = rest.strip("/").split("/")
    if len(parts) < 2 or (len(parts) > 2 and not match):
        return ""
    repo = "/".join(parts[:2])
    return repo if is_repo(repo) else ""


def read_repo(info: ModelInfo, address: HubAddress) -> HubRepo | None:
    """What is known of a repository; None for one that nobody can use."""
    if not isinstance(info.id, str) or not is_repo(info.id) or info.disabled:
        return None
    tags = _tags(info.tags)
    header: dict[str, Any] = info.gguf if isinstance(info.gguf, dict) else {}
    return HubRepo(
        id=info.id,
        author=info.author if isinstance(info.author, str) else info.id.partition("/")[0],
        downloads=_count(info.downloads),
        likes=_count(info.likes),
        gated=info.gated if info.gated in ("auto", "manual") else "",
        updated=info.last_modified.date().isoformat() if info.last_modified else "",
        license=_tagged(tags, "license:"),
        tags=tags,
        parameters=_count(header.get("total")),
        context_length=_count(header.get("context_length")),
        url=address.page(info.id),
    )


def read_parts(info: ModelInfo) -> list[HubPart]:
    """The files of a repository whose size and content are known; names are not checked here."""
    found = []
    for sibling in info.siblings or ():
        name, lfs = sibling.rfilename, sibling.lfs
        size = lfs.size if lfs else sibling.size
        sha256 = str(lfs.sha256 if lfs else "").lower()
        blob = str(sibling.blob_id or "").lower()
        part = HubPart(
            name=name if isinstance(name, str) else "",
            size=_count(size),
            sha256=sha256 if _SHA256.fullmatch(sha256) else "",
            blob_id=blob if _BLOB.fullmatch(blob) and not lfs else "",
        )
        if part.name and 0 < part.size < _MOST_BYTES and (part.sha256 or part.blob_id):
            found.append(part)
    return found


def cursor_in(link: str) -> str:
    """The cursor in the address of the next page; nothing else of that address is used."""
    values = parse_qs(urlsplit(link).query).get("cursor", [""])
    return values[0] if len(values[0]) <= _LONGEST_CURSOR else ""


def _tags(value: Any) -> tuple[str, ...]:
    tags = value if isinstance(value, list) else ()
    return tuple(tag[:_LONGEST_TAG] for tag in tags[:_MOST_TAGS] if isinstance(tag, str))


def _tagged(tags: tuple[str, ...], prefix: str) -> str:
    return next((tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)), "")


def _count(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0

"""SHA-256 of model files, computed once in the background and kept between starts."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import threading
from importlib import metadata
from pathlib import Path

_log = logging.getLogger(__name__)


class DigestCache:
    """Digests by path, size and time of change; safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._known: dict[str, str] = _load(file)

    def get(self, path: Path) -> str:
        """The digest in hex, "" while it is not known."""
        with self._lock:
            return self._known.get(_key(path), "")

    def compute(self, path: Path) -> None:
        """Read the whole file once and remember its digest."""
        key = _key(path)
        with self._lock:
            if key in self._known:
                return
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if _key(path) != key:
            return
        with self._lock:
            self._known[key] = digest
            _save(self._file, self._known)


def _key(path: Path) -> str:
    status = path.stat()
    return f"{path}|{status.st_size}|{status.st_mtime_ns}"


def _load(file: Path) -> dict[str, str]:
    try:
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    pairs = value.items() if isinstance(value, dict) else ()
    return {key: digest for key, digest in pairs if isinstance(digest, str)}


def _save(file: Path, known: dict[str, str]) -> None:
    """Replace the file whole; a cache that cannot be written is only computed again."""
    scratch = file.with_suffix(".new")
    try:
        scratch.write_text(json.dumps(known, indent=1), "utf-8")
        scratch.replace(file)
    except OSError:
        _log.warning("digests are not kept: %s cannot be written", file)


def recorded_digest(distribution: str, path: Path) -> str:
    """The digest that the installed wheel's own record gives for `path`, or ""."""
    try:
        files = metadata.distribution(distribution).files or []
    except metadata.PackageNotFoundError:
        return ""
    for entry in files:
        if entry.name == path.name and entry.hash and entry.hash.mode == "sha256":
            value = entry.hash.value
            return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).hex()
    return ""

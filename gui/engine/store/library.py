"""A models folder as a whole: what may be made visible, what may be deleted, and when.

Two processes may share a folder. Whatever changes which blobs are needed happens under
one lock file; blobs come and go outside it.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from filelock import FileLock

from gui.engine.store.blobs import BlobStore
from gui.engine.store.layout import Layout
from gui.engine.store.manifests import DamagedManifest, Manifest, ManifestStore
from gui.engine.store.names import ModelName

_log = logging.getLogger(__name__)

_LOCK_SECONDS = 30.0
YOUNG = 3600.0
"""Seconds in which a blob without a manifest may belong to a model being made."""
OLD_PARTIAL = 14 * 86400.0
"""Seconds after which a download that nobody went on with is given up."""


class MissingBlob(LookupError):
    """A manifest names a blob that is not there."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest


class Library:
    """The names and blobs of one models folder. Every method may block on the disk.

    Without an order to delete a model, only what Ondol itself wrote is ever removed, and
    nothing at all if `prune_allowed` is off (OLLAMA_NOPRUNE).
    """

    def __init__(self, root: Path, *, prune_allowed: bool = True) -> None:
        self.layout = Layout(root)
        self.blobs = BlobStore(self.layout)
        self.manifests = ManifestStore(self.layout)
        self._prune_allowed = prune_allowed
        self._pins: Counter[str] = Counter()
        self._pins_lock = threading.Lock()

    @contextlib.contextmanager
    def pinned(self, digests: Iterable[str]) -> Iterator[None]:
        """Keep these blobs from being deleted by this process while a model is being made."""
        kept = list(digests)
        with self._pins_lock:
            self._pins.update(kept)
        try:
            yield
        finally:
            with self._pins_lock:
                self._pins.subtract(kept)
                self._pins += Counter()

    def commit(self, name: ModelName, manifest: Manifest) -> None:
        """Make a model visible, then drop what only the one it replaces needed.

        Raises MissingBlob when a blob is not there (any more), OSError.
        """
        with self._locked():
            self._commit(name, manifest)

    def copy(self, source: ModelName, destination: ModelName) -> bool:
        """Give a model a second name; False if the first does not exist.

        Raises MissingBlob, OSError.
        """
        with self._locked():
            stored = self.manifests.resolve(source)
            manifest = self._read(stored) if stored else None
            if manifest is None:
                return False
            self._commit(destination, manifest)
            return True

    def _commit(self, name: ModelName, manifest: Manifest) -> None:
        for digest in sorted(manifest.blobs):
            if not self.blobs.has(digest):
                raise MissingBlob(digest)
        spelled = self.manifests.spelling(name)
        before = self._read(spelled)
        self.manifests.write(spelled, manifest)
        if before is not None and self._prune_allowed:
            self._remove((before.blobs - manifest.blobs) & self.blobs.own())

    def delete(self, name: ModelName) -> bool:
        """Delete a model and the blobs that only it needs; False if it does not exist.

        Raises OSError.
        """
        with self._locked():
            stored = self.manifests.resolve(name)
            if stored is None:
                return False
            manifest = self._read(stored)
            self.manifests.remove(stored)
            if manifest is not None:
                self._remove(manifest.blobs)
            return True

    def prune(self, now: float | None = None) -> list[str]:
        """Remove what Ondol left behind and nobody needs; the digests of what went."""
        if not self._prune_allowed:
            return []
        moment = time.time() if now is None else now
        with self._locked():
            own = self.blobs.own()
            old = {digest for digest in own if self._is_old(digest, moment)}
            for digest in own:
                partial = self.layout.partial(digest)
                if _age(partial, moment) > OLD_PARTIAL:
                    self.blobs.discard_partial(digest)
            self._remove_strays(moment)
            return self._remove(old)

    def _remove_strays(self, now: float) -> None:
        """Remove what a process that was killed had begun to write."""
        for stray in self.layout.own.glob("incoming-*"):
            if _age(stray, now) <= YOUNG:
                continue
            if stray.is_dir() and not stray.is_symlink():
                shutil.rmtree(stray, ignore_errors=True)
            else:
                stray.unlink(missing_ok=True)

    def _is_old(self, digest: str, now: float) -> bool:
        return _age(self.layout.blob(digest), now) > YOUNG

    def _remove(self, digests: Iterable[str]) -> list[str]:
        """Remove those that no manifest and nobody in this process needs."""
        with self._pins_lock:
            needed = self.manifests.mentioned() | set(self._pins)
        gone = sorted(digest for digest in set(digests) - needed if self.blobs.has(digest))
        for digest in gone:
            self.blobs.remove(digest)
        return gone

    def _read(self, name: ModelName) -> Manifest | None:
        try:
            return self.manifests.read(name)
        except DamagedManifest as problem:
            _log.warning("%s is passed over: %s", name.shortest, problem)
            return None

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.layout.own.mkdir(parents=True, exist_ok=True)
        with FileLock(self.layout.own / "lock", timeout=_LOCK_SECONDS):
            yield


def _age(path: Path, now: float) -> float:
    """Seconds since the file was written; below zero if there is none."""
    try:
        return now - path.stat().st_mtime
    except OSError:
        return -1.0

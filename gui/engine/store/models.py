"""The models there are: those of the library, the starter, and GGUF files in the folder."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from gui.engine.gguf.facts import HeaderFacts
from gui.engine.gguf.reader import DamagedModel, GgufHeader, read_header
from gui.engine.store import manifests
from gui.engine.store.contents import read_contents
from gui.engine.store.digests import DigestCache
from gui.engine.store.header_cache import FileKey, HeaderCache
from gui.engine.store.library import Library
from gui.engine.store.loose import loose_files, starter_digest, starter_license
from gui.engine.store.manifests import DamagedManifest
from gui.engine.store.names import ModelName
from gui.engine.store.stored import Contents, StoredModel

_log = logging.getLogger(__name__)

_MISSING = "A file of this model is missing: pull or create it again."


class ModelStore:
    """Finds models; every method may block on the disk, so call it in a thread."""

    def __init__(self, library: Library, digests: DigestCache, starter: Path | None) -> None:
        self.library = library
        self._digests = digests
        self.starter = starter
        """The file of the model that comes with Ondol."""
        self._starter_digest = starter_digest(starter) if starter else ""
        self._starter_license = starter_license() if starter else ""
        self._headers: dict[FileKey, GgufHeader | str] = {}
        self._kept = HeaderCache(library.layout.own / "headers.json")
        self._made: dict[Path, tuple[tuple[int, ...], StoredModel]] = {}
        self._lock = threading.Lock()

    def models(self) -> list[StoredModel]:
        """Every model, the newest first."""
        with self._lock:
            found = list(self._scan())
            self._kept.save(key for model in found if (key := _present(model.path)))
        return sorted(found, key=lambda model: model.modified_at, reverse=True)

    def find(self, name: ModelName) -> StoredModel | None:
        """The model of that name, whatever its case."""
        stored = self.library.manifests.resolve(name)
        if stored is not None:
            with self._lock:
                return self._from_manifest(stored)
        return next((model for model in self.models() if model.name.key == name.key), None)

    def header_of(self, model: StoredModel) -> GgufHeader:
        """The whole header of a model, its tensors too; raises DamagedModel, OSError."""
        if isinstance(model.header, GgufHeader):
            return model.header
        with self._lock:
            key = _file_key(model.path)
            header = self._headers.get(key)
            if not isinstance(header, GgufHeader):
                header = self._headers[key] = read_header(model.path)
            return header

    def compute_digests(self) -> None:
        """Compute the digests of loose files that are not known yet; may take minutes."""
        for model in self.models():
            if not model.digest and model.header is not None:
                self.digest_of(model)

    def digest_of(self, model: StoredModel) -> str:
        """The digest of a loose model's file in hex, read whole if need be; "" if it cannot be."""
        if model.digest:
            return model.digest
        try:
            self._digests.compute(model.path)
            return self._digests.get(model.path)
        except OSError:
            _log.warning("%s cannot be read", model.name.shortest)
            return ""

    def _scan(self) -> Iterator[StoredModel]:
        taken: set[str] = set()
        for name in sorted(self.library.manifests.names(), key=lambda name: name.full):
            model = self._from_manifest(name) if name.key not in taken else None
            if model is not None:
                taken.add(name.key)
                yield model
        for name, path in loose_files(self.library.layout.root, self.starter):
            model = self._loose(name, path) if name.key not in taken else None
            if model is not None:
                taken.add(name.key)
                yield model

    def _from_manifest(self, name: ModelName) -> StoredModel | None:
        path = self.library.manifests.path(name)
        try:
            status = path.stat()
            stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
            before, known = self._made.get(path, ((), None))
            if known is not None and before == stamp and self._is_whole(known):
                return known
            manifest = self.library.manifests.read(name)
        except (OSError, DamagedManifest) as problem:
            _log.warning("%s is passed over: %s", name.shortest, problem)
            return None
        weights = manifest.of_type(manifests.MODEL) if manifest else ()
        if manifest is None or not weights:
            return None
        file = self.library.blobs.path(weights[0].digest)
        missing = not all(self.library.blobs.has(digest) for digest in manifest.blobs)
        header = _MISSING if missing else self._header_of_blob(file)
        model = StoredModel(
            name=name,
            path=file,
            size=manifest.size,
            modified_at=status.st_mtime,
            header=header if isinstance(header, HeaderFacts) else None,
            problem=header if isinstance(header, str) else "",
            digest=manifest.digest,
            contents=read_contents(self.library.blobs, manifest),
            manifest=manifest,
        )
        self._made[path] = stamp, model
        return model

    def _header_of_blob(self, file: Path) -> HeaderFacts | str:
        try:
            return self._header(file)
        except OSError:  # deleted since it was looked for
            return _MISSING

    def _is_whole(self, model: StoredModel) -> bool:
        return not model.problem and all(self.library.blobs.has(each) for each in model.needs)

    def _loose(self, name: ModelName, path: Path) -> StoredModel | None:
        try:
            status = path.stat()
            header = self._header(path)
            digest = self._digests.get(path)
        except OSError:
            return None
        mine = path == self.starter
        license_ = self._starter_license if mine else _stated_license(header)
        return StoredModel(
            name=name,
            path=path,
            size=status.st_size,
            modified_at=status.st_mtime,
            header=header if isinstance(header, HeaderFacts) else None,
            problem=header if isinstance(header, str) else "",
            digest=self._starter_digest if mine and self._starter_digest else digest,
            contents=Contents(licenses=(license_,) if license_ else ()),
        )

    def _header(self, path: Path) -> HeaderFacts | str:
        """The header of a file, or why there is none; raises OSError if it is not there."""
        key = _file_key(path)
        if key not in self._headers:
            if (kept := self._kept.get(key)) is not None:
                return kept
            header = self._headers[key] = _header_or_problem(path)
            if isinstance(header, GgufHeader):
                self._kept.put(key, header)
        return self._headers[key]


def _header_or_problem(path: Path) -> GgufHeader | str:
    try:
        return read_header(path)
    except DamagedModel as problem:
        return str(problem)
    except OSError as problem:
        return f"This model file cannot be read: {problem.strerror or problem}."


def _file_key(path: Path) -> FileKey:
    status = path.stat()
    return path, status.st_size, status.st_mtime_ns


def _present(path: Path) -> FileKey | None:
    try:
        return _file_key(path)
    except OSError:
        return None


def _stated_license(header: HeaderFacts | str) -> str:
    return "" if isinstance(header, str) else str(header.metadata.get("general.license", ""))

"""Where things lie on disk: the one place that makes a path of a name or a digest.

Source of the layout: Ollama. `manifests/<host>/<namespace>/<model>/<tag>` and
`blobs/sha256-<hex>`; a download that is not whole yet is `<blob>-partial`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from gui.engine.store.names import InvalidName, ModelName

DIGEST = re.compile(r"sha256[:-][0-9a-fA-F]{64}", re.ASCII)
"""What a digest looks like, in a request, a manifest or the name of a file."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.ASCII | re.IGNORECASE)


class InvalidDigest(ValueError):
    """The text is not the digest of a blob."""


def parse_digest(text: str) -> str:
    """`text` as "sha256:" and 64 small hexadecimal digits; raises InvalidDigest.

    This check stands before every path: digests in manifests come from strangers.
    """
    if DIGEST.fullmatch(text) is None:
        raise InvalidDigest(text)
    return f"sha256:{text[len('sha256:') :].lower()}"


class Layout:
    """The paths below one models folder. Nothing here reads or writes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.blobs = root / "blobs"
        self.manifests = root / "manifests"
        self.own = root / ".ondol"
        """Ondol's own notes about a folder it may share with Ollama."""

    def blob(self, digest: str) -> Path:
        """The file of a blob; raises InvalidDigest."""
        return self.blobs / parse_digest(digest).replace(":", "-")

    def partial(self, digest: str) -> Path:
        """The file of a blob while it comes in; raises InvalidDigest."""
        return self.blobs / f"{self.blob(digest).name}-partial"

    def part(self, digest: str, number: int) -> Path:
        """What is known of one part of a download; raises InvalidDigest."""
        return self.blobs / f"{self.blob(digest).name}-partial-{number:d}"

    def pull_lock(self, digest: str) -> Path:
        """Locked while a process brings the blob here; raises InvalidDigest."""
        return self.own / f"pull-{self.blob(digest).name}.lock"

    def manifest(self, name: ModelName) -> Path:
        """The file of a model's manifest; raises InvalidName.

        A checked part of a name has no separator and begins with a letter, a digit or "_",
        so it is never "..".
        """
        if os.name == "nt" and not all(usable_on_windows(part) for part in name.parts):
            raise InvalidName(name.full)
        return self.manifests.joinpath(*name.parts)


def usable_on_windows(part: str) -> bool:
    """Whether Windows has files of this name: devices it has not, and it drops a last dot."""
    return not _RESERVED.fullmatch(part) and not part.endswith(".")

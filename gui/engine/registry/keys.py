"""The ed25519 key by which a registry knows a person, in OpenSSH's format.

Ollama's own key is used when there is one, so that an account made for Ollama holds here
too; else one of ours is made the first time a registry asks.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gui import paths
from gui.engine.registry.faults import RegistryError
from gui.files import write_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_LARGEST_KEY = 2**16


def default_keys() -> Keys:
    """Ollama's key in the person's home, and ours among Ondol's data."""
    own = paths.data() / "id_ed25519"
    try:
        return Keys((Path.home() / ".ollama" / "id_ed25519",), own)
    except RuntimeError:  # there is no home
        return Keys((), own)


class Keys:
    """Signs with the first usable key of `others`, else with `own`. Every method may block."""

    def __init__(self, others: Sequence[Path], own: Path) -> None:
        self._others = others
        self._own = own

    def sign(self, text: str) -> str:
        """`<public key>:<signature>` of `text`, both in base64; raises RegistryError.

        The public key is that of OpenSSH's wire format. Source: Ollama's auth/auth.go.
        """
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = self._key()
        line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        public = line.split(b" ")[1].decode("ascii")
        return f"{public}:{base64.b64encode(key.sign(text.encode())).decode('ascii')}"

    def _key(self) -> Ed25519PrivateKey:
        for path in (*self._others, self._own):
            with contextlib.suppress(OSError, ValueError):
                return _load(path)
        if self._own.exists():
            raise RegistryError(f"the key {self._own.name} cannot be read")
        return self._make()

    def _make(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = Ed25519PrivateKey.generate()
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        try:
            write_whole(self._own, secret.decode("ascii"), 0o600)
            write_whole(self._own.with_suffix(".pub"), public.decode("ascii") + "\n", 0o644)
        except OSError as problem:
            raise RegistryError(f"no key can be kept: {problem.strerror}") from problem
        return key


def _load(path: Path) -> Ed25519PrivateKey:
    """The key in a file; raises OSError, ValueError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    with path.open("rb") as file:
        text = file.read(_LARGEST_KEY)
    try:
        key = load_ssh_private_key(text, password=None)
    except (TypeError, UnsupportedAlgorithm) as problem:  # locked with a password, or of a new kind
        raise ValueError(str(problem)) from problem
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("not an ed25519 key")
    return key

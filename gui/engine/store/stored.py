"""What is known of one model, wherever it lies: in the library, in a wheel, in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gui.engine.gguf.facts import HeaderFacts
from gui.engine.store.capabilities import capabilities, renders_itself
from gui.engine.store.manifests import MODEL, Manifest
from gui.engine.store.names import ModelName


@dataclass(frozen=True, slots=True)
class Contents:
    """What a model brings besides its weights; all empty for a bare GGUF file."""

    template: str = ""
    """A template in Go's language; the model's own jinja template is in its header."""
    system: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    messages: tuple[Mapping[str, Any], ...] = ()
    licenses: tuple[str, ...] = ()
    projectors: tuple[Path, ...] = ()
    adapters: tuple[Path, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)

    def configured(self, key: str) -> str:
        """A text of the config, "" if it is not there."""
        value = self.config.get(key)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model under its name. `problem` says why it cannot be used; then it has no header."""

    name: ModelName
    path: Path
    """The file of weights."""
    size: int
    modified_at: float
    header: HeaderFacts | None = field(repr=False)
    problem: str = ""
    digest: str = ""
    contents: Contents = field(default=Contents(), repr=False)
    manifest: Manifest | None = field(default=None, repr=False)
    """None for the starter model and for files put into the folder: they cannot be deleted."""

    @property
    def needs(self) -> frozenset[str]:
        """The digests of its blobs; none for a model without a manifest."""
        return self.manifest.blobs if self.manifest else frozenset()

    @property
    def weights(self) -> str:
        """SHA-256 of the weights in hex, "" while it is not known."""
        layers = self.manifest.of_type(MODEL) if self.manifest else ()
        return layers[0].digest.removeprefix("sha256:") if layers else self.digest

    @property
    def train_ctx(self) -> int:
        """Tokens of context the model was trained for, 0 if unknown."""
        return self.header.context_length if self.header else 0

    @property
    def license(self) -> str:
        """All licences, one after the other."""
        return "\n".join(self.contents.licenses)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What the model can do, in Ollama's words."""
        if self.header is None:
            return ()
        return capabilities(
            self.header, self.contents.template, has_projector=bool(self.contents.projectors)
        )

    @property
    def uses_own_template(self) -> bool:
        """Whether the template of the contents makes the prompts, not the one in the header."""
        return self.header is not None and renders_itself(self.header, self.contents.template)

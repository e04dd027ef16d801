"""The registry of `registry_server.py` as a process, and models to put into it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from gui.engine.store.manifests import CONFIG, LICENSE, MODEL

_SERVER = Path(__file__).with_name("registry_server.py")

IN_FLIGHT = 2**18
"""What threads of the registry may still count as served when a pull has just left."""


class RegistryProcess:
    """A registry on loopback; `folder` holds what it has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "blobs").mkdir(parents=True)
        self._process = subprocess.Popen(
            [sys.executable, str(_SERVER), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        ports = json.loads(self._process.stdout.readline())
        self.host = f"127.0.0.1:{ports['registry']}"
        self.cdn = f"127.0.0.1:{ports['cdn']}"
        self._http = httpx.Client(base_url=f"http://{self.host}", trust_env=False)

    def faults(self, **faults: Any) -> None:
        """Fail like this from now on; the counters begin anew."""
        self._http.post("/_faults", json=faults)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What was asked since the last `faults`."""
        return self._http.get("/_stats").json()["requests"]

    @property
    def served(self) -> int:
        """Bytes of blobs that went out since the last `faults`."""
        return self._http.get("/_stats").json()["served"]

    def add_blob(self, data: bytes) -> str:
        """Have a blob; its digest."""
        digest = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs" / f"sha256-{digest}").write_bytes(data)
        return f"sha256:{digest}"

    def blob(self, digest: str) -> bytes:
        """The bytes of a blob."""
        return (self.folder / "blobs" / digest.replace(":", "-")).read_bytes()

    def add_manifest(self, name: str, value: Any) -> bytes:
        """Have a manifest under `namespace/model:tag`; its bytes."""
        path, _, tag = name.partition(":")
        file = self.folder / "manifests" / path / tag
        file.parent.mkdir(parents=True, exist_ok=True)
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        file.write_bytes(raw)
        return raw

    def manifest(self, name: str) -> Any:
        """The manifest under `namespace/model:tag`."""
        return json.loads((self.folder / "manifests" / name.replace(":", "/")).read_bytes())

    def add_model(self, name: str, weights: bytes, notice: bytes = b"free") -> list[str]:
        """Have a model; the digests of weights, license and config."""
        config = json.dumps({"model_format": "gguf"}).encode()
        digests = [self.add_blob(data) for data in (weights, notice, config)]
        model, text, settings = (
            layer(kind, digest, len(data))
            for kind, digest, data in zip(
                (MODEL, LICENSE, CONFIG), digests, (weights, notice, config), strict=True
            )
        )
        self.add_manifest(name, manifest(settings, model, text))
        return digests

    def close(self) -> None:
        """End the process."""
        self._http.close()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def layer(kind: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": kind, "digest": digest, "size": size}


def manifest(config: dict[str, Any], *layers: dict[str, Any]) -> dict[str, Any]:
    return {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": config,
        "layers": list(layers),
    }

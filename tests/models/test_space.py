"""What deleting a model frees, said no better than it is known."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from faults import answers
from faults.server import FaultServer, Request

from gui.models.client import ModelClient
from gui.models.space import FreedSpace, freed_by
from gui.records import Endpoint, ServerKind

A, B = "a" * 64, "b" * 64


def entry(name: str, digest: str, size: int = 1000) -> dict[str, Any]:
    details = {"family": "llama", "parameter_size": "1B", "quantization_level": "Q4_0"}
    return {"name": name, "digest": digest, "size": size, "details": details}


def freed(
    name: str,
    entries: list[dict[str, Any]],
    files: dict[str, str],
    folder: Path = Path("/blobs"),
    kind: ServerKind = ServerKind.OLLAMA,
) -> FreedSpace:
    """`files` are the digests of the weights by the model's name; no blob has none."""

    def show(request: Request) -> list[bytes]:
        file = files.get(request.json["model"], "")
        modelfile = f"FROM {folder}/sha256-{file}" if file else "FROM model.gguf"
        return answers.http_json({"modelfile": modelfile, "details": {}, "model_info": {}})

    async def work() -> FreedSpace:
        client = ModelClient(Endpoint(kind, server.url))
        try:
            return await freed_by(client, name)
        finally:
            await client.aclose()

    routes = {"/api/tags": answers.http_json({"models": entries}), "/api/show": show}
    with FaultServer(routes) as server:
        return asyncio.run(work())


def test_a_model_alone_frees_all_of_it() -> None:
    assert freed("m", [entry("m:latest", "1" * 64)], {"m:latest": A}) == FreedSpace(1000)


def test_a_model_of_the_same_weights_keeps_them() -> None:
    entries = [entry("m:latest", "1" * 64), entry("other:latest", "2" * 64)]
    files = {"m:latest": A, "other:latest": A}
    assert freed("m", entries, files) == FreedSpace(0, "other:latest")
    files["other:latest"] = B
    assert freed("m", entries, files) == FreedSpace(1000)


def test_the_starters_file_is_perhaps_the_same() -> None:
    """A model made from it has a hard link to its file, or a copy on another disk."""
    entries = [entry("m:latest", "1" * 64), entry("starter:latest", A)]
    assert freed("m", entries, {"m:latest": A}) == FreedSpace(1000, "starter:latest")


def test_what_is_certain_counts_more_than_what_is_not() -> None:
    entries = [
        entry("m:latest", "1" * 64),
        entry("starter:latest", A),
        entry("other:latest", "2" * 64),
    ]
    files = {"m:latest": A, "other:latest": A}
    assert freed("m", entries, files) == FreedSpace(0, "other:latest")


def test_of_the_engines_own_files_it_is_known_whether_they_are_the_same(tmp_path: Path) -> None:
    entries = [entry("m:latest", "1" * 64), entry("starter:latest", A)]
    blob = tmp_path / f"sha256-{A}"

    def told() -> FreedSpace:
        return freed("m", entries, {"m:latest": A}, tmp_path, ServerKind.BUILT_IN)

    assert told() == FreedSpace(1000, "starter:latest")  # no such file: not known
    blob.write_bytes(b"weights")
    assert told() == FreedSpace(1000)
    (tmp_path / "starter.gguf").hardlink_to(blob)
    assert told() == FreedSpace(0, "starter:latest")

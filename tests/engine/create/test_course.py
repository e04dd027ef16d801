"""The course of a create, without HTTP: lines in their order, what is made, what is refused."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from gguf_files import F16, SOUND, gguf, write
from tiny_models import tiny_llama, tiny_lora, tiny_projector

from gui.engine.create.course import created, steps
from gui.engine.create.request import read_create
from gui.engine.registry.faults import NotThere
from gui.engine.store import manifests, names
from gui.engine.store.library import Library
from gui.engine.store.manifests import Manifest
from gui.engine.store.models import ModelStore
from gui.engine.store.names import ModelName
from gui.engine.store.stored import StoredModel
from gui.engine.templates.named import detect
from gui.engine.wire import ApiError

STARTER = "smollm2:135m"
UNNAMED = "{{ messages[0]['content'] }} of no known kind"


def digest_of(data: bytes | str) -> str:
    content = data.encode() if isinstance(data, str) else data
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def uploaded(store: ModelStore, **files: bytes) -> dict[str, str]:
    """The files as blobs: their digests by their names, `_` for a dot."""
    return {name.replace("_", "."): store.library.blobs.add(data) for name, data in files.items()}


def create(store: ModelStore, name: str, **body: Any) -> list[str]:
    """The status lines of a create."""
    request = read_create({"model": name, **body})
    return [line["status"] for line in steps(store, request, threading.Event())]


def refusal(store: ModelStore, **body: Any) -> tuple[int, str]:
    """What a create is refused with, before any line and with nothing made."""
    before = list(store.library.manifests.names())
    with pytest.raises(ApiError) as caught:
        create(store, "refused", **body)
    assert list(store.library.manifests.names()) == before
    return caught.value.status, caught.value.text


def found(store: ModelStore, name: str) -> StoredModel:
    model = store.find(names.parse(name))
    assert model is not None
    assert model.problem == ""
    return model


def kinds(model: StoredModel) -> list[str]:
    assert model.manifest is not None
    return [layer.media_type.rsplit(".", 1)[1] for layer in model.manifest.layers]


def test_a_persona_on_the_starter(store: ModelStore, tiny: bytes) -> None:
    lines = create(
        store,
        "floor",
        **{"from": STARTER},
        system="You are Ondol.",
        parameters={"temperature": 0.7, "num_ctx": 4096},
    )
    model = found(store, "floor")
    assert kinds(model) == ["model", "system", "params"]
    assert lines == [
        f"creating new layer {digest_of(tiny)}",
        f"creating new layer {digest_of('You are Ondol.')}",
        f"creating new layer {model.manifest.layers[2].digest if model.manifest else ''}",
        "writing manifest",
        "success",
    ]
    assert model.contents.system == "You are Ondol."
    assert model.contents.parameters == {"temperature": 0.7, "num_ctx": 4096}
    assert model.contents.config == {
        "model_format": "gguf",
        "model_family": "llama",
        "model_families": ["llama"],
        "model_type": "112K",
        "file_type": "F32",
        "context_length": 512,
        "embedding_length": 64,
        "architecture": "amd64",
        "os": "linux",
    }
    assert store.starter is not None
    assert store.starter.read_bytes() == tiny


def test_the_licence_of_the_starter_goes_with_it(store: ModelStore) -> None:
    store._starter_license = "Apache"
    create(store, "floor", **{"from": STARTER}, license=["mine", "Apache"])
    assert found(store, "floor").contents.licenses == ("Apache", "mine")


def test_what_is_given_wins_over_the_base(store: ModelStore) -> None:
    create(
        store,
        "base",
        **{"from": STARTER},
        template="{{ .Prompt }}",
        system="old",
        license="MIT",
        parameters={"temperature": 0.1, "stop": ["a", "b"], "seed": 1},
        messages=[{"role": "user", "content": "old"}],
        renderer="r",
        requires="0.14.0",
    )
    lines = create(
        store,
        "next",
        **{"from": "base"},
        template="{{ .System }}{{ .Prompt }}",
        system="new",
        license="BSD",
        parameters={"temperature": 0.9, "stop": ["c"]},
        messages=[{"role": "user", "content": "new"}],
        parser="p",
    )
    model = found(store, "next")
    contents = model.contents
    assert contents.template == "{{ .System }}{{ .Prompt }}"
    assert contents.system == "new"
    assert contents.licenses == ("MIT", "BSD")
    assert contents.parameters == {"temperature": 0.9, "stop": ["c"], "seed": 1}
    assert contents.messages == ({"role": "user", "content": "new"},)
    config = {key: contents.configured(key) for key in ("renderer", "parser", "requires")}
    assert config == {"renderer": "r", "parser": "p", "requires": "0.14.0"}
    assert [line.split()[0] for line in lines] == [
        *("using", "using", "creating", "creating", "creating", "creating", "creating"),
        *("writing", "success"),
    ]
    assert model.manifest is not None
    assert {layer.origin for layer in model.manifest.layers} == {"base:latest", ""}


def test_nothing_and_empty_texts_change_nothing(store: ModelStore) -> None:
    create(store, "base", **{"from": STARTER}, system="kept", template="{{ .Prompt }}")
    lines = create(
        store, "next", **{"from": "base"}, system="", template="", license="", messages=[]
    )
    assert all(line.startswith("using existing layer") for line in lines[:-2])
    assert found(store, "next").contents.system == "kept"


def test_files(store: ModelStore, tiny: bytes) -> None:
    files = uploaded(store, a_gguf=tiny)
    request = read_create({"model": "m", "files": files})
    lines = list(steps(store, request, threading.Event()))
    named = detect(found(store, "m").header.chat_template)  # type: ignore[union-attr]
    assert named is not None
    assert named.name == "chatml"
    validating = {"digest": "0" * 19, "total": len(tiny), "completed": len(tiny)}
    assert lines[:5] == [
        {"status": "parsing GGUF"},
        {"status": "validating GGUF model", **validating},
        {"status": "verifying conversion"},
        {"status": f"using existing layer {digest_of(tiny)}"},
        {"status": "using autodetected template chatml"},
    ]
    assert [line["status"] for line in lines[6:]] == ["writing manifest", "success"]
    assert kinds(found(store, "m")) == ["model", "template", "params"]
    assert found(store, "m").contents.parameters == {"stop": list(named.stop)}


def test_a_template_of_no_known_kind_stays_the_models_own(store: ModelStore) -> None:
    lines = create(store, "m", files=uploaded(store, a_gguf=tiny_llama(template=UNNAMED)))
    assert len(lines) == 6
    assert kinds(found(store, "m")) == ["model"]


def test_a_template_given_replaces_the_detected_one_but_not_its_stops(store: ModelStore) -> None:
    create(
        store,
        "m",
        files=uploaded(store, a_gguf=tiny_llama()),
        template="{{ .Prompt }}",
        parameters={"seed": 1},
    )
    contents = found(store, "m").contents
    assert contents.template == "{{ .Prompt }}"
    assert contents.parameters["seed"] == 1
    assert "<|im_end|>" in contents.parameters["stop"]


def test_a_template_is_never_detected_for_from(store: ModelStore) -> None:
    create(store, "m", **{"from": STARTER})
    assert kinds(found(store, "m")) == ["model"]


def test_model_projector_and_adapter(store: ModelStore, tiny: bytes) -> None:
    files = uploaded(store, z_gguf=tiny, a_gguf=tiny_projector(), b_gguf=tiny_lora())
    lines = create(store, "m", files=files)
    assert lines[:3] == ["parsing GGUF"] * 3
    model = found(store, "m")
    assert kinds(model) == ["model", "projector", "template", "params", "adapter"]
    assert model.contents.config["model_families"] == ["llama", "clip"]
    assert "vision" in model.capabilities
    assert len(model.contents.adapters) == 1


def test_an_adapter_on_a_model(store: ModelStore) -> None:
    lines = create(store, "m", **{"from": STARTER}, adapters=uploaded(store, lora_gguf=tiny_lora()))
    assert lines[0] == "parsing GGUF"
    assert kinds(found(store, "m")) == ["model", "adapter"]
    status, text = refusal(
        store, **{"from": "m"}, adapters=uploaded(store, other_gguf=tiny_lora(seed=2))
    )
    assert (status, text) == (400, "only one adapter is currently supported")


def shards(count: int = 3) -> list[bytes]:
    """Parts of one model, a tensor each; the first has the keys."""
    parts = []
    for number in range(count):
        own = dict(SOUND) if number == 0 else {"general.architecture": "llama"}
        split = {"split.no": number, "split.count": count, "split.tensors.count": count}
        name = "token_embd.weight" if number == 0 else f"blk.{number - 1}.attn_q.weight"
        parts.append(gguf(own | split, [(name, (8, 6), F16, 0)]))
    return parts


def test_parts_become_one_file(store: ModelStore) -> None:
    first, second, third = shards()
    files = {
        "m-00003-of-00003.gguf": store.library.blobs.add(third),
        "m-00001-of-00003.gguf": store.library.blobs.add(first),
        "m-00002-of-00003.gguf": store.library.blobs.add(second),
    }
    lines = create(store, "m", files=files)
    assert lines[:4] == ["parsing GGUF"] * 3 + ["converting model"]
    assert lines[4:6] == ["validating GGUF model", "verifying conversion"]
    model = found(store, "m")
    assert kinds(model) == ["model"]
    assert model.header is not None
    assert [tensor.name for tensor in model.header.tensors] == [
        *("token_embd.weight", "blk.0.attn_q.weight", "blk.1.attn_q.weight"),
    ]
    assert "split.count" not in model.header.metadata


def test_eng_08_a_missing_part_is_named(store: ModelStore) -> None:
    first, _, third = shards()
    files = {
        "m-00001-of-00003.gguf": store.library.blobs.add(first),
        "m-00003-of-00003.gguf": store.library.blobs.add(third),
    }
    status, text = refusal(store, files=files)
    assert status == 400
    assert "part 2 of 3 is missing (m-00002-of-00003.gguf)" in text


def test_eng_08_parts_of_another_model_are_refused(store: ModelStore, tiny: bytes) -> None:
    other = uploaded(store, lora_gguf=tiny_lora(embedding=32))
    status, text = refusal(store, **{"from": STARTER}, adapters=other)
    assert status == 400
    assert text.startswith("lora.gguf does not fit: ")
    files = uploaded(store, m_gguf=tiny, eyes_gguf=tiny_projector(embedding=96))
    status, text = refusal(store, files=files)
    assert status == 400
    assert "eyes.gguf does not fit" in text


@pytest.mark.parametrize(
    ("files", "status", "text"),
    [
        ({"a_gguf": b"<!doctype html>"}, 400, "supplied file was not in GGUF format: "),
        ({"a_gguf": b""}, 400, "supplied file was not in GGUF format: "),
        ({"a_bin": b"PK\x03\x04"}, 400, "unknown type"),
        ({"a_safetensors": b"\0" * 8 + b'{"'}, 400, "this engine reads GGUF files only"),
        ({"a_gguf": gguf()[:100]}, 400, "damaged or not supported: "),
        ({"a_gguf": gguf({**SOUND, "llama.block_count": 100_000})}, 400, "100000 layers"),
        ({"a_gguf": tiny_lora()}, 400, "none of the files is a model"),
        ({"a_gguf": gguf(), "b_gguf": tiny_llama()}, 400, "not parts of one model"),
    ],
)
def test_eng_05_files_that_are_no_model(
    store: ModelStore, files: dict[str, bytes], status: int, text: str
) -> None:
    answer = refusal(store, files=uploaded(store, **files))
    assert answer[0] == status
    assert text in answer[1]


def test_a_file_without_a_suffix_is_known_by_its_beginning(store: ModelStore) -> None:
    create(store, "m", files={"model": store.library.blobs.add(gguf())})
    assert kinds(found(store, "m")) == ["model"]


def test_a_blob_nobody_uploaded(store: ModelStore) -> None:
    hexadecimal = "0" * 64
    answer = refusal(store, files={"a.gguf": f"sha256:{hexadecimal}"})
    assert answer == (500, f"open sha256-{hexadecimal}: no such file or directory")


def test_other_refusals(store: ModelStore, tiny: bytes) -> None:
    assert refusal(store, **{"from": STARTER}, template="{{ .Prompt") == (
        400,
        "template error: template: :1: unclosed action",
    )
    two = uploaded(store, a_gguf=tiny_lora(), b_gguf=tiny_lora(seed=2))
    assert refusal(store, **{"from": STARTER}, adapters=two) == (
        400,
        "only one adapter is currently supported",
    )
    answer = refusal(store, **{"from": STARTER}, adapters=uploaded(store, a_gguf=tiny))
    assert answer == (400, "a.gguf is a model, not an adapter")
    assert refusal(store, **{"from": "nope"})[0] == 404


@pytest.mark.parametrize(
    ("file_type", "wanted", "status", "text"),
    [
        (1, "q9_9", 500, "unsupported quantization type q9_9 - supported types are F32, F16, "),
        (15, "q8_0", 500, "quantization is only supported for F16, BF16 and F32 models"),
        (1, "Q4_K", 501, "this engine cannot quantize: create the model from a Q4_K_M file"),
        (32, "q4_k_s", 501, "this engine cannot quantize"),
    ],
)
def test_quantize(store: ModelStore, file_type: int, wanted: str, status: int, text: str) -> None:
    files = uploaded(store, a_gguf=gguf({**SOUND, "general.file_type": file_type}))
    answer = refusal(store, files=files, quantize=wanted)
    assert answer[0] == status
    assert text in answer[1]


@pytest.mark.parametrize(("file_type", "wanted"), [(1, "f16"), (15, "q4_K"), (7, "Q8_0")])
def test_quantize_to_what_it_is_already(store: ModelStore, file_type: int, wanted: str) -> None:
    files = uploaded(store, a_gguf=gguf({**SOUND, "general.file_type": file_type}))
    assert create(store, "m", files=files, quantize=wanted)[-1] == "success"


def test_mod_02_overwriting_drops_the_old_layers(store: ModelStore) -> None:
    create(store, "m", **{"from": STARTER}, system="old")
    create(store, "M", **{"from": STARTER}, system="new")
    assert not store.library.blobs.has(digest_of("old"))
    assert [name.shortest for name in store.library.manifests.names()] == ["m:latest"]
    assert found(store, "m").contents.system == "new"


def test_a_model_made_from_itself(store: ModelStore) -> None:
    for words in ("one", "two"):
        create(store, STARTER, **{"from": STARTER}, system=words)
        assert found(store, STARTER).contents.system == words
    assert store.library.delete(names.parse(STARTER))
    assert found(store, STARTER).manifest is None


def test_a_loose_file_as_a_base(store: ModelStore, tiny: bytes) -> None:
    folder = store.library.layout.root
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "loose.gguf", tiny_llama(seed=3))
    write(folder / "eyes.gguf", tiny_projector())
    create(store, "m", **{"from": "loose"}, system="x")
    assert found(store, "m").weights == digest_of(tiny_llama(seed=3))[7:]
    assert refusal(store, **{"from": "eyes"}) == (400, "eyes:latest is a projector, not a model")


def test_mod_05_a_blob_is_checked_whatever_it_was_uploaded_as(store: ModelStore) -> None:
    """The digest of a config or a text is no model because somebody says so."""
    create(store, "m", **{"from": STARTER}, system="just words")
    answer = refusal(store, files={"a.gguf": digest_of("just words")})
    assert answer[0] == 400
    assert answer[1].startswith("supplied file was not in GGUF format")


def test_what_another_process_deletes_meanwhile_is_written_again(store: ModelStore) -> None:
    """MOD-09: between the line of a layer and the manifest."""
    request = read_create({"model": "m", "from": STARTER, "system": "x"})
    for line in steps(store, request, threading.Event()):
        if line["status"] == "writing manifest":
            for file in list(store.library.layout.blobs.iterdir()):
                file.unlink()
    assert found(store, "m").contents.system == "x"


class Meddled(Library):
    """A library that another process empties at the worst moment: before each commit."""

    times = 1

    def commit(self, name: ModelName, manifest: Manifest) -> None:
        if self.times:
            self.times -= 1
            for file in list(self.layout.blobs.iterdir()):
                file.unlink()
        super().commit(name, manifest)


@pytest.mark.parametrize(("times", "succeeds"), [(1, True), (3, True), (1000, False)])
def test_mod_09_a_commit_is_tried_again(store: ModelStore, times: int, *, succeeds: bool) -> None:
    library = Meddled(store.library.layout.root)
    library.times = times
    store.library = library
    if succeeds:
        assert create(store, "m", **{"from": STARTER}, system="x")[-1] == "success"
        assert found(store, "m").contents.system == "x"
    else:
        with pytest.raises(ApiError, match="no such file or directory"):
            create(store, "m", **{"from": STARTER}, system="x")
        assert store.find(names.parse("m")) is None


def test_a_base_that_is_deleted_meanwhile_is_an_error(store: ModelStore) -> None:
    files = uploaded(store, a_gguf=gguf())
    course = steps(store, read_create({"model": "m", "files": files}), threading.Event())
    with pytest.raises(ApiError, match="no such file or directory"):
        for _ in course:
            store.library.blobs.remove(files["a.gguf"])
    assert list(store.library.manifests.names()) == []


def test_parameters_are_kept_as_they_are(store: ModelStore) -> None:
    """Ollama does not look at them either; what is wrong is told when the model is used."""
    given = {"temperature": "hot", "unknown": [1, {"a": None}], "num_ctx": 10**30}
    create(store, "m", **{"from": STARTER}, parameters=given)
    assert found(store, "m").contents.parameters == given


def test_too_deep_parameters_are_refused(store: ModelStore) -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert refusal(store, **{"from": STARTER}, parameters={"a": deep})[0] == 400


def test_the_manifest_is_as_ollama_writes_it(store: ModelStore) -> None:
    create(store, "m", **{"from": STARTER}, system="x")
    value = json.loads(store.library.manifests.path(names.parse("m")).read_bytes())
    assert value["schemaVersion"] == 2
    assert value["config"]["mediaType"] == manifests.CONFIG
    assert value["layers"][0]["from"] == STARTER
    assert {"mediaType", "digest", "size"} == set(value["layers"][1])


def test_a_full_disk_is_told_without_a_path(store: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir(exist_ok=True)
    (tmp_path / "models" / "blobs").write_text("in the way")
    status, text = refusal(store, **{"from": STARTER}, system="x")
    assert status == 500
    assert str(tmp_path) not in text


def pulled_first(store: ModelStore, lines: list[str], **body: Any) -> None:
    """A create whose base has to be pulled; the lines go into `lines`."""

    async def pull(name: ModelName) -> AsyncGenerator[dict[str, Any], None]:
        yield {"status": "pulling manifest"}
        if name.model == "nowhere":
            raise NotThere
        create(store, name.full, files=uploaded(store, a_gguf=gguf()))
        yield {"status": "success"}

    async def collect() -> None:
        async for line in created(store, read_create({"model": "m", **body}), pull):
            lines.append(line["status"])  # noqa: PERF401 - the lines before a fault count

    asyncio.run(collect())


def test_a_base_that_is_not_here_is_pulled_first(store: ModelStore) -> None:
    lines: list[str] = []
    pulled_first(store, lines, **{"from": "org/base"}, system="x")
    assert lines[:3] == [
        "pulling manifest",
        "success",
        f"using existing layer {digest_of(gguf())}",
    ]
    assert lines[-1] == "success"
    assert found(store, "m").contents.system == "x"


def test_a_base_that_is_nowhere(store: ModelStore) -> None:
    lines: list[str] = []
    with pytest.raises(ApiError) as caught:
        pulled_first(store, lines, **{"from": "nowhere"})
    assert caught.value.status == 500
    assert caught.value.text == "file does not exist"
    assert lines == ["pulling manifest"]


def test_nothing_is_pulled_for_a_create_that_is_refused(store: ModelStore) -> None:
    lines: list[str] = []
    with pytest.raises(ApiError, match="template error"):
        pulled_first(store, lines, **{"from": "org/base"}, template="{{")
    assert lines == []


def test_a_base_that_is_here_is_not_pulled(store: ModelStore) -> None:
    lines: list[str] = []
    pulled_first(store, lines, **{"from": STARTER.upper()})
    assert lines[0].startswith("creating new layer")

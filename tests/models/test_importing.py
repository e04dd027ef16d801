"""Files that a person brings: grouped, named, turned into a Modelfile that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf_files import SOUND, Typed, gguf, write

from gui.errors import ModelError
from gui.models.gguf_header import NotGguf
from gui.models.importing import ImportRefused, look_at, name_for
from gui.models.modelfile.commands import Instruction
from gui.models.modelfile.parser import parse
from gui.models.modelfile.request import plan_create
from gui.models.names import read_name
from gui.records.modelfile import ImportProposal

EYE = {"general.architecture": "clip", "general.type": "mmproj"}
LORA = {
    "general.architecture": "llama",
    "general.type": "adapter",
    "general.base_model.0.name": "Llama 3 8B",
}


def proposed(*paths: Path) -> ImportProposal:
    found = look_at(paths)
    assert isinstance(found, ImportProposal)
    return found


def part(folder: Path, number: int, count: int, stem: str = "big-Q4_K_M") -> Path:
    keys = {**SOUND, "split.no": Typed(2, number - 1), "split.count": Typed(2, count)}
    return write(folder / f"{stem}-{number:05}-of-{count:05}.gguf", gguf(keys))


def test_a_model_becomes_a_modelfile_and_a_name(tmp_path: Path) -> None:
    path = write(tmp_path / "Warm Floor-8B.Q4_K_M.gguf", gguf())
    proposal = proposed(path)
    assert proposal.name == "warm-floor-8b"
    assert parse(proposal.text).values(Instruction.FROM) == (str(path),)
    assert proposal.paths == (path,)
    assert not proposal.needs_base
    (file,) = proposal.files
    assert (file.kind, file.has_template, file.context_length) == ("model", True, 64)


def test_a_model_without_a_template_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gguf", gguf({"general.architecture": "llama"}))
    assert "no chat template" in proposed(path).text


def test_mod_03_a_name_with_a_newline_adds_no_instruction(tmp_path: Path) -> None:
    path = write(tmp_path / "a\nADAPTER x\n.gguf", gguf({"general.architecture": "llama"}))
    modelfile = parse(proposed(path).text)
    assert {command.instruction for command in modelfile.commands} == {Instruction.FROM}
    assert modelfile.values(Instruction.FROM) == (str(path),)


def test_the_parts_of_a_model_are_one(tmp_path: Path) -> None:
    first, second, third = (part(tmp_path, number, 3) for number in (1, 2, 3))
    for given in ((first,), (third,), (second, first), (tmp_path,)):
        proposal = proposed(*given)
        assert proposal.paths == (first, second, third)
        assert proposal.name == "big"
        assert parse(proposal.text).values(Instruction.FROM) == tuple(map(str, proposal.paths))
        assert len(proposal.files) == 1
        assert proposal.files[0].parts == 3
        assert proposal.files[0].size == sum(each.stat().st_size for each in proposal.paths)
    plan = plan_create(parse(proposal.text), tmp_path)
    assert [file.path for file in plan.files] == [first, second, third]


def test_a_part_that_is_missing_is_named(tmp_path: Path) -> None:
    first = part(tmp_path, 1, 3)
    part(tmp_path, 3, 3)
    with pytest.raises(ImportRefused, match="Part 2 of 3 is missing: big-Q4_K_M-00002-of-00003"):
        look_at((first,))
    renamed = first.rename(tmp_path / "renamed.gguf")
    with pytest.raises(ImportRefused, match=r"Part 2 of 3 is missing\."):
        look_at((renamed,))


def test_a_part_of_another_model_does_not_count(tmp_path: Path) -> None:
    first = part(tmp_path, 1, 2)
    write(tmp_path / "big-Q4_K_M-00002-of-00002.gguf", gguf())
    with pytest.raises(ImportRefused, match="Part 2 of 2"):
        look_at((first,))


def test_a_projector_is_a_second_from(tmp_path: Path) -> None:
    eye = write(tmp_path / "mmproj-F16.gguf", gguf(EYE))
    model = write(tmp_path / "seer.gguf", gguf())
    proposal = proposed(eye, model)
    assert proposal.name == "seer"
    assert parse(proposal.text).values(Instruction.FROM) == (str(model), str(eye))
    with pytest.raises(ImportRefused, match="alone it is no model"):
        look_at((eye,))


def test_a_lora_is_an_adapter_and_asks_for_its_base(tmp_path: Path) -> None:
    lora = write(tmp_path / "mine.gguf", gguf(LORA))
    alone = proposed(lora)
    assert alone.needs_base
    assert "Llama 3 8B" in alone.text
    assert f"ADAPTER {lora}" in alone.text
    assert "FROM" not in [line.split()[0] for line in alone.text.splitlines()]
    model = write(tmp_path / "base.gguf", gguf())
    both = proposed(lora, model)
    assert not both.needs_base
    assert parse(both.text).values(Instruction.ADAPTER) == (str(lora),)
    assert both.name == "base"


def test_different_models_are_not_mixed(tmp_path: Path) -> None:
    one, other = (write(tmp_path / f"{name}.gguf", gguf()) for name in "ab")
    with pytest.raises(ImportRefused, match=r"2 different models: a\.gguf, b\.gguf"):
        look_at((one, other))
    with pytest.raises(ImportRefused, match="2 different models"):
        look_at((tmp_path,))


def test_a_modelfile_is_given_back(tmp_path: Path) -> None:
    path = tmp_path / "mario.Modelfile"
    path.write_text("FROM a")
    inside = tmp_path / "Modelfile"
    inside.write_text("FROM b")
    assert look_at((path,)) == path
    assert look_at((inside,)) == inside
    assert look_at((tmp_path,)) == inside


def test_a_folder_of_safetensors_is_a_base(tmp_path: Path) -> None:
    folder = tmp_path / "My Model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(bytes(8) + b"{}" + bytes(30))
    (folder / "config.json").write_text("{}")
    proposal = proposed(folder)
    assert proposal.name == "my-model"
    assert parse(proposal.text).values(Instruction.FROM) == (str(folder),)
    assert proposal.files[0].kind == "folder"


def test_what_is_no_model_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(NotGguf, match=r"notes\.txt"):
        look_at((tmp_path / "notes.txt",))
    with pytest.raises(ModelError, match="no model in the folder"):
        look_at((tmp_path,))
    with pytest.raises(ImportRefused, match="nothing"):
        look_at(())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SmolLM2-135M", "smollm2-135m"),
        ("한국어 모델", "my-model"),
        ("---", "my-model"),
        ("..hidden", "hidden"),
        ("a" * 200, "a" * 60),
        ("Größe 7", "gr-e-7"),
    ],
)
def test_a_name_is_always_one(text: str, name: str) -> None:
    assert name_for(text) == name
    read_name(name)


def test_a_file_without_a_name_of_its_own_takes_the_headers(tmp_path: Path) -> None:
    keys = {**SOUND, "general.name": "Kind Teacher"}
    assert proposed(write(tmp_path / "model-Q4_0.gguf", gguf(keys))).name == "kind-teacher"

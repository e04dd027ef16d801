"""Options and their values, as Ollama's converter reads them."""

from __future__ import annotations

import pytest

from gui.models.modelfile.parameters import GONE, PARAMETERS, about, read_parameter
from gui.records import Options


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", "1e-1", 0.1),
        ("temperature", ".5", 0.5),
        ("temperature", "5.", 5.0),
        ("temperature", "1_000", 1000.0),
        ("temperature", "0X1p-2", 0.25),
        ("temperature", "+0.7", 0.7),
        ("num_ctx", "4096", 4096),
        ("num_ctx", "-1", -1),
        ("num_ctx", "007", 7),
        ("seed", str(2**63 - 1), 2**63 - 1),
        ("use_mmap", "t", True),
        ("use_mmap", "TRUE", True),
        ("use_mmap", "0", False),
        ("stop", "", ""),
        ("stop", " x", " x"),
    ],
)
def test_values_that_are_read(name: str, text: str, value: object) -> None:
    read = read_parameter(name, text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("temperature", "", "invalid float value []"),
        ("temperature", "0.5 0.6", "invalid float value [0.5 0.6]"),
        ("temperature", "1e39", "invalid float value [1e39]"),
        ("temperature", "1__0", "invalid float value [1__0]"),
        ("temperature", "0x10", "invalid float value [0x10]"),
        ("temperature", "\uff11", "invalid float value [\uff11]"),
        ("temperature", "inf", "json: unsupported value: +Inf"),
        ("temperature", "-Infinity", "json: unsupported value: -Inf"),
        ("temperature", "nan", "json: unsupported value: NaN"),
        ("num_ctx", "4k", "invalid int value [4k]"),
        ("num_ctx", "4096.0", "invalid int value [4096.0]"),
        ("num_ctx", "0x10", "invalid int value [0x10]"),
        ("num_ctx", "1_000", "invalid int value [1_000]"),
        ("seed", str(2**63), f"invalid int value [{2**63}]"),
        ("use_mmap", "ok", "invalid bool value [ok]"),
        ("use_mmap", "yes", "invalid bool value [yes]"),
        ("Temperature", "1", "unknown parameter 'Temperature'"),
        ("num_gqa", "1", "unknown parameter 'num_gqa'"),
        ("numa", "1", "unknown parameter 'numa'"),
        ("tfs_z", "1", "unknown parameter 'tfs_z'"),
        ("", "x 1", "unknown parameter ''"),
    ],
)
def test_values_that_are_refused(name: str, text: str, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole sentence is compared
        read_parameter(name, text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("name", ["temperature", "num_ctx", "use_mmap"])
def test_mod_04_a_long_number_is_refused_soon(name: str) -> None:
    for text in ("1" * 100_000, "1_" * 50_000, "0x" + "f_" * 50_000, "0x" + "1" * 399):
        with pytest.raises(ValueError, match="invalid"):
            read_parameter(name, text)


def test_every_option_is_explained_and_its_default_sensible() -> None:
    assert len(PARAMETERS) == 20
    assert not GONE & PARAMETERS.keys()
    for name, parameter in PARAMETERS.items():
        assert about(name).endswith(".")
        if parameter.default is not None:
            assert parameter.is_sensible(parameter.default)


def test_the_options_of_a_conversation_are_among_them() -> None:
    assert set(Options.__slots__) <= PARAMETERS.keys()

"""Presets of every shape, for Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from gui.chat.presets import template
from gui.records import (
    Chain,
    Options,
    OutputKind,
    Preset,
    Step,
    Variable,
    VariableSource,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(template.canonical)
floats = st.none() | st.floats(allow_nan=False, allow_infinity=False)
integers = st.none() | st.integers(-(2**63), 2**63 - 1)
options = st.builds(
    Options,
    num_ctx=integers,
    temperature=floats,
    top_k=integers,
    top_p=floats,
    seed=integers,
    stop=st.lists(texts, max_size=3).map(tuple),
    repeat_penalty=floats,
)
names = st.sampled_from(["joke", "poem", "english", "영어", "답", "a", "b"])
variables = st.builds(
    Variable,
    name=names,
    source=st.sampled_from(VariableSource),
    label=texts,
    default=texts,
    choices=st.lists(texts, max_size=3).map(tuple),
)
steps = st.builds(
    Step,
    name=names,
    prompt=texts,
    system=texts,
    title=texts,
    model=texts,
    options=options,
    output=st.sampled_from(OutputKind),
    schema=texts,
    history=st.booleans(),
    when=names | st.just(""),
)
stages = st.lists(steps, min_size=1, max_size=3).map(tuple)
chains = st.builds(Chain, stages=st.lists(stages, max_size=4).map(tuple), reply=texts)
presets = st.builds(
    Preset,
    id=st.just("some"),
    name=texts.filter(bool),
    system=texts,
    options=options,
    model=texts,
    description=texts,
    variables=st.lists(variables, max_size=3).map(tuple),
    chain=chains,
)

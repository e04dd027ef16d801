"""One engine with models that can do everything, and the official clients of it."""

from __future__ import annotations

from collections.abc import Iterator

import ollama
import pytest
from engine.conformance import samples
from engine.conformance.samples import created, uploaded
from engine_process import STARTER, EngineUnderTest
from tiny_models import tiny_bert, tiny_llama, tiny_projector


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUnderTest]:
    """An engine process with the models of `samples`."""
    home = tmp_path_factory.mktemp("conformance")
    with EngineUnderTest(home) as running:
        with running.client() as http:
            created(http, samples.ABLE, **{"from": STARTER}, template=samples.ABLE_TEMPLATE)
            created(http, samples.FILLER, **{"from": STARTER}, template=samples.FILLER_TEMPLATE)
            created(http, samples.LEGACY, **{"from": STARTER}, template=samples.LEGACY_TEMPLATE)
            weights = uploaded(http, tiny_llama())
            created(http, samples.TINY, files={"tiny.gguf": weights})
            created(http, samples.BERT, files={"bert.gguf": uploaded(http, tiny_bert())})
            eyes = uploaded(http, tiny_projector())
            seeing = uploaded(http, tiny_llama(2, ctx=4096))
            created(http, samples.SEER, files={"seer.gguf": seeing, "eyes.gguf": eyes})
            seeing = uploaded(http, tiny_llama(2, ctx=4096, template=samples.TAGGED))
            created(http, samples.NATIVE_SEER, files={"seer.gguf": seeing, "eyes.gguf": eyes})
        yield running


@pytest.fixture
def official(engine: EngineUnderTest) -> Iterator[ollama.Client]:
    """The official client."""
    with ollama.Client(host=engine.url, headers=engine.headers, trust_env=False) as client:
        yield client

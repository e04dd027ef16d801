"""The chain as LangServe is given it: checked texts in, text out, every run measured."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, NoReturn

from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema
from typing_extensions import override

from gui.serve import meter, schema
from gui.serve.prepared import Prepared


class Config(BaseModel):
    """What a request's configuration may say: see `gui.serve.bodies`.

    Its schema says nothing: LangServe's playground makes a form of it, for nobody to fill in,
    and cannot make one of LangChain's own, where the number may be null.
    """

    model_config = ConfigDict(title="Configuration")

    max_concurrency: SkipJsonSchema[int | None] = Field(None, ge=1)


class Served(Runnable[dict[str, str], str]):
    """A chain whose runs are those of the request that is being answered (`meter.current`).

    The configuration that LangServe hands on is not passed to the chain: its callbacks would
    collect every prompt, for routes that are not served.
    """

    InputType = dict[str, str]
    OutputType = str

    def __init__(self, prepared: Prepared) -> None:
        self._run = prepared.run
        self._schema = prepared.schema

    @override
    def get_input_schema(self, config: RunnableConfig | None = None) -> type[BaseModel]:
        return self._schema

    @override
    def with_config(self, config: RunnableConfig | None = None, **kwargs: Any) -> Served:
        """The same: a wrapped chain would show another schema of its configuration."""
        return self

    @override
    def config_schema(self, *, include: Sequence[str] | None = None) -> type[BaseModel]:
        return Config

    @override
    def invoke(
        self,
        input: dict[str, str],
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> NoReturn:
        raise RuntimeError("use the asynchronous methods: astream, ainvoke")

    @override
    async def ainvoke(
        self,
        input: dict[str, str],
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> str:
        return "".join([text async for text in self.astream(input)])

    @override
    async def astream(
        self,
        input: dict[str, str],
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[str]:
        values = schema.by_name(self._schema, input)
        async for text in meter.current.get().read(partial(self._run, values)):
            yield text

"""The chain as LangServe is given it: checked texts in, text out, every run measured."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any, NoReturn

from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import BaseModel
from typing_extensions import override

from gui.serve import meter, schema
from gui.serve.prepared import Prepared


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

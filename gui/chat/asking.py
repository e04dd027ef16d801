"""From what a person chose to what a turn asks for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gui import language
from gui.chat import context
from gui.chat.chains.planning import seeded
from gui.chat.chains.running import ChainRequest
from gui.chat.parts import Call, TurnPart
from gui.chat.presets import template, values, writing
from gui.chat.turn import PlainRequest, Request
from gui.errors import PresetError
from gui.records import Message, ModelInfo, Preset, RunRecord, StepRecord

if TYPE_CHECKING:
    from langchain_ollama import ChatOllama

    from gui.chat.chain import ReplyChain
    from gui.models.client import ModelClient


def warm_up() -> None:
    """Import LangChain (0.6 s, once): to be called in a thread at start."""
    import gui.chat.chains.compiling  # noqa: F401


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is asked, and how.

    `model` is that of the preset if it names one and the person chose no other; steps of a
    chain may have their own. `variables` are values for the preset's; those that are missing
    are found as `gui.chat.presets.values` says. `think` asks a model that can think to do so.
    `seed` is used where the preset sets none; None takes a random one.
    """

    model: ModelInfo
    preset: Preset
    variables: Mapping[str, str] = field(default_factory=dict)
    think: bool = True
    seed: int | None = None


class Asker:
    """Makes requests to one server. Both kinds get a seed, so that they can be made again."""

    def __init__(self, client: ModelClient, server_version: str) -> None:
        self._client = client
        self._server_version = server_version
        self._chain: ReplyChain | None = None

    def request(
        self,
        branch: Sequence[Message],
        question: Message,
        choice: Choice,
        *,
        known: Mapping[str, StepRecord] | None = None,
    ) -> Request:
        """What `choice` makes of a question, with as much of `branch` as fits.

        `known` are the steps of a chain that need not run. What cannot be asked fails when
        the request is opened.
        """
        if choice.preset.chain:
            return self._of_chain(branch, question, choice, known or {})
        system, fault = _system(choice)
        options = context.complete_options(seeded(choice.preset.options, choice.seed), choice.model)
        window = context.fit(branch, question, system, options, choice.model.name)
        run = replace(self._record(choice), system=system, options=options)
        return self._plain(choice, window, run, fault)

    def repeated(
        self, branch: Sequence[Message], question: Message, choice: Choice, run: RunRecord
    ) -> Request:
        """The request of `run` once more; `choice` is what was chosen then."""
        if choice.preset.chain:
            return self._of_chain(branch, question, choice, {})
        window = context.exactly(
            branch, question, run.system, run.options, run.model, run.context_start
        )
        now = replace(self._record(choice), system=run.system, options=run.options)
        return self._plain(choice, window, now, None)

    def _plain(
        self, choice: Choice, window: context.Window, run: RunRecord, fault: PresetError | None
    ) -> PlainRequest:
        call = Call(
            model=choice.model.name,
            text=window.question.content,
            options=run.options,
            system=run.system,
            history=window.history,
            think=choice.think and choice.model.can_think,
        )
        run = replace(run, context_start=window.start, think=call.think)

        async def open_stream(call: Call) -> AsyncGenerator[TurnPart]:
            if fault:
                raise fault
            return (await self._reply_chain()).stream(call)

        return PlainRequest(call, window, run, open_stream)

    def _of_chain(
        self,
        branch: Sequence[Message],
        question: Message,
        choice: Choice,
        known: Mapping[str, StepRecord],
    ) -> ChainRequest:
        preset = replace(choice.preset, options=seeded(choice.preset.options, choice.seed))
        run = replace(
            self._record(choice),
            system=preset.system,
            options=context.complete_options(preset.options, choice.model),
            think=choice.think,
            chain=writing.render(choice.preset),
        )
        return ChainRequest(
            client=self._client,
            llm=self._llm,
            preset=preset,
            model=choice.model,
            question=question,
            branch=branch,
            base=run,
            variables=dict(run.variables),
            known=known,
            think=choice.think,
        )

    def _record(self, choice: Choice) -> RunRecord:
        return RunRecord(
            model=choice.model.name,
            digest=choice.model.digest,
            server=without_secrets(self._client.endpoint.url),
            server_version=self._server_version,
            preset=choice.preset.name,
            variables=tuple(_values(choice).items()),
        )

    async def _llm(self) -> ChatOllama:
        return (await self._reply_chain()).llm

    async def _reply_chain(self) -> ReplyChain:
        if self._chain is None:
            await asyncio.to_thread(warm_up)
            from gui.chat.chain import ReplyChain

            self._chain = self._chain or ReplyChain(self._client)
        return self._chain


def _system(choice: Choice) -> tuple[str, PresetError | None]:
    """The system prompt with its variables filled in, or why it cannot be."""
    try:
        return template.render(choice.preset.system, _values(choice)), None
    except PresetError as fault:
        return choice.preset.system, fault


def _values(choice: Choice) -> dict[str, str]:
    """A value for every variable: the one given, else the one it finds by itself."""
    variables = choice.preset.variables
    found = values.automatic(variables, datetime.now().astimezone(), "", "", language.chosen())
    defaults = {variable.name: variable.default for variable in variables}
    return defaults | found | dict(choice.variables)


def without_secrets(url: str) -> str:
    """The address without user, password and query."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()

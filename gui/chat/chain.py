"""The chain of a plain turn, `prompt | llm | parser`; those of presets are in `gui.chat.chains`.

LangChain is imported here and there only. Importing it takes 0.6 s; `gui.chat.warm_up()` does
so in a thread.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any, cast

import langsmith
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import BaseTransformOutputParser, StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables import Runnable, RunnableConfig, RunnableSequence
from langchain_ollama import ChatOllama

from gui.chat.parts import Call, Final, Logprobs, Part, Text, Thinking, TokenLogprob
from gui.records import Message, Options, Role, Statistics

if TYPE_CHECKING:
    from gui.models.client import ModelClient

_ROLES: dict[Role, type[SystemMessage | HumanMessage | AIMessage]] = {
    Role.SYSTEM: SystemMessage,
    Role.USER: HumanMessage,
    Role.ASSISTANT: AIMessage,
}
_COUNTS = (
    "prompt_eval_count",
    "eval_count",
    "total_duration",
    "load_duration",
    "prompt_eval_duration",
    "eval_duration",
)


def forbid_tracing() -> None:
    """Let no variable of the environment send a conversation to LangSmith, or forbid the chain.

    LANGSMITH_TRACING would upload every prompt; LANGCHAIN_TRACING and LANGCHAIN_HANDLER
    make langchain-core 1.x refuse to run.
    """
    langsmith.configure(enabled=False)
    for name in ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER"):
        os.environ.pop(name, None)


class PartParser(BaseTransformOutputParser[Part]):
    """Message chunks in, typed parts out, as they come.

    `atransform` is overridden whole: the inherited one keeps every chunk and adds them all
    up for tracers we do not have, which costs twice what the model call does.
    """

    def parse(self, text: str) -> Part:
        """The parts of a reply that did not stream: its text."""
        return Text(text)

    async def atransform(
        self,
        input: AsyncIterator[str | BaseMessage],  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> AsyncIterator[Part]:
        """Typed parts of each chunk: thinking, text, logprobs, then the final statistics."""
        async for chunk in input:
            if isinstance(chunk, str):
                yield Text(chunk)
                continue
            if chunk.additional_kwargs and (
                thinking := chunk.additional_kwargs.get("reasoning_content")
            ):
                yield Thinking(thinking)
            if chunk.content:
                yield Text(str(chunk.content))
            if metadata := chunk.response_metadata:
                if logprobs := metadata.get("logprobs"):
                    yield Logprobs(tuple(_logprob(entry) for entry in logprobs))
                if metadata.get("done") is True:
                    yield Final(_statistics(metadata))


class ReplyChain:
    """`prompt | llm | parser` over one client; lives as long as the client, on one event loop."""

    def __init__(self, client: ModelClient) -> None:
        self.llm = chat_model(client)

    def stream(self, call: Call) -> AsyncGenerator[Part]:
        """The reply's parts as they come; ends after `Final`, raises `OndolError` on a fault."""
        chain = self._prompt(call) | self._bound(call) | PartParser()
        return streamed(steps_of(chain), _inputs(call))

    def stream_text(self, call: Call) -> AsyncGenerator[str]:
        """The plain case, `prompt | llm | StrOutputParser()`: reply text, nothing else."""
        chain = self._prompt(call) | self._bound(call) | StrOutputParser()
        return streamed(steps_of(chain), _inputs(call))

    def _bound(self, call: Call) -> Runnable[Any, AIMessage]:
        more: dict[str, Any] = {}
        if call.top_logprobs is not None:
            more = {"logprobs": True, "top_logprobs": call.top_logprobs}
        return bound(self.llm, call.model, call.options, think=call.think, **more)

    @staticmethod
    def _prompt(call: Call) -> ChatPromptTemplate:
        system = [("system", "{system}")] if call.system else []
        return ChatPromptTemplate([*system, MessagesPlaceholder("history"), ("human", "{input}")])


def chat_model(client: ModelClient) -> ChatOllama:
    """LangChain's model over our client; which model it is, `bound` says for each call.

    Building one for each call would cost two HTTP clients.
    """
    forbid_tracing()
    return ChatOllama(model="", **client.chat_model_arguments)


def bound(
    llm: ChatOllama, model: str, options: Options, *, think: bool, **more: Any
) -> Runnable[Any, AIMessage]:
    """`llm` with everything that a call must say; `more` are further fields of the request."""
    return llm.bind(model=model, options=options.as_request(), reasoning=think, **more)


def steps_of(chain: Runnable[Any, Any]) -> list[Runnable[Any, Any]]:
    """What stands between the bars of `a | b | c`."""
    return cast("RunnableSequence[Any, Any]", chain).steps


def streamed(
    steps: Iterable[Runnable[Any, Any]], inputs: dict[str, Any]
) -> AsyncGenerator[Any, None]:
    """What `astream` of a sequence of these gives, every step run by the task that reads.

    `RunnableSequence.astream` gives each chunk a task of its own. Cancelled between two of
    them, it leaves the client's generators to the garbage collector, which may not close the
    connection; and a task a chunk costs a fifth of the chain.
    """
    stream: AsyncIterator[Any] = _once(inputs)
    for step in steps:
        stream = step.atransform(stream, {"callbacks": []})
    return cast("AsyncGenerator[Any, None]", stream)


async def _once(value: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
    yield value


def _inputs(call: Call) -> dict[str, Any]:
    """Foreign text enters the prompt here, as values: braces in it are never templates."""
    history = [as_langchain(message) for message in call.history if message.role in _ROLES]
    return {"system": call.system, "history": history, "input": call.text}


def as_langchain(message: Message) -> BaseMessage:
    """Our record as a LangChain message; thinking is not sent back, as models expect."""
    return _ROLES[message.role](content=message.content)


def _statistics(metadata: dict[str, Any]) -> Statistics:
    counts = {name: int(metadata.get(name) or 0) for name in _COUNTS}
    return Statistics(**counts, done_reason=str(metadata.get("done_reason") or ""))


def _logprob(entry: Any) -> TokenLogprob:
    top = entry.get("top_logprobs") or ()
    return TokenLogprob(entry["token"], entry["logprob"], tuple(_logprob(item) for item in top))

"""One reply: planned, generated, and cut into Ollama's chunks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from gui.engine import wire
from gui.engine.llama.runtime import Runtime, to_end
from gui.engine.llama.stream import chunks
from gui.engine.replies.course import Course
from gui.engine.replies.formats import check_reply
from gui.engine.replies.pieces import Piece, shown_logprobs
from gui.engine.replies.plans import Plan, Planner
from gui.engine.replies.requests import ReplyRequest
from gui.engine.replies.sources import Source

Shape = Callable[[Piece], dict[str, Any]]
"""Puts a piece where chat or generate has it."""


_NOTHING = Piece()


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be answered, by which model, in which shape."""

    request: ReplyRequest
    source: Source
    shape: Shape

    def stamped(self, piece: Piece = _NOTHING, **fields: Any) -> dict[str, Any]:
        """A chunk; without more fields it is one of many."""
        chunk = {
            "model": self.request.model,
            "created_at": wire.now(),
            **self.shape(piece),
            **(fields or {"done": False}),
        }
        logprobs = shown_logprobs(piece, self.request.top_logprobs)
        return {**chunk, "logprobs": logprobs} if logprobs else chunk


def chat_shape(piece: Piece) -> dict[str, Any]:
    """Where `/api/chat` has text, thinking and tool calls."""
    message: dict[str, Any] = {"role": "assistant", "content": piece.text}
    if piece.thinking:
        message["thinking"] = piece.thinking
    if piece.tool_calls:
        message["tool_calls"] = list(piece.tool_calls)
    return {"message": message}


def generate_shape(piece: Piece) -> dict[str, Any]:
    """Where `/api/generate` has text and thinking."""
    shaped: dict[str, Any] = {"response": piece.text}
    if piece.thinking:
        shaped["thinking"] = piece.thinking
    return shaped


async def loaded_only(runtime: Runtime, reply: Reply) -> AsyncGenerator[dict[str, Any]]:
    """The one chunk of a request that only loads the model, or unloads it."""
    target, keep_alive = reply.source.target, runtime.keep_alive(reply.request.keep_alive)
    if keep_alive == 0:
        await runtime.unload(target.stored)
    else:
        async with runtime.using(target.stored, target.settings, keep_alive):
            pass
    reason = "load" if keep_alive else "unload"
    yield reply.stamped(done_reason=reason, done=True)


async def replied(runtime: Runtime, reply: Reply) -> AsyncGenerator[dict[str, Any]]:
    """The chunks of a reply; the first may be the last, when only the prompt is wanted."""
    course, request, source, target = Course(), reply.request, reply.source, reply.source.target
    keep_alive = runtime.keep_alive(request.keep_alive)
    async with runtime.using(target.stored, target.settings, keep_alive) as loaded:
        course.loaded()
        planner = Planner(loaded, request, target.options)
        if request.render_only:
            text = await to_end(asyncio.to_thread(source.rendered, planner))
            info = {"rendered_template": text, "image_count": source.image_count}
            yield reply.stamped(done=False, _debug_info=info)
            return
        said = _Said()
        async with aclosing(_passes(planner, source, course)) as pieces:
            async for piece in pieces:
                said.add(piece)
                yield reply.stamped(piece)
        if request.schema and course.stopped_itself:
            check_reply(said.text, request.schema)
        ending = course.ending()
        if source.gives_context:
            tokens = await to_end(asyncio.to_thread(source.context_after, planner, said.text))
            ending["context"] = tokens
    yield reply.stamped(**ending)


@dataclass(slots=True)
class _Said:
    """The text of a reply so far."""

    text: str = ""

    def add(self, piece: Piece) -> None:
        self.text += piece.text


async def _passes(planner: Planner, source: Source, course: Course) -> AsyncGenerator[Piece]:
    """The pieces of a reply. With a format, a model that thinks goes in two passes:

    it thinks freely, and is held to the format from where it begins to answer.
    """
    plan = await to_end(asyncio.to_thread(source.plan, planner))
    if not source.thinks_before_format:
        async with aclosing(_pieces(plan, course)) as pieces:
            async for piece in pieces:
                yield piece
        return
    thought = ""
    async with aclosing(_pieces_with_raw(plan, course)) as raws:
        async for piece, raw in raws:
            thought += raw
            if piece.thinking:
                yield Piece(thinking=piece.thinking)
            if piece.text:
                thought = thought.removesuffix(piece.text)
                break
    second = await to_end(asyncio.to_thread(planner.after_thinking, plan, thought))
    async with aclosing(_pieces(second, course)) as pieces:
        async for piece in pieces:
            yield piece


async def _pieces(plan: Plan, course: Course) -> AsyncGenerator[Piece]:
    async with aclosing(_pieces_with_raw(plan, course)) as pieces:
        async for piece, _raw in pieces:
            if piece:
                yield piece


async def _pieces_with_raw(plan: Plan, course: Course) -> AsyncGenerator[tuple[Piece, str]]:
    """Each piece, and the text as the model wrote it."""
    async with aclosing(chunks(plan.run)) as stream:
        async for chunk in stream:
            course.note(chunk)
            yield plan.parser.feed(chunk), _raw_text(chunk)
    yield plan.parser.finish(), ""


def _raw_text(chunk: Mapping[str, Any]) -> str:
    return "".join(choice.get("text") or "" for choice in chunk.get("choices") or ())


def merged(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All chunks of a reply as the one object of `stream: false`."""
    whole = dict(parts[-1])
    logprobs = [entry for part in parts for entry in part.get("logprobs", ())]
    if "message" in whole:
        messages = [part["message"] for part in parts]
        calls = [call for message in messages for call in message.get("tool_calls", ())]
        text = "".join(message["content"] for message in messages)
        thinking = "".join(message.get("thinking", "") for message in messages)
        whole |= chat_shape(Piece(text, thinking, tuple(calls)))
    else:
        text = "".join(part["response"] for part in parts)
        thinking = "".join(part.get("thinking", "") for part in parts)
        whole |= generate_shape(Piece(text, thinking))
    return {**whole, "logprobs": logprobs} if logprobs else whole

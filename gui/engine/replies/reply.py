"""One reply: the prompt fitted to the context, generated, and cut into Ollama's chunks."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from gui.engine import wire
from gui.engine.llama.model import CONTEXT_EXCEEDED, OnChunk
from gui.engine.llama.options import load_settings, sampling_arguments, token_limit
from gui.engine.llama.runtime import LoadedModel, Runtime, chunks, to_end
from gui.engine.replies.prompt import Message, fitted
from gui.engine.replies.requests import ChatRequest, GenerateRequest, ReplyRequest
from gui.engine.store.stored import StoredModel
from gui.engine.wire import ApiError

_log = logging.getLogger(__name__)

Shape = Callable[[str, str], dict[str, Any]]
"""Puts text and thinking where chat or generate has them."""


@dataclass(slots=True)
class _Course:
    """How a reply goes: what its last chunk will say. Times are in nanoseconds."""

    started: int = field(default_factory=time.perf_counter_ns)
    load_duration: int = 0
    reason: str = ""
    usage: Mapping[str, Any] = field(default_factory=dict)
    timings: Mapping[str, Any] = field(default_factory=dict)

    def note(self, chunk: Mapping[str, Any]) -> None:
        """Remember what a chunk of llama.cpp says about the whole reply."""
        for choice in chunk.get("choices") or ():
            self.reason = choice.get("finish_reason") or self.reason
        self.usage = chunk.get("usage") or self.usage
        self.timings = chunk.get("timings") or self.timings

    def ending(self) -> dict[str, Any]:
        """The fields of the last chunk; all of them, also when zero: clients count on them."""
        if not self.reason:
            raise ApiError(500, "the reply ended early")
        return {
            "done": True,
            "done_reason": "length" if self.reason == "length" else "stop",
            "total_duration": time.perf_counter_ns() - self.started,
            "load_duration": self.load_duration,
            "prompt_eval_count": int(self.usage.get("prompt_tokens", 0)),
            "prompt_eval_duration": int(self.timings.get("prompt_ms", 0.0) * 1e6),
            "eval_count": int(self.usage.get("completion_tokens", 0)),
            "eval_duration": int(self.timings.get("predicted_ms", 0.0) * 1e6),
        }


def chat_shape(text: str, thinking: str) -> dict[str, Any]:
    """Where `/api/chat` has text and thinking."""
    message = {"role": "assistant", "content": text}
    return {"message": {**message, "thinking": thinking} if thinking else message}


def generate_shape(text: str, thinking: str) -> dict[str, Any]:
    """Where `/api/generate` has text and thinking."""
    return {"response": text, "thinking": thinking} if thinking else {"response": text}


def chat(
    runtime: Runtime, model: StoredModel, request: ChatRequest
) -> AsyncGenerator[dict[str, Any]]:
    """The chunks of a reply to messages; no messages only load or unload the model."""
    if not request.messages:
        return _load_only(runtime, model, request, chat_shape)
    return _reply(runtime, model, request, chat_shape, _from_messages(request, request.messages))


def generate(
    runtime: Runtime, model: StoredModel, request: GenerateRequest
) -> AsyncGenerator[dict[str, Any]]:
    """The chunks of a reply to a prompt; an empty prompt only loads or unloads the model."""
    if not request.prompt:
        return _load_only(runtime, model, request, generate_shape)
    if request.raw:
        source = _from_text(request, request.prompt)
    else:
        messages = [{"role": "user", "content": request.prompt}]
        if request.system:
            messages.insert(0, {"role": "system", "content": request.system})
        source = _from_messages(request, messages)
    return _reply(runtime, model, request, generate_shape, source)


async def _load_only(
    runtime: Runtime, model: StoredModel, request: ReplyRequest, shape: Shape
) -> AsyncGenerator[dict[str, Any]]:
    if request.keep_alive == 0:
        await runtime.unload(model)
    else:
        settings = load_settings(request.options, model.train_ctx)
        async with runtime.using(model, settings, request.keep_alive):
            pass
    reason = "load" if request.keep_alive else "unload"
    chunk = {"model": request.model, "created_at": wire.now(), **shape("", "")}
    yield {**chunk, "done_reason": reason, "done": True}


async def _reply(
    runtime: Runtime,
    model: StoredModel,
    request: ReplyRequest,
    shape: Shape,
    source: Callable[[LoadedModel], Callable[[OnChunk], None]],
) -> AsyncGenerator[dict[str, Any]]:
    course = _Course()
    settings = load_settings(request.options, model.train_ctx)
    async with runtime.using(model, settings, request.keep_alive) as loaded:
        course.load_duration = time.perf_counter_ns() - course.started
        call = await to_end(asyncio.to_thread(source, loaded))
        async with aclosing(chunks(call)) as stream:
            async for chunk in stream:
                course.note(chunk)
                text, thinking, logprobs = _content(chunk, request)
                if text or thinking or logprobs:
                    yield _stamped(request, shape(text, thinking), logprobs)
    yield {"model": request.model, "created_at": wire.now(), **shape("", ""), **course.ending()}


def _stamped(request: ReplyRequest, shaped: dict[str, Any], logprobs: Any) -> dict[str, Any]:
    chunk = {"model": request.model, "created_at": wire.now(), **shaped, "done": False}
    return {**chunk, "logprobs": logprobs} if logprobs else chunk


def _from_messages(
    request: ReplyRequest, messages: Sequence[Message]
) -> Callable[[LoadedModel], Callable[[OnChunk], None]]:
    """Prepares a reply to messages: what fits is rendered by the model's own template."""

    def prepare(loaded: LoadedModel) -> Callable[[OnChunk], None]:
        llama, vocabulary, num_ctx = loaded.llama, loaded.vocabulary, loaded.settings.num_ctx
        extra: dict[str, Any] = {}
        if "thinking" in loaded.model.capabilities:
            extra["chat_template_kwargs"] = {"enable_thinking": request.think is not False}

        def tokens(kept: Sequence[Message]) -> list[int]:
            return llama.tokenize(vocabulary.parts(llama.render(vocabulary.marked(kept), extra)))

        def count(kept: Sequence[Message]) -> int:
            return num_ctx if vocabulary.cannot_fit(kept, num_ctx) else len(tokens(kept))

        kept, length = list(messages), count(messages)
        if request.truncate and length >= num_ctx:
            kept, length = fitted(messages, count, num_ctx - 1)
        arguments = _arguments(request, loaded, length)
        if vocabulary.occur_in(kept):
            payload = {**arguments, "prompt": tokens(kept), **_completion_logprobs(request)}
            return lambda on_chunk: llama.complete(payload, on_chunk)
        payload = {**arguments, **extra, "messages": kept, **_chat_logprobs(request)}
        return lambda on_chunk: llama.chat(payload, on_chunk)

    return prepare


def _from_text(
    request: ReplyRequest, prompt: str
) -> Callable[[LoadedModel], Callable[[OnChunk], None]]:
    """Prepares a reply to a prompt that goes to the model as it is."""

    def prepare(loaded: LoadedModel) -> Callable[[OnChunk], None]:
        tokens = loaded.llama.tokenize([prompt])
        arguments = _arguments(request, loaded, len(tokens))
        payload = {**arguments, "prompt": tokens, **_completion_logprobs(request)}
        return lambda on_chunk: loaded.llama.complete(payload, on_chunk)

    return prepare


def _arguments(request: ReplyRequest, loaded: LoadedModel, count: int) -> dict[str, Any]:
    """What both ways of generating take; raises ApiError if the prompt does not fit."""
    num_ctx = loaded.settings.num_ctx
    if count >= num_ctx:
        raise ApiError(400, CONTEXT_EXCEEDED)
    _log.info("%s reads a prompt of %d tokens", loaded.model.name.shortest, count)
    limit = token_limit(request.options, num_ctx, count, shift=request.shift)
    arguments = {**sampling_arguments(request.options, num_ctx), "n_predict": limit}
    return {**arguments, "json_schema": request.schema} if request.schema else arguments


def _chat_logprobs(request: ReplyRequest) -> dict[str, Any]:
    if not request.logprobs:
        return {}
    return {"logprobs": True, "top_logprobs": max(request.top_logprobs, 1)}


def _completion_logprobs(request: ReplyRequest) -> dict[str, Any]:
    return {"logprobs": max(request.top_logprobs, 1)} if request.logprobs else {}


def _content(
    chunk: Mapping[str, Any], request: ReplyRequest
) -> tuple[str, str, list[dict[str, Any]]]:
    """Text, thinking and log probabilities of one chunk of llama.cpp."""
    text, thinking = "", ""
    logprobs: list[dict[str, Any]] = []
    for choice in chunk.get("choices") or ():
        delta = choice.get("delta") or {}
        text += choice.get("text") or delta.get("content") or ""
        thinking += delta.get("reasoning_content") or ""
        entries = (choice.get("logprobs") or {}).get("content") or ()
        logprobs += [_logprob(entry, request.top_logprobs) for entry in entries]
    return text, thinking, logprobs


def _logprob(entry: Mapping[str, Any], top: int) -> dict[str, Any]:
    def one(value: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value[name] for name in ("token", "logprob", "bytes")}

    listed = one(entry)
    if top:
        listed["top_logprobs"] = [one(item) for item in entry.get("top_logprobs", [])[:top]]
    return listed


def merged(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All chunks of a reply as the one object of `stream: false`."""
    whole = dict(parts[-1])
    logprobs = [entry for part in parts for entry in part.get("logprobs", ())]
    if "message" in whole:
        messages = [part["message"] for part in parts]
        text = "".join(message["content"] for message in messages)
        thinking = "".join(message.get("thinking", "") for message in messages)
        whole |= chat_shape(text, thinking)
    else:
        text = "".join(part["response"] for part in parts)
        thinking = "".join(part.get("thinking", "") for part in parts)
        whole |= generate_shape(text, thinking)
    return {**whole, "logprobs": logprobs} if logprobs else whole

"""Plans: a prompt that fits, what llama.cpp is to make of it, and how to read the result.

Everything here may block on llama.cpp; it runs in a thread.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gui.engine.llama.looking import OnChunk
from gui.engine.llama.options import sampling_arguments, token_limit
from gui.engine.llama.refusals import CONTEXT_EXCEEDED
from gui.engine.llama.runtime import LoadedModel
from gui.engine.replies.conversation import as_openai
from gui.engine.replies.fitting import IMAGE_TOKENS, fitted, surely_fit
from gui.engine.replies.messages import Message, image_count
from gui.engine.replies.pieces import NativeParser, OwnParser, Parser
from gui.engine.replies.rendering import JinjaRenderer, Renderer
from gui.engine.replies.requests import ReplyRequest
from gui.engine.templates.parsing import ReplyParser
from gui.engine.wire import ApiError

_log = logging.getLogger(__name__)

_IMAGE = re.compile(r"\[img-(\d+)\]")


@dataclass(frozen=True, slots=True)
class Plan:
    """One pass of a reply. `prompt` is its text in parts, where it is known."""

    run: Callable[[OnChunk], None]
    parser: Parser
    prompt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes the plans of one request for one loaded model."""

    loaded: LoadedModel
    request: ReplyRequest
    options: Mapping[str, Any]
    """Every option with its value."""

    def of_messages(
        self, renderer: Renderer, messages: Sequence[Message], *, unconstrained: bool = False
    ) -> Plan:
        """A reply to messages; `unconstrained` leaves `format` for a second pass."""
        native = renderer if isinstance(renderer, JinjaRenderer) and not unconstrained else None
        if self._sees:
            messages = self.loaded.vocabulary.softened(messages)
        if image_count(messages):
            return self._with_images(renderer, messages, native)
        vocabulary = self.loaded.vocabulary
        if native and not vocabulary.occur_in(messages) and self._surely_fit(native, messages):
            return self._native(native, messages, 0)
        kept, prompt, tokens = self._fitted(renderer, messages)
        if native and not vocabulary.occur_in(kept) and len(tokens) < self._num_ctx:
            return self._native(native, kept, len(tokens))
        if not isinstance(renderer, JinjaRenderer):
            tokens = self._cut(tokens)
        parser = renderer.parser("".join(prompt))
        return self._of_tokens(tokens, parser, prompt, constrained=not unconstrained)

    def of_text(self, parts: Sequence[str], context: Sequence[int] = ()) -> Plan:
        """A reply to a text that goes to the model as it is, after the tokens of `context`."""
        self._refuse_if_hopeless([{"content": "".join(parts)}])
        llama = self.loaded.llama
        tokens = [*context, *llama.tokenize(parts, whole=not context)]
        before = llama.detokenize(context) if context and self._sees else ""
        return self._of_tokens(self._cut(tokens), None, (before, *parts))

    def after_thinking(self, first: Plan, thought: str) -> Plan:
        """The second pass of a reply with a format: held to it, after what was thought."""
        parts = (*first.prompt, thought)
        return self._of_tokens(self.loaded.llama.tokenize(parts), None, parts)

    def rendered(self, renderer: Renderer, messages: Sequence[Message]) -> str:
        """The prompt's text, for a request that only wants to see it."""
        return "".join(self._fitted(renderer, messages)[1])

    @property
    def _sees(self) -> bool:
        """Whether a projector is loaded: llama.cpp then takes prompts as one text only."""
        return self.loaded.files.projector is not None

    @property
    def _num_ctx(self) -> int:
        return self.loaded.settings.num_ctx

    def _surely_fit(self, renderer: JinjaRenderer, messages: Sequence[Message]) -> bool:
        bounded = self.request.shift and self.options["num_predict"] != -2
        return bounded and not renderer.extra and surely_fit(messages, self._num_ctx)

    def _fitted(
        self, renderer: Renderer, messages: Sequence[Message]
    ) -> tuple[Sequence[Message], tuple[str, ...], list[int]]:
        """The messages that fit, their prompt in parts, and its tokens.

        The tokens are only those of text; an image counts as many more.
        """
        llama, vocabulary = self.loaded.llama, self.loaded.vocabulary

        def made(kept: Sequence[Message]) -> tuple[tuple[str, ...], list[int]]:
            parts = tuple(vocabulary.parts(renderer.render(vocabulary.marked(kept))))
            return parts, llama.tokenize(parts)

        def count(kept: Sequence[Message]) -> int:
            if vocabulary.cannot_fit(kept, self._num_ctx):
                return self._num_ctx
            return len(made(kept)[1]) + IMAGE_TOKENS * image_count(kept)

        kept = messages
        if not vocabulary.cannot_fit(messages, self._num_ctx):
            prompt, tokens = made(messages)
            size = len(tokens) + IMAGE_TOKENS * image_count(messages)
            if size < self._num_ctx or not self.request.truncate:
                return messages, prompt, tokens
        if self.request.truncate:
            kept, _ = fitted(messages, count, self._num_ctx - 1)
        self._refuse_if_hopeless(kept)
        return (kept, *made(kept))

    def _refuse_if_hopeless(self, messages: Sequence[Message]) -> None:
        if self.loaded.vocabulary.cannot_fit(messages, self._num_ctx):
            raise ApiError(400, CONTEXT_EXCEEDED)

    def _native(self, renderer: JinjaRenderer, messages: Sequence[Message], count: int) -> Plan:
        payload = {
            **self._arguments(count),
            **renderer.extra,
            "messages": [as_openai(message) for message in messages],
        }
        if self.request.logprobs:
            payload |= {"logprobs": True, "top_logprobs": max(self.request.top_logprobs, 1)}
        llama = self.loaded.llama
        return Plan(lambda on_chunk: llama.chat(payload, on_chunk), NativeParser())

    def _of_tokens(
        self,
        tokens: list[int],
        parser: ReplyParser | None,
        prompt: tuple[str, ...],
        *,
        constrained: bool = True,
    ) -> Plan:
        arguments = self._arguments(len(tokens), constrained=constrained)
        source = "".join(prompt) if self._sees else tokens
        payload = {**arguments, "prompt": source, **self._completion_logprobs()}
        llama = self.loaded.llama
        return Plan(lambda on_chunk: llama.complete(payload, on_chunk), OwnParser(parser), prompt)

    def _cut(self, tokens: list[int]) -> list[int]:
        """A prompt that is too long as Ollama shortens it, if the request allows it:

        the beginning that is to be kept, and as much of the end as fits beside it.
        """
        if len(tokens) < self._num_ctx or not (self.request.truncate and self.request.shift):
            return tokens
        kept = min(max(self.options["num_keep"], 0) + 1, self._num_ctx // 2)
        return tokens[:kept] + tokens[len(tokens) - (self._num_ctx - 1 - kept) :]

    def _with_images(
        self, renderer: Renderer, messages: Sequence[Message], native: JinjaRenderer | None
    ) -> Plan:
        messages, prompt, tokens = self._fitted(renderer, messages)
        if native:
            return self._native(native, messages, len(tokens))
        images = [image for message in messages for image in message.get("images", ())]
        llama, text = self.loaded.llama, "".join(prompt)
        numbers = [int(number) for number in _IMAGE.findall(text) if int(number) < len(images)]
        marked = _IMAGE.sub(
            lambda found: llama.media_marker if int(found[1]) < len(images) else found[0], text
        )
        seen = (marked, [images[number] for number in numbers])
        arguments = {**self._arguments(len(tokens)), **self._completion_logprobs()}
        parser = OwnParser(renderer.parser(text))
        return Plan(lambda on_chunk: llama.look(seen, arguments, on_chunk), parser, prompt)

    def _completion_logprobs(self) -> dict[str, Any]:
        wanted = self.request.logprobs
        return {"logprobs": max(self.request.top_logprobs, 1)} if wanted else {}

    def _check_schema(self, schema: Mapping[str, Any]) -> None:
        """Refuse what llama.cpp cannot compile: given tokens, it would write without it (ENG-11).

        The way to its compiler goes through the file's template, whose own faults do not
        matter here. Raises ApiError.
        """
        try:
            self.loaded.llama.render([{"role": "user", "content": "x"}], {"json_schema": schema})
        except ApiError as problem:
            if "JSON schema" in problem.text:
                raise ApiError(400, problem.text) from None

    def _arguments(self, count: int, *, constrained: bool = True) -> dict[str, Any]:
        """What both ways of generating take; raises ApiError if the prompt does not fit."""
        if count >= self._num_ctx:
            raise ApiError(400, CONTEXT_EXCEEDED)
        name, bound = self.loaded.model.name.shortest, count or self._num_ctx
        _log.info("%s reads a prompt of %s%d tokens", name, "" if count else "less than ", bound)
        limit = token_limit(self.options, self._num_ctx, count, shift=self.request.shift)
        arguments = {**sampling_arguments(self.options, self._num_ctx), "n_predict": limit}
        if self.request.schema and constrained:
            self._check_schema(self.request.schema)
            arguments["json_schema"] = self.request.schema
        return arguments

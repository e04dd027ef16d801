"""Who makes the prompt of messages: a template in Go's language, or llama.cpp's jinja."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from gui.engine.llama.model import Llama
from gui.engine.replies.conversation import as_openai
from gui.engine.replies.messages import Message
from gui.engine.replies.requests import GenerateRequest
from gui.engine.templates.errors import TemplateError
from gui.engine.templates.parsing import ReplyParser
from gui.engine.templates.rendering import Template
from gui.engine.wire import ApiError

Tools = Sequence[Mapping[str, Any]]
Think = bool | str | None


class Renderer(Protocol):
    """Makes the text of a prompt; blocks."""

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt; raises ApiError."""

    def parser(self, prompt: str) -> ReplyParser | None:
        """What finds thinking and tool calls in the plain text of the reply."""


class GoRenderer:
    """The model's, or the request's, template in Go's language."""

    def __init__(self, template: Template, tools: Tools, think: Think, *, thinks: bool) -> None:
        self._template = template
        self._tools = tools
        self._think = think
        self._thinks = thinks

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt; raises ApiError with Go's words for a template that fails."""
        try:
            return self._template.render_chat(messages, self._tools, self._think)
        except TemplateError as problem:
            raise ApiError(500, str(problem)) from None

    def parser(self, prompt: str) -> ReplyParser | None:
        """Only what the template can say, and the request asks for, is looked for."""
        thinks = self._thinks and self._think is not False
        if not thinks and not self._tools:
            return None
        return ReplyParser.of_template(self._template, self._tools, thinks=thinks, prompt=prompt)


class JinjaRenderer:
    """The template in the model's file, rendered by llama.cpp and by nobody else."""

    def __init__(self, llama: Llama, tools: Tools, think: Think, *, thinks: bool) -> None:
        self._llama = llama
        self._tools = tools
        self._think = think
        self._thinks = thinks

    @property
    def extra(self) -> dict[str, Any]:
        """What llama.cpp is given beside the messages."""
        extra: dict[str, Any] = {"tools": list(self._tools)} if self._tools else {}
        if self._thinks:
            arguments: dict[str, Any] = {"enable_thinking": self._think is not False}
            if isinstance(self._think, str):
                arguments["reasoning_effort"] = self._think
            extra["chat_template_kwargs"] = arguments
        return extra

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt; raises ApiError."""
        return self._llama.render([as_openai(message) for message in messages], self.extra)

    def parser(self, prompt: str) -> ReplyParser | None:
        """For the rare reply that llama.cpp does not parse: the most common tags."""
        thinks = self._thinks and self._think is not False
        if not thinks and not self._tools:
            return None
        return ReplyParser.common(self._tools, thinks=thinks, prompt=prompt)


def template_of(text: str) -> Template:
    """A template in Go's language; raises ApiError with Go's words."""
    try:
        return Template.parse(text)
    except TemplateError as problem:
        raise ApiError(500, str(problem)) from None


def fim_prompt(template: str, request: GenerateRequest) -> str:
    """The prompt that has a gap filled; raises ApiError."""
    try:
        return template_of(template).render_suffix(request.prompt, request.suffix, request.think)
    except TemplateError as problem:
        raise ApiError(500, str(problem)) from None

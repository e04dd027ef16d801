"""Where a reply comes from: messages, a prompt to be framed, a raw text, a gap to be filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gui.engine.llama.options import EngineDefaults, LoadSettings, load_settings, read_options
from gui.engine.replies import conversation
from gui.engine.replies.messages import Message, image_count
from gui.engine.replies.plans import Plan, Planner
from gui.engine.replies.rendering import (
    GoRenderer,
    JinjaRenderer,
    Renderer,
    Tools,
    fim_prompt,
    template_of,
)
from gui.engine.replies.requests import ChatRequest, GenerateRequest, ReplyRequest
from gui.engine.store.stored import StoredModel


@dataclass(frozen=True, slots=True)
class Model:
    """A model with the options of one request."""

    stored: StoredModel
    options: Mapping[str, Any]
    settings: LoadSettings
    template: str = ""
    """The template in Go's language that makes its prompts; "" leaves it to llama.cpp."""

    @classmethod
    def of_request(cls, stored: StoredModel, given: Any, defaults: EngineDefaults) -> Model:
        """Defaults, then the model's own parameters, then the request's; raises ApiError."""
        options = read_options(given, stored.contents.parameters, defaults.context_length)
        sees = bool(stored.contents.projectors)
        settings = load_settings(options, stored.train_ctx, defaults, sees=sees)
        own = stored.contents.template
        template = own if defaults.go_templates and stored.uses_own_template else ""
        return cls(stored, options, settings, template)


class Source(Protocol):
    """What a reply is made from; `plan`, `rendered` and `context_after` block."""

    @property
    def target(self) -> Model:
        """Who replies, and with which options."""

    @property
    def image_count(self) -> int:
        """How many images the prompt carries."""

    @property
    def thinks_before_format(self) -> bool:
        """Whether the reply goes in two passes."""

    @property
    def gives_context(self) -> bool:
        """Whether the last chunk carries the tokens of prompt and reply."""

    def plan(self, planner: Planner) -> Plan:
        """The first pass; raises ApiError."""

    def rendered(self, planner: Planner) -> str:
        """The prompt's text; raises ApiError."""

    def context_after(self, planner: Planner, reply: str) -> list[int]:
        """The tokens of prompt and reply."""


@dataclass(frozen=True, slots=True)
class FromMessages:
    """A reply to messages, framed by a template."""

    target: Model
    request: ReplyRequest
    messages: Sequence[Message]
    tools: Tools = ()
    template: str = ""
    """A template of the request that replaces the model's."""
    context: tuple[int, ...] = ()
    gives_context: bool = False

    @property
    def image_count(self) -> int:
        """How many images the prompt carries."""
        return image_count(self.messages)

    @property
    def thinks_before_format(self) -> bool:
        """Only a model that can think, was not told not to, and has a format to keep.

        With images it goes in one pass: the second one could not see them.
        """
        thinks = "thinking" in self.target.stored.capabilities and self.request.think is not False
        return thinks and self.request.schema is not None and not self.image_count

    def plan(self, planner: Planner) -> Plan:
        """The first pass; raises ApiError."""
        renderer = self._renderer(planner)
        if self.context:
            parts = planner.loaded.vocabulary.parts(
                renderer.render(planner.loaded.vocabulary.marked(self.messages))
            )
            return planner.of_text(parts, self.context)
        return planner.of_messages(renderer, self.messages, unconstrained=self.thinks_before_format)

    def rendered(self, planner: Planner) -> str:
        """The prompt's text; raises ApiError."""
        return planner.rendered(self._renderer(planner), self.messages)

    def context_after(self, planner: Planner, reply: str) -> list[int]:
        """The tokens of an earlier context, the prompt and the reply."""
        llama = planner.loaded.llama
        prompt = llama.tokenize([self.rendered(planner)], whole=not self.context)
        return [*self.context, *prompt, *llama.tokenize([reply], whole=False)]

    def _renderer(self, planner: Planner) -> Renderer:
        thinks = "thinking" in self.target.stored.capabilities
        think = self.request.think
        if think is None and thinks:
            think = True  # as Ollama: a model that can think does unless told not to
        text = self.template or self.target.template
        if text:
            return GoRenderer(template_of(text), self.tools, think, thinks=thinks)
        return JinjaRenderer(planner.loaded.llama, self.tools, think, thinks=thinks)


@dataclass(frozen=True, slots=True)
class FromText:
    """A reply to a text that goes to the model as it is; nothing in it is only letters."""

    target: Model
    text: str
    image_count: int = 0
    thinks_before_format: bool = False
    gives_context: bool = False

    def plan(self, planner: Planner) -> Plan:
        """The only pass; raises ApiError."""
        return planner.of_text([self.text])

    def rendered(self, planner: Planner) -> str:
        """The text itself."""
        del planner
        return self.text

    def context_after(self, planner: Planner, reply: str) -> list[int]:
        """Nothing: a raw prompt has no context."""
        del planner, reply
        return []


def of_chat(model: StoredModel, request: ChatRequest, defaults: EngineDefaults) -> Source:
    """What a chat is answered from; raises ApiError."""
    target = Model.of_request(model, request.options, defaults)
    messages = conversation.of_chat(model.contents, request.messages)
    return FromMessages(target, request, messages, tools=request.tools)


def of_generate(model: StoredModel, request: GenerateRequest, defaults: EngineDefaults) -> Source:
    """What a prompt is answered from; raises ApiError."""
    target = Model.of_request(model, request.options, defaults)
    if request.raw:
        return FromText(target, request.prompt)
    if request.suffix:
        template = request.template or model.contents.template
        return FromText(target, fim_prompt(template, request))
    messages = conversation.of_generate(model.contents, request)
    return FromMessages(
        target,
        request,
        messages,
        template=request.template,
        context=request.context,
        gives_context=True,
    )

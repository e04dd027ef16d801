"""What fits into the context: which turns the model sees, decided by us and never by the server.

Ollama has no tokenizer endpoint, so tokens are estimated from the text and the estimate is
calibrated by the `prompt_eval_count`s that the conversation already has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gui.records import Message, MessageStatus, ModelInfo, Options, Role, Statistics

DEFAULT_CONTEXT = 8192
"""Tokens, where the model allows it: about 1 GB of cache for an 8B model. Ollama's own
default on most machines, 4096, is used up by one long reply of a thinking model."""

UNKNOWN_CONTEXT = 4096
_TOKENS_PER_MESSAGE = 6
_RATIO_RANGE = (0.6, 5.0)
_REPLY_SHARE = 4
_KEEP_AFTER_DROP = 0.75
_SHIFT_SLACK = 8


def complete_options(options: Options, model: ModelInfo) -> Options:
    """`options` with `num_ctx` set, and no larger than the model was trained for."""
    limit = model.context_length
    asked = max(options.num_ctx or 0, 0)
    wanted = asked or min(limit or UNKNOWN_CONTEXT, DEFAULT_CONTEXT)
    return replace(options, num_ctx=min(wanted, limit) if limit else wanted)


def raw_estimate(text: str) -> float:
    """Tokens of a text by its size: 4 ASCII characters a token, a Korean syllable one."""
    wide = (len(text.encode("utf-8", "surrogatepass")) - len(text)) / 2
    return (len(text) - wide) / 4 + wide + _TOKENS_PER_MESSAGE


def history_of(branch: Sequence[Message]) -> tuple[Message, ...]:
    """What of a branch is sent: everything that was said; replies that never came are not."""
    return tuple(message for message in branch if message.content)


@dataclass(frozen=True, slots=True)
class Estimator:
    """Tokens of a text for one model: the raw estimate times what the conversation taught."""

    ratio: float = 1.0
    is_calibrated: bool = False

    def tokens(self, *texts: str) -> int:
        """The estimated tokens of some messages, the template's own included."""
        return round(self.ratio * sum(map(raw_estimate, texts)))

    @classmethod
    def learn(cls, branch: Sequence[Message], model: str) -> Estimator:
        """Calibrated by every reply of `model` on the branch that says what its prompt cost."""
        sums = [0.0]
        for message in branch:
            sums.append(sums[-1] + (raw_estimate(message.content) if message.content else 0.0))
        index = {message.id: position for position, message in enumerate(branch)}
        counted = estimated = 0.0
        for position, reply in enumerate(branch):
            if (count := _honest_count(reply, model)) and reply.run:
                start = index.get(reply.run.context_start or 0, 0)
                counted += count
                estimated += sums[position] - sums[start] + raw_estimate(reply.run.system)
        if not estimated:
            return cls()
        low, high = _RATIO_RANGE
        return cls(min(max(counted / estimated, low), high), is_calibrated=True)


def _honest_count(reply: Message, model: str) -> int:
    """The reply's prompt tokens, 0 where it has none to teach or the server had cut the prompt."""
    if reply.role is not Role.ASSISTANT or reply.model != model or not reply.run:
        return 0
    if reply.run.chain:  # its steps read other prompts than the conversation
        return 0
    count = reply.statistics.prompt_eval_count if reply.statistics else 0
    return 0 if _is_shifted(count, reply.run.options.num_ctx or 0) else count


@dataclass(frozen=True, slots=True)
class Window:
    """What the model sees of a conversation in one turn."""

    history: tuple[Message, ...]
    """Whole turns, oldest first, without the question."""

    question: Message
    is_whole: bool
    """Whether nothing of the conversation was left out."""

    estimated_tokens: int
    num_ctx: int
    is_calibrated: bool = False

    @property
    def start(self) -> int | None:
        """Id of the first message the model sees, None when it sees all of them."""
        if self.is_whole:
            return None
        return self.history[0].id if self.history else self.question.id

    def shorter(self) -> Window | None:
        """The newer half of the turns, for a prompt that did not fit; None when none is left."""
        turns = _turns(self.history)
        if not turns:
            return None
        kept = turns[(len(turns) + 1) // 2 :]
        history = tuple(message for turn in kept for message in turn)
        share = (len(history) + 1) / (len(self.history) + 1)
        return replace(
            self,
            history=history,
            is_whole=False,
            estimated_tokens=round(self.estimated_tokens * share),
        )

    def was_cut(self, statistics: Statistics) -> bool:
        """Whether the server read far fewer tokens than it was sent, and said nothing.

        A cut prompt of llama.cpp is half the context long (reliability.md, NET-22); otherwise
        only a count well below what the estimate can be wrong by is called a cut.
        """
        count = statistics.prompt_eval_count
        if not count or count >= self.estimated_tokens:
            return False
        if _is_shifted(count, self.num_ctx) and self.estimated_tokens > 0.75 * self.num_ctx:
            return True
        return count < self.estimated_tokens * (0.6 if self.is_calibrated else 0.3)


def _is_shifted(count: int, num_ctx: int) -> bool:
    return bool(num_ctx) and abs(count - num_ctx // 2) <= _SHIFT_SLACK


def _turns(messages: Sequence[Message]) -> list[tuple[Message, ...]]:
    """Messages by turn: one of the person's and what followed it."""
    starts = [i for i, m in enumerate(messages) if m.role is Role.USER or i == 0]
    ends = [*starts[1:], len(messages)]
    return [tuple(messages[a:b]) for a, b in zip(starts, ends, strict=True)] if messages else []


def fit(
    branch: Sequence[Message], question: Message, system: str, options: Options, model: str
) -> Window:
    """The newest whole turns of `branch` that fit beside the system prompt and the question.

    A quarter of the context (or `num_predict`, if that is less) is kept for the reply. Once
    turns must go, more go than need to, and the next turns start where this one did: the
    server can then reuse what it has read, and the mark in the transcript stands still.
    """
    num_ctx = options.num_ctx or UNKNOWN_CONTEXT
    estimator = Estimator.learn(branch, model)
    history = history_of(branch)
    fixed = estimator.tokens(*filter(None, (system, question.content)))
    budget = num_ctx - _reserve(options, num_ctx) - fixed
    kept = _newest_that_fit(history, budget, estimator, _last_start(branch, model))
    used = fixed + estimator.tokens(*(message.content for message in kept))
    return Window(
        history=kept,
        question=question,
        is_whole=len(kept) == len(history),
        estimated_tokens=used,
        num_ctx=num_ctx,
        is_calibrated=estimator.is_calibrated,
    )


def exactly(
    branch: Sequence[Message],
    question: Message,
    system: str,
    options: Options,
    model: str,
    start: int | None,
) -> Window:
    """What the model saw when it saw all from the message `start` on, None for all there is."""
    history = history_of(branch)
    if start is not None:
        history = tuple(message for message in history if message.id >= start)
    estimator = Estimator.learn(branch, model)
    texts = (*filter(None, (system, question.content)), *(m.content for m in history))
    return Window(
        history=history,
        question=question,
        is_whole=start is None,
        estimated_tokens=estimator.tokens(*texts),
        num_ctx=options.num_ctx or UNKNOWN_CONTEXT,
        is_calibrated=estimator.is_calibrated,
    )


def _reserve(options: Options, num_ctx: int) -> int:
    share = num_ctx // _REPLY_SHARE
    limit = options.num_predict
    return min(limit, share) if limit and limit > 0 else share


def _newest_that_fit(
    history: tuple[Message, ...], budget: int, estimator: Estimator, last_start: int | None
) -> tuple[Message, ...]:
    costs = [estimator.ratio * raw_estimate(message.content) for message in history]
    if sum(costs) <= budget:
        return history
    for position, message in enumerate(history):
        if message.id == last_start and sum(costs[position:]) <= budget:
            return history[position:]
    kept: list[Message] = []
    room = budget * _KEEP_AFTER_DROP
    for turn in reversed(_turns(history)):
        room -= sum(estimator.ratio * raw_estimate(message.content) for message in turn)
        if room < 0:
            break
        kept[:0] = turn
    return tuple(kept)


def _last_start(branch: Sequence[Message], model: str) -> int | None:
    """Where the last reply of the model had to start, None when it saw all."""
    for message in reversed(branch):
        if message.status is not MessageStatus.FAILED and message.model == model and message.run:
            return message.run.context_start
    return None

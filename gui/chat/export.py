"""A conversation as Markdown: a transcript that a person wants to keep."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from gui.language import tr
from gui.records import (
    Conversation,
    Message,
    MessageStatus,
    Role,
    Statistics,
    StepRecord,
    StepStatus,
)

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_PROBE = "end of message"
_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>#&|~!])")
_FORBIDDEN_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f\\/:*?"<>|\u2028\u2029\ud800-\udfff]+')
_RESERVED_NAMES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)


def to_markdown(conversation: Conversation, messages: Sequence[Message]) -> str:
    """The transcript of a branch: title, date, models and presets, then every message.

    Messages keep their own Markdown, but none can reach beyond its end: a fence or a comment
    it leaves open is closed. Thinking is folded away in a `<details>` block, and so are the
    steps of a chain.
    """
    blocks = [
        f"# {_one_line(conversation.title or tr('Conversation'))}",
        _facts(conversation, messages),
    ]
    for message in messages:
        blocks += _message(message)
    return "\n\n".join(blocks) + "\n"


def transcript_name(conversation: Conversation) -> str:
    """A file name for the transcript that every system accepts, at most 100 bytes long."""
    title = _FORBIDDEN_IN_NAMES.sub(" ", conversation.title)
    title = " ".join(title.split()).encode()[:97].decode("utf-8", "ignore").strip(". ")
    if not title or _RESERVED_NAMES.fullmatch(title):
        title = f"{title} {tr('Conversation')}".strip()
    return f"{title}.md"


def _facts(conversation: Conversation, messages: Sequence[Message]) -> str:
    replies = [message for message in messages if message.role is Role.ASSISTANT]
    models = _unique(reply.model for reply in replies) or conversation.model
    presets = _unique(reply.run.preset for reply in replies if reply.run)
    facts = [
        tr("Date: {date}", date=_date(conversation.created_at)),
        tr("Model: {model}", model=_one_line(models)) if models else "",
        tr("Preset: {preset}", preset=_one_line(presets)) if presets else "",
    ]
    return "\n".join(f"- {fact}" for fact in facts if fact)


def _unique(names: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(filter(None, names)))


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")


def _message(message: Message) -> Iterator[str]:
    yield f"## {_speaker(message)}"
    if message.thinking:
        yield from _folded(message.thinking)
    if message.run and message.run.steps:
        yield from _steps(message.run.steps, message.content)
    if message.content:
        yield _closed(message.content)
    if note := _ending(message):
        yield f"*{_one_line(note)}*"
    if message.statistics:
        yield f"*{_figures(message.statistics)}*"


def _speaker(message: Message) -> str:
    match message.role:
        case Role.USER:
            return tr("You")
        case Role.SYSTEM:
            return tr("System prompt")
        case _:
            return _one_line(message.model) or tr("Model")


def _ending(message: Message) -> str:
    match message.status:
        case MessageStatus.STOPPED:
            return tr("Stopped.")
        case MessageStatus.INCOMPLETE | MessageStatus.STREAMING:
            return f"{tr('Incomplete.')} {message.error}".strip()
        case MessageStatus.FAILED:
            return f"{tr('Failed.')} {message.error}".strip()
        case MessageStatus.COMPLETE:
            return ""


def _figures(statistics: Statistics) -> str:
    parts = [tr("{count} tokens", count=statistics.eval_count)]
    if statistics.tokens_per_second:
        parts.append(tr("{rate} tokens/s", rate=f"{statistics.tokens_per_second:.1f}"))
    if statistics.first_token_ns:
        seconds = f"{statistics.first_token_ns / 1e9:.1f}"
        parts.append(tr("first token after {seconds} s", seconds=seconds))
    return ", ".join(parts)


def _steps(steps: Sequence[StepRecord], reply: str) -> Iterator[str]:
    """What each step did, and what it gave if that is not the reply itself."""
    count = tr("1 step") if len(steps) == 1 else tr("{count} steps", count=len(steps))
    yield f"<details>\n<summary>{count}</summary>"
    for step in steps:
        yield f"- {_one_line(step.title or step.name)}: {_fate(step)}"
        if step.output.strip() and step.output != reply:
            fenced = _fenced(step.output)
            yield "\n".join(f"  {line}" for line in fenced.splitlines())
    yield "</details>"


def _fate(step: StepRecord) -> str:
    seconds = tr("{seconds} s", seconds=f"{step.seconds:.1f}")
    match step.status:
        case StepStatus.DONE:
            return f"{seconds}, {tr('{count} tokens', count=step.eval_count)}"
        case StepStatus.SKIPPED:
            return tr("Skipped")
        case StepStatus.FAILED:
            return f"{tr('Failed.')} {_one_line(step.error)}".strip()
        case _:
            return tr("Stopped.")


def _folded(thinking: str) -> Iterator[str]:
    yield f"<details>\n<summary>{tr('Thinking')}</summary>"
    yield _fenced(thinking)
    yield "</details>"


def _fenced(text: str) -> str:
    """`text` in a fence longer than any fence in it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"


def _closed(content: str) -> str:
    """`content`, ended so that what follows it is Markdown of ours again."""
    content = content.strip("\r\n").rstrip()
    if _ends_by_itself(content):
        return content
    for fence in dict.fromkeys(reversed(_FENCE.findall(content))):
        if _ends_by_itself(f"{content}\n{fence}"):
            return f"{content}\n{fence}"
    return _fenced(content)


def _ends_by_itself(content: str) -> bool:
    """Whether a heading after `content` is read as one."""
    tokens = _blocks().parse(f"{content}\n\n# {_PROBE}")
    last = tokens[-3:]
    return (
        len(last) == 3
        and last[0].type == "heading_open"
        and last[0].level == 0
        and last[1].content == _PROBE
    )


@cache
def _blocks() -> MarkdownIt:
    from markdown_it import MarkdownIt  # not at start: nobody exports before talking

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def _one_line(text: str) -> str:
    """Foreign text within a line of Markdown: every sign of it literal."""
    return _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.split()))

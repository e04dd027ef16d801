"""Pictures of chains in the transcript: running, folded, unfolded, failed, run again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from gui.records import (
    Message,
    MessageStatus,
    Rerun,
    Role,
    RunRecord,
    Statistics,
    StepRecord,
    StepStatus,
)
from gui.widgets.transcript import TranscriptView

Shoot = Callable[..., Awaitable[None]]

MODEL = "smollm2:135m"
LONG_MODEL = "exaone3.5:7.8b"
FIGURES = Statistics(
    prompt_eval_count=212, eval_count=94, eval_duration=2_140_000_000, first_token_ns=310_000_000
)


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in the pictures, in one language."""

    question: str
    system: str
    translate: str
    answer: str
    english: str
    asked: str
    reply: str
    topic: str
    joke: tuple[str, str, str]
    """The title of a step, what it was asked, what it gave."""
    poem: tuple[str, str, str]
    facts: tuple[str, str, str]
    error: str


WORDS = {
    "en": Words(
        question="거시 경제가 뭐야?",
        system="You translate Korean to English. Give the translation only.",
        translate="Translate to English",
        answer="Answer in Korean",
        english="What is macroeconomics?",
        asked="Answer this question in Korean, in two sentences: What is macroeconomics?",
        reply="거시 경제는 한 나라의 경제를 전체로 보는 관점입니다. "
        "국민 소득, 물가, 실업률 같은 지표를 다룹니다.",
        topic="ice cream",
        joke=(
            "Joke",
            "Tell me a joke about ice cream.",
            "Why did the ice cream truck break down?\n\nBecause of the **rocky road**.",
        ),
        poem=(
            "Poem",
            "Write a short poem about ice cream.",
            "A cone against the summer sky,\nit melts before I ask it why.",
        ),
        facts=(
            "Facts as data",
            "Give three facts about ice cream as JSON.",
            '{\n  "origin": "China",\n  "flavours": ["vanilla", "matcha"],\n  "cold": true\n}',
        ),
        error='The server does not have the model exaone3.5:7.8b, which "Answer in Korean" needs. '
        "Choose another model, or pull this one first.",
    ),
    "ko": Words(
        question="거시 경제가 뭐야?",
        system="한국어를 영어로 옮깁니다. 번역문만 씁니다.",
        translate="영어로 옮기기",
        answer="한국어로 답하기",
        english="What is macroeconomics?",
        asked="다음 질문에 한국어 두 문장으로 답하세요: What is macroeconomics?",
        reply="거시 경제는 한 나라의 경제를 전체로 보는 관점입니다. "
        "국민 소득, 물가, 실업률 같은 지표를 다룹니다.",
        topic="아이스크림",
        joke=(
            "농담",
            "아이스크림에 관한 농담을 해 주세요.",
            "아이스크림이 왜 울었을까요?\n\n**너무 속이 녹아서**요.",
        ),
        poem=(
            "시",
            "아이스크림에 관한 짧은 시를 써 주세요.",
            "여름 하늘 아래 콘 하나,\n왜냐고 묻기 전에 녹아 버리네.",
        ),
        facts=(
            "자료로 정리하기",
            "아이스크림에 관한 사실 세 가지를 JSON으로 주세요.",
            '{\n  "origin": "중국",\n  "flavours": ["바닐라", "말차"],\n  "cold": true\n}',
        ),
        error='"한국어로 답하기" 단계에 필요한 exaone3.5:7.8b 모델이 서버에 없습니다. '
        "다른 모델을 고르거나 먼저 이 모델을 받으세요.",
    ),
}


def two_steps(words: Words) -> tuple[StepRecord, StepRecord]:
    """Translate, then answer; both done."""
    return (
        StepRecord(
            name="english",
            title=words.translate,
            model=MODEL,
            system=words.system,
            prompt=words.question,
            output=words.english,
            status=StepStatus.DONE,
            seconds=1.2,
            eval_count=7,
            stage=1,
        ),
        StepRecord(
            name="answer",
            title=words.answer,
            model=LONG_MODEL,
            prompt=words.asked,
            thinking="The person asks about macroeconomics. Two sentences are enough.",
            output=words.reply,
            status=StepStatus.DONE,
            seconds=3.0,
            eval_count=94,
            stage=2,
        ),
    )


def side_by_side(words: Words) -> tuple[StepRecord, ...]:
    """A joke, a poem and facts at the same time; all done."""
    return tuple(
        StepRecord(
            name=name,
            title=title,
            model=MODEL,
            prompt=prompt,
            output=output,
            status=StepStatus.DONE,
            seconds=seconds,
            eval_count=count,
            stage=1,
        )
        for name, (title, prompt, output), seconds, count in (
            ("joke", words.joke, 2.1, 31),
            ("poem", words.poem, 2.6, 40),
            ("facts", words.facts, 3.4, 58),
        )
    )


def prompt(text: str) -> Message:
    """What the person said."""
    return Message(1, 1, None, Role.USER, text)


def reply(content: str, steps: Sequence[StepRecord]) -> Message:
    """A reply that a chain gave."""
    run = RunRecord(MODEL, steps=tuple(steps))
    return Message(2, 1, 1, Role.ASSISTANT, content, model=MODEL, run=run, statistics=FIGURES)


def started(step: StepRecord) -> StepRecord:
    """A step as it is told of when it begins."""
    return replace(
        step, status=StepStatus.RUNNING, output="", thinking="", seconds=0.0, eval_count=0
    )


def begin(view: TranscriptView, words: Words, question: str, steps: int) -> None:
    """A reply that is about to stream."""
    view.set_messages([prompt(question)])
    live = replace(reply("", ()), status=MessageStatus.STREAMING, statistics=None)
    view.start_reply(live, steps)


def unfold(view: TranscriptView, *keys: str) -> None:
    """Open folds of the reply by their keys."""
    for key in keys:
        view._workings.transcript.fold(1, key, is_open=True)
    view._scroller.settle()


def running(view: TranscriptView, words: Words) -> None:
    """The second of two steps has begun; folded."""
    translate, answer = two_steps(words)
    begin(view, words, words.question, 2)
    view.put_step(started(translate))
    view.put_step(translate)
    view.put_step(replace(started(answer), seconds=1.4))
    view.append_text(words.reply[:28])


def parallel(view: TranscriptView, words: Words) -> None:
    """A joke and a poem stream at the same time; unfolded."""
    steps = side_by_side(words)
    begin(view, words, words.topic, 3)
    unfold(view, "steps", "step:joke", "step:poem")
    for step in steps:
        view.put_step(replace(started(step), seconds=1.6))
    for step in steps:
        view.append_step_text(step.name, step.output[: len(step.output) * 3 // 5])


def done(view: TranscriptView, words: Words) -> None:
    """Two steps, folded; run again, and it is the same."""
    view.set_messages([prompt(words.question), reply(words.reply, two_steps(words))])
    view.show_rerun(2, Rerun(same=True))


def unfolded(view: TranscriptView, words: Words) -> None:
    """Two steps, all open; run again, and it is another text."""
    view.set_messages([prompt(words.question), reply(words.reply, two_steps(words))])
    view.show_rerun(2, Rerun(same=False, differs_at=127, changed=("model",)))
    unfold(view, "steps", "step:english", "step:answer", "step-thinking:answer")


def data(view: TranscriptView, words: Words) -> None:
    """Steps that ran side by side, one of them open: its output is JSON."""
    steps = side_by_side(words)
    content = "\n\n".join(f"**{step.title}**\n\n{step.output}" for step in steps[:2])
    view.set_messages([prompt(words.topic), reply(content, steps)])
    unfold(view, "steps", "step:facts")


def failed(view: TranscriptView, words: Words) -> None:
    """The second step failed; the first can be read."""
    translate, answer = two_steps(words)
    broken = replace(
        answer,
        output="",
        thinking="",
        status=StepStatus.FAILED,
        error=words.error,
        eval_count=0,
        seconds=0.3,
    )
    message = replace(
        reply("", (translate, broken)),
        status=MessageStatus.INCOMPLETE,
        error=words.error,
        statistics=None,
    )
    view.set_messages([prompt(words.question), message])
    unfold(view, "step:english")


STATES = {
    "chain-running": running,
    "chain-parallel": parallel,
    "chain-done": done,
    "chain-unfolded": unfolded,
    "chain-data": data,
    "chain-failed": failed,
}


async def take_chains(view: TranscriptView, language: str, shoot: Shoot) -> None:
    """All pictures of one look; `view` must be on screen."""
    for name, show in STATES.items():
        show(view, WORDS[language])
        await shoot(name)
    view.set_messages(())

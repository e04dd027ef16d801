"""Chains of the notes this project grew from, and a server that answers by the prompt."""

from __future__ import annotations

import asyncio

from chat.scripted import Answer, Script
from chat.table import Table, collect
from gui.chat import TurnEvent
from gui.records import Chain, ModelInfo, Options, OutputKind, Preset, Step, StepRecord

TRANSLATE = Step("english", "Translate into English: {input}", title="영어로")
ANSWER = Step("answer", "{input} ({english})", system="너는 권봇이다.")
KWONBOT = Preset("translate-then-answer", "권봇", chain=Chain(stages=((TRANSLATE,), (ANSWER,))))
JOKE = Step("joke", "Tell a joke about {input}", title="Joke")
POEM = Step("poem", "Write a poem about {input}", title="Poem")
TOGETHER = Preset("joke-and-poem", "Joke and poem", chain=Chain(stages=((JOKE, POEM),)))
IS_CODE = Step("is_code", "Is it code? {input}", output=OutputKind.BOOLEAN)
REVIEW = Step("review", "Review {input}", when="is_code")
PLAIN = Step("plain", "Answer {input}", when="not is_code")
SORTING = Preset("sorting", "Sorting", chain=Chain(stages=((IS_CODE,), (REVIEW, PLAIN))))


def chained(*stages: Step | tuple[Step, ...], reply: str = "", **more: object) -> Preset:
    """A preset of a chain; a stage of one step can be given as the step."""
    tuples = tuple(stage if isinstance(stage, tuple) else (stage,) for stage in stages)
    options = Options(num_ctx=1024, seed=3)
    return Preset("c", "C", chain=Chain(tuples, reply), **{"options": options} | more)  # type: ignore[arg-type]


def by_prompt(answers: dict[str, str | Script], pause: float = 0.0) -> Script:
    """Answers whose prompt begins with the key, word by word."""

    async def script(answer: Answer) -> None:
        prompt = answer.request["messages"][-1]["content"]
        said = next(text for start, text in answers.items() if prompt.startswith(start))
        if not isinstance(said, str):
            await said(answer)
            return
        words = said.split(" ")
        for number, word in enumerate(words):
            await answer.token(word if number == 0 else f" {word}")
            await asyncio.sleep(pause)
        await answer.done(20, len(words))

    return script


async def say(
    table: Table, text: str, preset: Preset, model: ModelInfo, **more: dict[str, str]
) -> list[TurnEvent]:
    return await collect(table.session.send(table.conversation_id, text, model, preset, **more))


def statuses(steps: tuple[StepRecord, ...]) -> dict[str, str]:
    return {step.name: step.status.value for step in steps}

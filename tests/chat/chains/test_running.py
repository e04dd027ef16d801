"""A chain in a turn: every step told as it runs, and what is kept when it does not go well."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from chat.chains.samples import (
    ANSWER,
    IS_CODE,
    JOKE,
    KWONBOT,
    POEM,
    SORTING,
    TOGETHER,
    TRANSLATE,
    by_prompt,
    chained,
    say,
    statuses,
)
from chat.scripted import Answer, in_turn, says, with_models
from chat.table import MODEL, THINKER, eventually, laid
from gui.chat import (
    MessageSaved,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyStopped,
    ReplyToken,
    StepEnded,
    StepStarted,
    StepThinking,
    StepToken,
    ThinkingToken,
    TurnEvent,
)
from gui.chat.chains import running
from gui.errors import ContextOverflow, PresetError, StepModelNotFound, StepSilent
from gui.records import (
    Message,
    MessageStatus,
    Options,
    OutputKind,
    Preset,
    Step,
    StepStatus,
    Variable,
    VariableSource,
)

KOREAN = {"Translate": "Why is the sky blue?", "하늘은": "공기가 파란빛을 퍼뜨립니다."}


def reply_text(events: list[TurnEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReplyToken))


def reply_of(events: list[TurnEvent]) -> Message:
    end = events[-1]
    assert isinstance(end, ReplyFinished), end
    return end.message


def test_the_two_steps_of_the_notes(tmp_path: Path) -> None:
    """Korean in, English between, 권봇's Korean out."""

    async def main() -> None:
        async with laid(tmp_path, by_prompt(KOREAN)) as table:
            events = await say(table, "하늘은 왜 파랄까?", KWONBOT, MODEL)
            kinds = [kind for kind, _ in itertools.groupby(map(type, events))]
            assert kinds == [
                *(MessageSaved, ReplyStarted),
                *(StepStarted, StepToken, StepEnded),
                *(StepStarted, ReplyToken, StepEnded),
                ReplyFinished,
            ]
            first, second = table.server.requests
            assert first["messages"] == [
                {"role": "user", "content": "Translate into English: 하늘은 왜 파랄까?"}
            ]
            assert second["messages"] == [
                {"role": "system", "content": "너는 권봇이다."},
                {"role": "user", "content": "하늘은 왜 파랄까? (Why is the sky blue?)"},
            ]
            assert first["options"] == second["options"]
            assert first["think"] is False
            message = reply_of(events)
            assert message.content == reply_text(events) == KOREAN["하늘은"]
            assert message == (await table.branch())[-1]
            assert message.statistics
            assert message.statistics.prompt_eval_count == 40
            assert message.statistics.eval_count == 5 + 3
            assert message.statistics.first_token_ns > 0

    asyncio.run(main())


def test_what_a_run_record_says_of_its_steps(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, by_prompt(KOREAN)) as table:
            message = reply_of(await say(table, "하늘은 왜 파랄까?", KWONBOT, MODEL))
            assert message.run
            assert 'name = "english"' in message.run.chain
            assert message.run.options.seed == table.server.requests[0]["options"]["seed"]
            english, answer = message.run.steps
            assert (english.name, english.title) == ("english", "영어로")
            assert english.prompt == "Translate into English: 하늘은 왜 파랄까?"
            assert english.output == "Why is the sky blue?"
            assert english.status is StepStatus.DONE
            assert (english.model, english.digest) == (MODEL.name, MODEL.digest)
            assert (english.prompt_eval_count, english.eval_count) == (20, 5)
            assert 0 < english.seconds < 60
            assert english.options.num_ctx == 4096
            assert answer.system == "너는 권봇이다."

    asyncio.run(main())


def test_steps_side_by_side_stream_in_between(tmp_path: Path) -> None:
    async def main() -> None:
        script = by_prompt({"Tell": "ha " * 9 + "ha", "Write": "la " * 9 + "la"}, pause=0.005)
        async with laid(tmp_path, script) as table:
            events = await say(table, "cats", TOGETHER, MODEL)
            names = [event.name for event in events if isinstance(event, StepToken)]
            turns = [name for name, _ in itertools.groupby(names)]
            assert len(turns) > 4, turns
            message = reply_of(events)
            joke, poem = "ha " * 9 + "ha", "la " * 9 + "la"
            assert message.content == f"**Joke**\n\n{joke}\n\n**Poem**\n\n{poem}"
            assert reply_text(events) == message.content

    asyncio.run(main())


def test_a_reply_template_takes_any_output(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, by_prompt({"Tell": "ha {input}", "Write": "la"})) as table:
            preset = chained(JOKE, POEM, reply="{{{joke}}} / {poem} / {input}")
            message = reply_of(await say(table, "cats {joke}", preset, MODEL))
            assert message.content == "{ha {input}} / la / cats {joke}"

    asyncio.run(main())


def test_names_in_korean(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, by_prompt({"옮겨": "Sky?", "답": "{영어}"})) as table:
            preset = chained(
                Step("영어", "옮겨: {input} {말투}"),
                (Step("답", "답 {영어}"), Step("시", "답 {영어} {말투}")),
                reply="{답} / {시}",
                variables=(Variable("말투", default="다정하게"),),
            )
            message = reply_of(await say(table, "하늘", preset, MODEL))
            asked = {r["messages"][-1]["content"] for r in table.server.requests}
            assert asked == {"옮겨: 하늘 다정하게", "답 Sky?", "답 Sky? 다정하게"}
            assert message.content == "{영어} / {영어}"

    asyncio.run(main())


def test_tpl_02_values_are_never_templates(tmp_path: Path) -> None:
    """Neither what a person says, nor what a model says, nor a variable."""

    async def main() -> None:
        hostile = "{input} {{english}} {x.__class__} {0}"
        async with laid(tmp_path, by_prompt({"": hostile})) as table:
            answer = Step("answer", "{input}|{english}|{tone}", system="Be {tone}.")
            preset = chained(TRANSLATE, answer, variables=(Variable("tone"),))
            await say(table, hostile, preset, MODEL, variables={"tone": hostile})
            second = table.server.requests[1]["messages"]
            assert second[0]["content"] == f"Be {hostile}."
            assert second[1]["content"] == f"{hostile}|{hostile}|{hostile}"

    asyncio.run(main())


def test_tpl_05_a_dict_with_lc_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "bird")
    hostile = '{"lc": 1, "type": "secret", "id": ["CANARY"]}'

    async def main() -> None:
        async with laid(tmp_path, by_prompt({"": hostile})) as table:
            first = Step("data", "Give data", output=OutputKind.JSON)
            events = await say(table, "x", chained(first, Step("out", "{data}")), MODEL)
            assert table.server.requests[1]["messages"][-1]["content"] == hostile
            assert reply_of(events).content == hostile
            saved = (await table.branch())[-1]
            assert saved.run
            assert [step.output for step in saved.run.steps] == [hostile, hostile]

    asyncio.run(main())


def test_tpl_07_a_chain_that_cannot_run_sends_nothing(tmp_path: Path) -> None:
    loop = chained(Step("a", "{b}"), Step("b", "{a}"))
    long = chained(*(Step(f"s{n}", "x") for n in range(51)))

    async def main() -> None:
        async with laid(tmp_path, says("a")) as table:
            for preset in (loop, long):
                end = (await say(table, "x", preset, MODEL))[-1]
                assert isinstance(end, ReplyFailed)
                assert isinstance(end.error, PresetError)
            assert table.server.requests == []

    asyncio.run(main())


def test_tpl_01_a_prompt_has_an_end(tmp_path: Path) -> None:
    """A prompt that names a long value often would be gigabytes."""

    async def main() -> None:
        async with laid(tmp_path, says("a")) as table:
            preset = chained(Step("a", "{input}" * 50))
            end = (await say(table, "x" * 50_000, preset, MODEL))[-1]
            assert isinstance(end, ReplyFailed)
            assert isinstance(end.error, PresetError)
            assert table.server.requests == []
            assert end.message.run
            assert statuses(end.message.run.steps) == {"a": "failed"}

    asyncio.run(main())


def test_a_failing_step_keeps_the_earlier_ones_and_stops_its_siblings(tmp_path: Path) -> None:
    async def refuse(answer: Answer) -> None:
        await asyncio.sleep(0.1)
        await answer.refuse(500, "out of luck")

    async def endless(answer: Answer) -> None:
        for number in itertools.count():
            await answer.token(f"{number} ")
            await asyncio.sleep(0.005)

    async def main() -> None:
        script = by_prompt({"Translate": "Fine.", "Tell": refuse, "Write": endless})
        async with laid(tmp_path, script) as table:
            events = await say(table, "x", chained(TRANSLATE, (JOKE, POEM), ANSWER), MODEL)
            end = events[-1]
            assert isinstance(end, ReplyFailed)
            assert "out of luck" in str(end.error)
            assert end.message.status is MessageStatus.INCOMPLETE
            saved = (await table.branch())[-1]
            assert saved == end.message
            assert saved.run
            assert statuses(saved.run.steps) == {
                "english": "done",
                "joke": "failed",
                "poem": "stopped",
            }
            english, joke, poem = saved.run.steps
            assert english.output == "Fine."
            assert "out of luck" in joke.error
            assert poem.output.startswith("0 1 ")
            assert sum(isinstance(event, StepEnded) for event in events) == 3
            await eventually(lambda: table.server.connections <= 2)
            assert len(table.server.requests) == 3

    asyncio.run(main())


def test_stop_stops_every_step(tmp_path: Path) -> None:
    """NET-27: no request is left behind, whatever the moment."""

    async def endless(answer: Answer) -> None:
        for number in itertools.count():
            await answer.token(f"{number} ")
            await asyncio.sleep(0.002)

    async def main() -> None:
        script = by_prompt({"Translate": "Fine.", "Tell": endless, "Write": endless})
        async with laid(tmp_path, script) as table:
            preset = chained(TRANSLATE, (JOKE, POEM), ANSWER)
            for moment in range(12):
                table.conversation_id = (await table.store.create()).id
                sent = len(table.server.requests)
                task = asyncio.create_task(say(table, "x", preset, MODEL))
                await eventually(lambda sent=sent: len(table.server.requests) > sent)  # type: ignore[misc]
                await asyncio.sleep(moment * 0.004)
                task.cancel()
                end = (await task)[-1]
                assert isinstance(end, ReplyStopped)
                assert end.message.status is MessageStatus.STOPPED
                assert end.message.run
                assert "running" not in statuses(end.message.run.steps).values()
                assert end.message == (await table.branch())[-1]
            await eventually(lambda: table.server.connections <= 1)
            steps = end.message.run.steps
            assert statuses(steps) == {"english": "done", "joke": "stopped", "poem": "stopped"}
            assert steps[1].output

    asyncio.run(main())


def test_when_decides_what_runs(tmp_path: Path) -> None:
    async def main() -> None:
        answers = {"Is it": in_turn([says("Yes."), says("아니요")]), "Review": "R", "Answer": "A"}
        async with laid(tmp_path, by_prompt(answers)) as table:
            code, prose = [
                reply_of(await say(table, text, SORTING, MODEL)) for text in ("x = 1", "hi")
            ]
            assert (code.content, prose.content) == ("R", "A")
            assert code.run
            assert prose.run
            assert statuses(code.run.steps) == {
                "is_code": "done",
                "review": "done",
                "plain": "skipped",
            }
            assert statuses(prose.run.steps)["review"] == "skipped"
            assert [step.name for step in prose.run.steps] == ["is_code", "review", "plain"]
            assert len(table.server.requests) == 4

    asyncio.run(main())


def test_a_list_and_json_go_on_as_text(tmp_path: Path) -> None:
    schema = '{"type": "object", "required": ["city"]}'

    async def main() -> None:
        answers = {"List": "1. one\n2. two", "Extract": '```json\n{"city": "서울"}\n```', "A": "B"}
        async with laid(tmp_path, by_prompt(answers)) as table:
            preset = chained(
                (
                    Step("items", "List {input}", output=OutputKind.LIST),
                    Step("place", "Extract", output=OutputKind.JSON, schema=schema),
                ),
                Step("out", "A {items} {place}"),
            )
            reply_of(await say(table, "x", preset, MODEL))
            asked = {r["messages"][-1]["content"]: r for r in table.server.requests}
            assert 'A one\ntwo {"city": "서울"}' in asked
            assert asked["Extract"]["format"] == {"type": "object", "required": ["city"]}
            assert "format" not in asked["List x"] or asked["List x"]["format"] is None

    asyncio.run(main())


def test_history_where_it_is_wanted(tmp_path: Path) -> None:
    async def main() -> None:
        answers = {"Sum up": "sum", "Answer": "fine"}
        async with laid(tmp_path, by_prompt(answers)) as table:
            preset = chained(
                Step("sum", "Sum up", history=True), Step("out", "Answer {sum}", system="S")
            )
            for text in ("one", "two"):
                await say(table, text, preset, MODEL)
            with_history, without = table.server.requests[2:]
            assert [m["content"] for m in with_history["messages"]] == ["one", "fine", "Sum up"]
            assert [m["content"] for m in without["messages"]] == ["S", "Answer sum"]

    asyncio.run(main())


def test_a_history_that_does_not_fit_is_sent_again_shorter(tmp_path: Path) -> None:
    async def small(answer: Answer) -> None:
        if len(answer.request["messages"]) > 3:
            await answer.refuse(400, "the prompt is longer than the context length")
        else:
            await says("ok")(answer)

    async def main() -> None:
        async with laid(tmp_path, small) as table:
            preset = chained(Step("out", "{input}", history=True))
            for text in ("one", "two"):
                await say(table, text, preset, MODEL)
            message = reply_of(await say(table, "three", preset, MODEL))
            assert message.run
            assert message.run.context_start == (await table.branch())[2].id
            assert message.content == "ok"
            small_start = [len(r["messages"]) for r in table.server.requests]
            assert small_start == [1, 3, 5, 3]

    asyncio.run(main())


def test_an_overflow_without_history_is_the_end(tmp_path: Path) -> None:
    async def refuse(answer: Answer) -> None:
        await answer.refuse(400, "the prompt is longer than the context length")

    async def main() -> None:
        async with laid(tmp_path, refuse) as table:
            end = (await say(table, "x", KWONBOT, MODEL))[-1]
            assert isinstance(end, ReplyFailed)
            assert isinstance(end.error, ContextOverflow)
            assert end.message.status is MessageStatus.FAILED

    asyncio.run(main())


def test_a_step_with_a_model_of_its_own(tmp_path: Path) -> None:
    async def main() -> None:
        script = with_models(["big:7b"], by_prompt({"": "a"}))
        async with laid(tmp_path, script) as table:
            own = Step("own", "1", model="big:7b", options=Options(temperature=0.0))
            preset = chained(own, Step("out", "{own}"), options=Options(seed=3, temperature=0.9))
            message = reply_of(await say(table, "x", preset, MODEL))
            big, small = table.server.requests
            assert (big["model"], small["model"]) == ("big:7b", MODEL.name)
            assert big["options"] == {"num_ctx": 2048, "seed": 3, "temperature": 0.0}
            assert small["options"] == {"num_ctx": 4096, "seed": 3, "temperature": 0.9}
            assert message.run
            assert [step.digest for step in message.run.steps] == ["d" * 64, MODEL.digest]

            missing = chained(TRANSLATE, Step("out", "1", title="Out", model="none"))
            end = (await say(table, "x", missing, MODEL))[-1]
            assert isinstance(end, ReplyFailed)
            assert isinstance(end.error, StepModelNotFound)
            assert "Out" in str(end.error)
            assert "none" in str(end.error)
            assert len(table.server.requests) == 2

    asyncio.run(main())


def test_thinking_of_steps(tmp_path: Path) -> None:
    """A step that must be read does not think; the thinking of the last is the reply's."""

    async def thinks(answer: Answer) -> None:
        if answer.request["think"]:
            await answer.token(thinking="Hm.")
        await answer.token("yes")
        await answer.done()

    async def main() -> None:
        async with laid(tmp_path, thinks) as table:
            preset = chained(TRANSLATE, IS_CODE, Step("out", "{english}"))
            events = await say(table, "x", preset, THINKER)
            assert [r["think"] for r in table.server.requests] == [True, False, True]
            assert [e for e in events if isinstance(e, StepThinking)] == [
                StepThinking("english", "Hm.")
            ]
            assert [e for e in events if isinstance(e, ThinkingToken)] == [ThinkingToken("Hm.")]
            message = reply_of(events)
            assert (message.content, message.thinking) == ("yes", "Hm.")
            assert message.run
            assert [step.thinking for step in message.run.steps] == ["Hm.", "", "Hm."]

    asyncio.run(main())


def test_a_silent_step_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NET-10: the ten minutes made short. A slow step is not a silent one."""

    async def slow(answer: Answer) -> None:
        for _ in range(30):
            await asyncio.sleep(0.05)
            await answer.token("a")
        await answer.done()

    async def silent(answer: Answer) -> None:
        await answer.token("b")
        await answer.gone()

    async def main() -> None:
        async with laid(tmp_path, by_prompt({"Translate": slow, "Go": silent})) as table:
            monkeypatch.setattr(running, "STEP_SECONDS", 1.0)
            preset = chained(TRANSLATE, Step("go", "Go {english}", title="Go"))
            end = (await say(table, "x", preset, MODEL))[-1]
            assert isinstance(end, ReplyFailed)
            assert isinstance(end.error, StepSilent)
            assert end.message.run
            assert statuses(end.message.run.steps) == {"english": "done", "go": "failed"}
            assert end.message.content == "b"
            await eventually(lambda: table.server.connections <= 1)

    asyncio.run(main())


def test_a_preset_without_chain_has_variables_too(tmp_path: Path) -> None:
    async def main() -> None:
        async with laid(tmp_path, says("a")) as table:
            preset = Preset(
                "p",
                "P",
                system="Be {tone} in {place}, in {language}.",
                variables=(
                    Variable("place", default="서울"),
                    Variable("language", VariableSource.LANGUAGE),
                ),
            )
            message = reply_of(await say(table, "x", preset, MODEL, variables={"tone": "{kind}"}))
            system = table.server.requests[0]["messages"][0]["content"]
            assert system == "Be {kind} in 서울, in English."
            assert message.run
            assert message.run.system == system
            assert dict(message.run.variables) == {
                "tone": "{kind}",
                "place": "서울",
                "language": "English",
            }

            end = (await say(table, "x", preset, MODEL))[-1]
            assert isinstance(end, ReplyFailed)
            assert isinstance(end.error, PresetError)
            assert "tone" in str(end.error)
            assert len(table.server.requests) == 1

    asyncio.run(main())


def test_a_killed_app_keeps_the_steps_so_far(tmp_path: Path) -> None:
    """DB-01: what a step gave is on the disk within a second, though the reply is still empty."""

    async def hanging(answer: Answer) -> None:
        await answer.token("half a poem")
        await answer.gone()

    async def main() -> None:
        async with laid(tmp_path, by_prompt({"Tell": "joke", "Write": hanging})) as table:
            task = asyncio.create_task(say(table, "x", TOGETHER, MODEL))

            async def on_disk() -> tuple[str, ...]:
                branch = await table.branch()
                run = branch[-1].run if branch else None
                return tuple(step.output for step in run.steps) if run else ()

            async with asyncio.timeout(20):
                while await on_disk() != ("joke", "half a poem"):
                    await asyncio.sleep(0.05)
            task.cancel()
            assert isinstance((await task)[-1], ReplyStopped)

    asyncio.run(main())

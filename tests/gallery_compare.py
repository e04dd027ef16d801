"""Pictures of comparing: two and four answers, streaming, done, failed; differences; a replay."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from app_driver import AppDriver

from gui.chat import (
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyStopped,
    ReplyToken,
)
from gui.controllers.lane import Contender, Lane
from gui.controllers.outcome import first_good
from gui.errors import ModelNotFound
from gui.records import (
    Message,
    MessageStatus,
    ModelInfo,
    Preset,
    ReplayRow,
    Role,
    RunRecord,
    Statistics,
)
from gui.windows.compare.replay_window import ReplayWindow
from gui.windows.compare.window import CompareWindow

Shoot = Callable[..., Awaitable[None]]

MODELS = tuple(
    ModelInfo(name, size=size, parameter_size=parameters, quantization="Q4_K_M")
    for name, size, parameters in (
        ("exaone3.5:7.8b", 4_770_000_000, "7.8B"),
        ("gemma3:4b", 3_340_000_000, "4.3B"),
        ("qwen3:8b-q4_K_M", 5_200_000_000, "8.2B"),
        ("smollm2:135m", 98_362_432, "135M"),
    )
)
QUESTION = {
    "en": "Why is the sky blue? Answer in two or three sentences.",
    "ko": "하늘은 왜 파란가요? 두세 문장으로 답해 주세요.",
}
ANSWERS = {
    "en": (
        "Sunlight is a mixture of all colours. The molecules of the air scatter **short waves** "
        "more than long ones, so blue light reaches our eyes from every direction.\n\n"
        "- *Rayleigh scattering* grows with 1/λ⁴\n- violet is scattered too, but our eyes are "
        "less sensitive to it",
        "Sunlight contains all colours. The molecules of the air scatter short waves more "
        "strongly than long ones, so blue light comes to our eyes from everywhere in the sky.",
        "Because of **Rayleigh scattering**:\n\n```python\nintensity = 1 / wavelength**4\n```\n\n"
        "Blue has a short wavelength, so it is scattered most.",
    ),
    "ko": (
        "햇빛에는 모든 색이 섞여 있습니다. 공기 분자는 **파장이 짧은 빛**을 긴 빛보다 더 많이 "
        "흩뜨리므로, 파란빛이 사방에서 눈에 들어옵니다.\n\n"
        "- *레일리 산란*은 1/λ⁴에 비례합니다\n- 보랏빛도 흩어지지만 눈이 덜 느낍니다",
        "햇빛은 모든 색을 담고 있습니다. 공기 분자는 파장이 짧은 빛을 긴 빛보다 강하게 "
        "흩뜨리므로, 하늘 어디에서나 파란빛이 눈에 들어옵니다.",
        "**레일리 산란** 때문입니다.\n\n```python\nintensity = 1 / wavelength**4\n```\n\n"
        "파란빛은 파장이 짧아서 가장 많이 흩어집니다.",
    ),
}
FIGURES = Statistics(
    prompt_eval_count=31,
    eval_count=94,
    total_duration=3_480_000_000,
    eval_duration=2_940_000_000,
    first_token_ns=412_000_000,
)


def reply(number: int, model: str, text: str) -> Message:
    return Message(
        100 + number,
        1,
        1,
        Role.ASSISTANT,
        text,
        status=MessageStatus.STREAMING,
        model=model,
        run=RunRecord(model),
    )


def finished(started: Message, text: str, speed: float) -> Message:
    figures = replace(FIGURES, eval_duration=int(FIGURES.eval_duration / speed))
    return replace(started, content=text, status=MessageStatus.COMPLETE, statistics=figures)


async def take_compare(app: AppDriver, language: str, shoot: Shoot) -> None:
    """All pictures of one look."""
    app.to.chat.new()
    window = app.window.comparing.compare()
    app.to.compare.contenders.choose([app.to.models.models[0].name], ["assistant", "precise"])
    await shoot("compare-empty", window=window)
    window.side.list.search.setText("정확" if language == "ko" else "pre")
    await shoot("compare-search", window=window)
    window.side.list.search.clear()
    app.to.sending.choose_temperature(1.1)
    await shoot("compare-temperature", window=window)
    await _two(app, window, language, shoot)
    app.to.sending.choose_temperature(None)
    await _four(app, window, language, shoot)
    app.to.compare._set_lanes(())
    window.close()
    await _replay(app, language, shoot)


def _lanes(app: AppDriver, language: str, models: tuple[ModelInfo, ...]) -> tuple[Lane, ...]:
    compare = app.to.compare
    preset = next((p for p in app.to.presets.presets if p.id == "assistant"), Preset("", ""))
    question = Message(1, 1, None, Role.USER, QUESTION[language])
    compare.question = question
    sending = app.to.sending.of(preset, None)
    lanes = tuple(Lane(n, Contender(m, sending), compare) for n, m in enumerate(models))
    compare._running = 1
    compare._set_lanes(lanes)
    return lanes


def _settle(app: AppDriver) -> None:
    app.to.compare._running = 0
    app.to.compare.goes_on = first_good(app.to.compare.lanes)
    app.to.compare.changed.emit()


async def _two(app: AppDriver, window: CompareWindow, language: str, shoot: Shoot) -> None:
    first, second = _lanes(app, language, MODELS[:2])
    texts = ANSWERS[language]
    started = [reply(n, lane.contender.model.name, "") for n, lane in enumerate((first, second))]
    first.take(ReplyStarted(started[0]))
    second.take(ReplyStarted(started[1]))
    first.take(ReplyToken(texts[0][:90]))
    second.take(ReplyToken(texts[1][:60]))
    await shoot("compare-streaming", window=window)
    first.take(ReplyToken(texts[0][90:]))
    second.take(ReplyToken(texts[1][60:]))
    first.take(ReplyFinished(finished(started[0], texts[0], 1.0)))
    second.take(ReplyFinished(finished(started[1], texts[1], 1.4)))
    _settle(app)
    await asyncio.sleep(0.6)
    await shoot("compare-done", window=window)
    window.differences.click()
    await app.until(lambda: window.diff.diff.pages.currentIndex() == 1, "they are compared")
    await shoot("compare-differences", window=window)
    window.differences.click()


async def _four(app: AppDriver, window: CompareWindow, language: str, shoot: Shoot) -> None:
    lanes = _lanes(app, language, MODELS)
    texts = ANSWERS[language]
    started = [reply(n, lane.contender.model.name, "") for n, lane in enumerate(lanes)]
    for lane, message in zip(lanes, started, strict=True):
        lane.take(ReplyStarted(message))
    lanes[0].take(ReplyToken(texts[0]))
    lanes[0].take(ReplyFinished(finished(started[0], texts[0], 1.0)))
    lanes[1].take(ReplyToken(texts[1][:40]))
    stopped = replace(finished(started[1], texts[1][:40], 1.2), status=MessageStatus.STOPPED)
    lanes[1].take(ReplyStopped(stopped))
    error = ModelNotFound(MODELS[2].name)
    failed = replace(started[2], status=MessageStatus.FAILED, error=str(error))
    lanes[2].take(ReplyFailed(failed, error))
    lanes[3].take(ReplyToken(texts[2]))
    await asyncio.sleep(0.4)
    await shoot("compare-four", window=window)
    window.who.click()
    await shoot("compare-four-side", window=window)
    lanes[3].take(ReplyFinished(finished(started[3], texts[2], 9.0)))
    _settle(app)
    await asyncio.sleep(0.2)


async def _replay(app: AppDriver, language: str, shoot: Shoot) -> None:
    listed = app.to.conversations.conversations
    app.window.comparing.replay(listed[0].id)
    window = app.window.companions.find("replay")
    assert isinstance(window, ReplayWindow)
    replay = app.to.replay
    await app.until(window.start.isEnabled, "it is ready")
    await shoot("replay-ready", window=window)
    app.to.chat.open(listed[0].id)
    await app.until(lambda: app.to.chat.shown == listed[0].id, "it is on show")
    app.to.sending.choose_temperature(1.1)
    await shoot("replay-temperature", window=window)
    app.to.sending.choose_temperature(None)
    texts = ANSWERS[language]
    asked = Message(1, 1, None, Role.USER, QUESTION[language])
    old = finished(reply(1, MODELS[1].name, ""), texts[1], 1.0)
    new = finished(reply(2, MODELS[0].name, ""), texts[0], 1.3)
    row = ReplayRow(9, 1, 5, asked, old, new, 3.5)
    replay.questions, replay.is_running = 5, True
    rows = (
        row,
        replace(row, number=2, new=replace(new, content=old.content)),
        replace(row, number=3, old=None),
        replace(
            row,
            number=4,
            new=replace(new, content="", statistics=None, status=MessageStatus.FAILED),
            error=str(ModelNotFound(MODELS[0].name)),
        ),
    )
    replay.changed.emit()
    for each in rows:
        replay.rows = (*replay.rows, each)
        replay.row_added.emit(each)
    await app.until(lambda: window.diff.pages.currentIndex() == 1, "a row is compared")
    await shoot("replay-running", window=window)
    replay.is_running = False
    replay.changed.emit()
    window.table.selectRow(3)
    await shoot("replay-failed", window=window)
    replay.rows = ()
    window.close()

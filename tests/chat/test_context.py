"""What fits is decided by us, by whole turns, and steadily."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.chat import context
from gui.chat.context import Estimator, Window, complete_options, fit, history_of, raw_estimate
from gui.records import (
    Message,
    MessageStatus,
    ModelInfo,
    Options,
    Role,
    RunRecord,
    Statistics,
)

MODEL = "m"


def turns(count: int, words: int = 50, *, prompt_ratio: float = 0.0) -> tuple[Message, ...]:
    """Turns of about `words` * 1.25 tokens a message; replies say what their prompt cost."""
    branch: list[Message] = []
    total = 0.0
    for number in range(count):
        user_id = 2 * number + 1
        text = "word " * words
        total += raw_estimate(text)
        spent = Statistics(prompt_eval_count=round(total * prompt_ratio))
        branch += [
            Message(user_id, 1, user_id - 1 or None, Role.USER, text),
            Message(
                user_id + 1,
                1,
                user_id,
                Role.ASSISTANT,
                text,
                model=MODEL,
                statistics=spent,
                run=RunRecord(MODEL, options=Options(num_ctx=4096)),
            ),
        ]
        total += raw_estimate(text)
    return tuple(branch)


def question(text: str = "And now?", identity: int = 10_001) -> Message:
    return Message(identity, 1, None, Role.USER, text)


def test_num_ctx_is_always_set_and_never_more_than_the_model_has() -> None:
    assert complete_options(Options(), ModelInfo("m")).num_ctx == 4096
    assert complete_options(Options(), ModelInfo("m", context_length=2048)).num_ctx == 2048
    assert complete_options(Options(), ModelInfo("m", context_length=131_072)).num_ctx == 8192
    asked = complete_options(
        Options(num_ctx=16_384, seed=1), ModelInfo("m", context_length=131_072)
    )
    assert asked == Options(num_ctx=16_384, seed=1)
    assert (
        complete_options(Options(num_ctx=9000), ModelInfo("m", context_length=2048)).num_ctx == 2048
    )


def test_estimates_know_korean() -> None:
    assert raw_estimate("") < 10
    assert 90 < raw_estimate("abcd" * 100) < 120
    assert 390 < raw_estimate("온돌방의" * 100) < 420
    assert raw_estimate("\ud800") < 10


def test_a_short_conversation_is_sent_whole() -> None:
    window = fit(turns(3), question(), "Be kind.", Options(num_ctx=4096), MODEL)
    assert window.is_whole
    assert window.start is None
    assert window.history == turns(3)


def test_the_oldest_turns_go_whole() -> None:
    window = fit(turns(40), question(), "Be kind.", Options(num_ctx=2048), MODEL)
    assert not window.is_whole
    assert window.history
    assert window.history[0].role is Role.USER
    assert window.history[-1] == turns(40)[-1]
    assert window.start == window.history[0].id
    assert window.estimated_tokens < 2048 * 0.75


def test_the_start_stands_still_while_it_fits() -> None:
    branch = turns(40)
    first = fit(branch, question(), "", Options(num_ctx=2048), MODEL)
    reply = Message(
        10_002,
        1,
        10_001,
        Role.ASSISTANT,
        "Well.",
        model=MODEL,
        run=RunRecord(MODEL, context_start=first.start, options=Options(num_ctx=2048)),
    )
    longer = (*branch, question(), reply)
    second = fit(longer, question("More?", 10_003), "", Options(num_ctx=2048), MODEL)
    assert second.start == first.start
    assert len(second.history) == len(first.history) + 2


def test_a_question_too_long_is_sent_alone() -> None:
    window = fit(turns(3), question("word " * 9000), "S", Options(num_ctx=2048), MODEL)
    assert window.history == ()
    assert window.start == 10_001
    assert window.shorter() is None


def test_the_estimate_learns_from_what_prompts_cost() -> None:
    assert Estimator.learn(turns(10, prompt_ratio=2.0), MODEL).ratio == pytest.approx(
        rel=0.02, expected=2.0
    )
    assert Estimator.learn(turns(10, prompt_ratio=0.7), MODEL).ratio == pytest.approx(
        rel=0.02, expected=0.7
    )
    assert not Estimator.learn(turns(10, prompt_ratio=2.0), "other").is_calibrated
    assert not Estimator.learn(turns(10), MODEL).is_calibrated


def test_a_korean_conversation_on_an_english_tokenizer_is_cut_earlier() -> None:
    plain = fit(turns(40), question(), "", Options(num_ctx=4096), MODEL)
    costly = fit(turns(40, prompt_ratio=3.0), question(), "", Options(num_ctx=4096), MODEL)
    assert len(costly.history) < len(plain.history) / 2


def test_shorter_ends() -> None:
    window = fit(turns(13), question(), "", Options(num_ctx=8192), MODEL)
    assert window.is_whole
    lengths = []
    while shorter := window.shorter():
        assert shorter.start == (shorter.history[0].id if shorter.history else 10_001)
        assert shorter.estimated_tokens < window.estimated_tokens
        lengths.append(len(shorter.history) // 2)
        window = shorter
    assert lengths == [6, 3, 1, 0]


def test_a_silent_cut_is_noticed() -> None:
    window = fit(turns(20, prompt_ratio=1.0), question(), "", Options(num_ctx=4096), MODEL)
    honest = Statistics(prompt_eval_count=window.estimated_tokens)
    assert not window.was_cut(honest)
    assert not window.was_cut(Statistics(prompt_eval_count=int(window.estimated_tokens * 0.8)))
    assert window.was_cut(Statistics(prompt_eval_count=int(window.estimated_tokens * 0.5)))
    assert not window.was_cut(Statistics())


def test_half_a_context_is_a_cut() -> None:
    """NET-22: a prompt that nearly fills 4096 tokens comes back as 2050."""
    full = Window((), question(), is_whole=True, estimated_tokens=3500, num_ctx=4096)
    assert full.was_cut(Statistics(prompt_eval_count=2050))
    assert not full.was_cut(Statistics(prompt_eval_count=2300))
    small = replace(full, estimated_tokens=2500)
    assert not small.was_cut(Statistics(prompt_eval_count=2050))


def test_cut_prompts_teach_nothing() -> None:
    branch = turns(10, prompt_ratio=1.0)
    cut = Message(
        99,
        1,
        98,
        Role.ASSISTANT,
        "x",
        model=MODEL,
        statistics=Statistics(prompt_eval_count=2050),
        run=RunRecord(MODEL, options=Options(num_ctx=4096)),
    )
    assert Estimator.learn((*branch, cut), MODEL) == Estimator.learn(branch, MODEL)


def test_replies_that_never_came_are_not_sent() -> None:
    failed = Message(3, 1, 2, Role.ASSISTANT, "", status=MessageStatus.FAILED)
    assert history_of((*turns(1), failed)) == turns(1)


@given(
    st.integers(0, 60),
    st.integers(1, 400),
    st.integers(64, 20_000),
    st.floats(0.6, 5.0),
)
def test_what_is_sent_always_fits_and_ends_with_the_newest(
    count: int, words: int, num_ctx: int, ratio: float
) -> None:
    branch = turns(count, words, prompt_ratio=ratio)
    window = fit(branch, question(), "Be kind.", Options(num_ctx=num_ctx), MODEL)
    assert window.history == branch[len(branch) - len(window.history) :]
    if window.history:
        assert window.estimated_tokens <= num_ctx - num_ctx // 4 + len(branch)
    assert window.is_whole == (len(window.history) == len(branch))
    assert context.complete_options(Options(num_ctx=num_ctx), ModelInfo("m")).num_ctx == num_ctx

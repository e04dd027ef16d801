"""What lanes do when things get in their way: kept early, quit, chains, values that are missing."""

from __future__ import annotations

from pathlib import Path

from app_driver import AppDriver
from engine_process import STARTER
from journeys.conftest import Journey
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from windows.compare.driver import ask, copies, done, only, opened, shown

from gui.controllers.lane import LaneState
from gui.records import MessageStatus, StepStatus

CHAIN = """
format = 2
name = "twice"
[options]
temperature = 0.0
num_predict = 8
[[steps]]
name = "first"
prompt = "Say a word about {input}"
[[steps]]
name = "second"
prompt = "Say another word than {first}"
"""
ASKS = """
format = 2
name = "asks"
system = "Speak as a {role}."
[options]
num_predict = 8
[[variables]]
name = "role"
"""
STEPS = CHAIN.split("[[steps]]")[0] + "".join(
    f'[[steps]]\nname = "s{number}"\nprompt = "{{input}}"\n' for number in range(20)
)
"""Between two steps others have their turn."""


def add(home: Path, name: str, text: str) -> None:
    (home / "config" / "presets" / f"{name}.toml").write_text(text, "utf-8")


def test_keeping_one_stops_the_others(journey: Journey, home: Path) -> None:
    add(home, "steps", STEPS)

    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        only(app, (STARTER,), ("quick", "steps"))
        window = await opened(app)
        ask(window, "What is tea?")
        await app.until(lambda: len(app.to.compare.lanes) == 2, "they are asked")
        quick, steps = app.to.compare.lanes
        assert quick.contender.preset.id == "quick"
        await app.until(lambda: quick.state is LaneState.DONE, "the quick one has ended")
        assert steps.is_running
        column = window.lanes.columns[quick.number]
        await app.until(column.keep.isEnabled, "it can be kept")
        QTest.mouseClick(column.keep, Qt.MouseButton.LeftButton)
        await done(app)
        answer = quick.answer
        assert answer is not None
        assert steps.message is None or steps.message.status is MessageStatus.STOPPED
        await app.until(lambda: app.messages and app.messages[-1].id == answer.id, "it is shown")
        assert app.to.presets.chosen.id == "quick"

    journey(script)


def test_net_27_quitting_keeps_what_came(journey: Journey) -> None:
    conversation: list[int] = []

    async def today(app: AppDriver) -> None:
        await app.ready("long")
        await copies(app, "other")
        only(app, (STARTER, "other:latest"), ("long",))
        window = await opened(app)
        ask(window, "Count to a thousand.")
        await app.until(
            lambda: any(lane.state is LaneState.ANSWERING for lane in app.to.compare.lanes),
            "one answers",
        )
        await app.until(lambda: all(lane.message for lane in app.to.compare.lanes), "both began")
        assert app.to.compare.place.conversation_id is not None
        conversation.append(app.to.compare.place.conversation_id)

    async def tomorrow(app: AppDriver) -> None:
        await app.ready("long")
        app.to.chat.open(conversation[0])
        await app.until(lambda: len(app.messages) == 2, "the conversation opens")
        contents = []
        for sibling in app.messages[1].siblings:
            app.to.chat.show_branch(sibling)
            await app.until(lambda each=sibling: app.messages[1].id == each, "it is shown")
            assert app.messages[1].status is MessageStatus.STOPPED
            contents.append(app.messages[1].content)
        assert len(contents) == 2
        assert any(contents)

    journey(today)
    journey(tomorrow)


def test_a_chain_answers_beside_a_plain_preset(journey: Journey, home: Path) -> None:
    add(home, "twice", CHAIN)

    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        only(app, (STARTER,), ("quick", "twice"))
        window = await opened(app)
        ask(window, "tea")
        lanes = await done(app)
        chain = next(lane for lane in lanes if lane.contender.preset.id == "twice")
        assert chain.message is not None
        assert chain.message.run is not None
        assert [step.status for step in chain.message.run.steps] == [StepStatus.DONE] * 2
        view = window.lanes.columns[chain.number].view
        await app.until(lambda: shown(window.lanes.columns[chain.number])[0].run.steps, "shown")
        panel = view._workings.transcript.layout(0).panel
        assert panel is not None
        assert [row.record.name for row in panel.rows] == ["first", "second"]
        # From its second step on, in the same lane: another version.
        old = chain.message.id
        view.step_retry_requested.emit(old, "second")
        await done(app)
        assert chain.message.id != old
        assert chain.is_good
        await app.until(lambda: len(app.messages[-1].siblings) == 3, "three versions")

    journey(script)


def test_tpl_01_nothing_is_asked_while_a_value_is_missing(journey: Journey, home: Path) -> None:
    add(home, "asks", ASKS)

    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        only(app, (STARTER,), ("quick", "asks"))
        window = await opened(app)
        assert "role" in window.side.summary.text()
        ask(window, "tea")
        assert not app.to.compare.lanes
        # With the preset chosen in the chat, its values are those of the form there.
        app.to.sending.choose_preset("asks")
        app.to.sending.give("role", "pirate")
        app.window.activateWindow()
        window.activateWindow()
        await app.until(window.composer._button.isEnabled, "it can be asked")
        QTest.keyClick(window.composer.prompt, Qt.Key.Key_Return)
        asks = next(lane for lane in await done(app) if lane.contender.preset.id == "asks")
        assert asks.is_good
        assert asks.message is not None
        assert asks.message.run is not None
        assert asks.message.run.system == "Speak as a pirate."

    journey(script)


def test_the_temperature_of_the_conversation_is_that_of_its_lanes(
    journey: Journey, home: Path
) -> None:
    """Chosen in the chat, it holds over that of every preset, as in "What will be sent"."""
    add(home, "warm", 'name = "warm"\n[options]\ntemperature = 0.9\ntop_k = 7\nnum_predict = 8\n')

    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        only(app, (STARTER,), ("quick", "warm"))
        window = await opened(app)
        assert "temperature" not in window.side.summary.text()
        chips = app.window.page.composer.temperature.chips
        QTest.mouseClick(chips[1.1], Qt.MouseButton.LeftButton)
        assert "temperature 1.1" in window.side.summary.text()
        ask(window, "tea")
        lanes = await done(app)
        for lane, name in zip(lanes, ("quick", "warm"), strict=True):
            assert lane.message is not None
            assert lane.message.run is not None
            assert lane.message.run.options.temperature == 1.1
            assert window.lanes.columns[lane.number].preset.text() == f"{name} · temperature 1.1"
        assert lanes[1].message.run.options.top_k == 7
        # The conversation that began there has it too, and nowhere else does.
        await app.until(lambda: len(app.messages) == 2, "the conversation is on show")
        assert chips[1.1].isChecked()
        kept = await app.to.chat._rooms.call(lambda r: r.store.get(app.to.chat.shown))
        assert kept.temperature == 1.1
        app.to.chat.new()
        await app.until(lambda: not app.messages, "a new conversation")
        assert chips[None].isChecked()
        # Without one, each preset has its own again.
        app.window.comparing.compare()
        assert "temperature" not in window.side.summary.text()
        ask(window, "tea")
        plain, warm = await done(app)
        assert [each.message.run.options.temperature for each in (plain, warm)] == [0.0, 0.9]
        assert window.lanes.columns[1].preset.text() == "warm"

    journey(script)


def test_values_of_presets_not_chosen_any_more_are_known(journey: Journey, home: Path) -> None:
    """TPL-01: each preset may be filled in in turn; then both answer."""
    add(home, "asks", ASKS)
    add(home, "other", ASKS.replace("asks", "other").replace("role", "tone"))

    async def script(app: AppDriver) -> None:
        await app.ready("quick")
        only(app, (STARTER,), ("asks", "other"))
        window = await opened(app)
        for preset, name, text in (("asks", "role", "pirate"), ("other", "tone", "poet")):
            assert window.side.reason
            app.to.sending.choose_preset(preset)
            app.to.sending.give(name, text)
        app.to.compare.contenders.changed.emit()
        assert not window.side.reason
        ask(window, "tea")
        systems = [lane.message.run.system for lane in await done(app)]
        assert systems == ["Speak as a pirate.", "Speak as a poet."]
        await app.until(lambda: len(app.messages) == 2, "the conversation is on show")
        for preset, given in (("asks", {"role": "pirate"}), ("other", {"tone": "poet"})):
            app.to.sending.choose_preset(preset)
            assert app.to.sending.given == given

    journey(script)


def test_what_is_served_waits_while_lanes_answer(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("long")
        only(app, (STARTER,), ("quick", "long"))
        window = await opened(app)
        ask(window, "Count to a thousand.")
        await app.until(lambda: app.to.compare.is_running, "they are asked")
        assert app.to.serve._busy
        app.to.compare.stop()
        await done(app)
        assert not app.to.serve._busy

    journey(script)


def test_a_conversation_deleted_meanwhile_takes_its_lanes_with_it(journey: Journey) -> None:
    async def script(app: AppDriver) -> None:
        await app.ready("long")
        only(app, (STARTER,), ("quick", "long"))
        window = await opened(app)
        ask(window, "Count to a thousand.")
        await app.until(
            lambda: any(lane.state is LaneState.ANSWERING for lane in app.to.compare.lanes),
            "one answers",
        )
        deleted = app.to.compare.place.conversation_id
        assert deleted is not None
        app.to.conversations.delete(deleted)
        await app.until(lambda: not app.to.compare.lanes, "the lanes are gone")
        assert not app.to.compare.is_running
        assert not app.to.chat.held
        assert not window.lanes.columns
        assert window.question.isHidden()
        assert app.to.chat.shown != deleted
        ask(window, "What is tea?")
        await done(app)
        assert app.to.compare.place.conversation_id not in (None, deleted)

    journey(script)

"""The picture of a chain: boxes, arrows, words."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from preset_samples import presets
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.controllers.preset_graph import graph_of
from gui.records import Chain, OutputKind, Preset, Step
from gui.widgets.chain.picture import ChainPicture, in_words
from gui.widgets.chain.routes import laid_out

JOKE = Preset(
    "",
    "",
    chain=Chain(
        (
            (Step("english", "{input}", output=OutputKind.BOOLEAN),),
            (Step("joke", "{input}", when="not english"), Step("poem", "{english}")),
        )
    ),
)


def arrows(preset: Preset) -> set[tuple[str, str, str]]:
    graph = graph_of(preset)
    named = [box.id for box in graph.boxes]
    return {(named[arrow.start], named[arrow.end], arrow.when) for arrow in graph.arrows}


def test_arrows_go_where_names_are_used() -> None:
    assert arrows(JOKE) == {
        ("input", "english", ""),
        ("input", "joke", ""),
        ("english", "joke", "if not english"),
        ("english", "poem", ""),
        ("joke", "reply", ""),
        ("poem", "reply", ""),
    }


def test_without_a_chain_what_is_said_becomes_the_reply() -> None:
    assert arrows(Preset("", "")) == {("input", "reply", "")}


def test_a_reply_template_decides_what_the_reply_is_made_of() -> None:
    chain = Chain(JOKE.chain.stages, "{input}: {joke}")
    assert {a for a in arrows(Preset("", "", chain=chain)) if a[1] == "reply"} == {
        ("input", "reply", ""),
        ("joke", "reply", ""),
    }


def test_who_cannot_see_it_is_told() -> None:
    assert in_words(graph_of(JOKE)) == (
        "english takes What you say. joke takes What you say, english. poem takes english. "
        "The reply takes joke, poem."
    )


@settings(max_examples=60)
@given(presets)
def test_boxes_never_overlap_and_arrows_go_down(preset: Preset) -> None:
    graph = graph_of(preset)
    picture = laid_out(graph, 240)
    assert len(picture.boxes) == len(graph.boxes) == len(preset.chain.steps) + 2
    assert not any(one.intersects(other) for one, other in combinations(picture.boxes, 2))
    for arrow, line in zip(graph.arrows, picture.lines, strict=True):
        assert graph.boxes[arrow.start].row < graph.boxes[arrow.end].row
        end = line.pointAtPercent(1)
        box = picture.boxes[arrow.end]
        assert abs(end.y() - box.top()) < 0.01
        assert box.left() < end.x() < box.right()
        assert end.x() <= picture.width


def test_a_step_is_chosen_by_click_and_by_keys(qtbot: QtBot) -> None:
    picture = ChainPicture()
    qtbot.addWidget(picture)
    picture.resize(260, 400)
    picture.show()
    picture.show_graph(graph_of(JOKE))
    chosen: list[object] = []
    picture.chosen.connect(chosen.append)
    centre = picture.picture.boxes[3].center().toPoint()
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=centre)
    QTest.mouseClick(
        picture, Qt.MouseButton.LeftButton, pos=picture.picture.boxes[0].center().toPoint()
    )
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(picture, key)
    assert chosen == [(1, 1), (1, 0)]
    assert picture.number_at(QPointF(1, 1)) == -1
    assert picture.accessibleDescription()

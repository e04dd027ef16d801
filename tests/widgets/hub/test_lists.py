"""Repositories and files as rows: what they say, what keys and clicks do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.records import (
    Fit,
    FitEstimate,
    HubFile,
    HubHelp,
    HubOffer,
    HubPart,
    HubProblem,
    HubRepo,
)
from gui.widgets.hub import words
from gui.widgets.hub.file_list import FileList
from gui.widgets.hub.problem_view import ProblemView
from gui.widgets.hub.repo_list import RepoList

TODAY = date(2026, 11, 24)
REPO = HubRepo(
    "u/Model-GGUF", "u", 1_234_567, 950, "manual", "2026-11-20", "mit", (), 8_030_000_000, 8192
)
REPOS = tuple(replace(REPO, id=f"u/m{number:02}") for number in range(40))


def offer(quantization: str, *, is_best: bool = False, parts: int = 1) -> HubOffer:
    name = f"sub/m-{quantization}.gguf"
    file = HubFile(name, 4_900_000_000, quantization, parts=(HubPart(name, 1),) * parts)
    fit = FitEstimate(Fit.FITS, 5_600_000_000, 16_000_000_000, 0, "Needs about 5.6 GB of 16.0 GB.")
    return HubOffer(file, fit, is_best)


@pytest.fixture
def repos(qtbot: QtBot) -> RepoList:
    view = RepoList()
    qtbot.addWidget(view)
    view.resize(360, 500)
    view.show_repos(REPOS[:30])
    view.show()
    return view


def spy(signal: object) -> list[tuple[object, ...]]:
    told: list[tuple[object, ...]] = []
    signal.connect(lambda *values: told.append(values))  # type: ignore[attr-defined]
    return told


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (950, "950"), (1200, "1.2K"), (45_120, "45K"), (8_030_000_000, "8.0B")],
)
def test_counts_are_short(count: int, text: str) -> None:
    assert words.count_text(count) == text


def test_a_repository_in_words() -> None:
    told = words.repo_text(REPO, TODAY)
    for part in ("u/Model-GGUF", "1.2M downloads", "950 likes", "4 days ago", "terms"):
        assert part in told
    assert words.facts(REPO) == ("8.0B", "8K context", "mit")
    bare = HubRepo("u/m")
    assert words.facts(bare) == ()
    assert words.numbers_line(bare, TODAY) == "0 downloads · 0 likes"


def test_a_file_in_words() -> None:
    told = words.offer_text(offer("Q4_K_M", is_best=True, parts=3))
    assert told == ("Q4_K_M, recommended, 4.9 GB · 3 files, Fits, Needs about 5.6 GB of 16.0 GB.")
    assert words.offer_text(offer("")).startswith("m-.gguf, ")
    assert words.needs_line(offer("Q8_0")) == "needs 5.6 GB"


def test_arrows_choose_a_repository_and_enter_goes_on(repos: RepoList) -> None:
    chosen, entered = spy(repos.chosen), spy(repos.entered)
    repos.enter()
    assert repos.repo == "u/m00"
    assert repos.selectionModel().isSelected(repos.currentIndex())
    QTest.keyClick(repos, Qt.Key.Key_Down)
    QTest.keyClick(repos, Qt.Key.Key_Return)
    assert chosen[-1] == ("u/m01",)
    assert entered == [()]


def test_marking_asks_for_nothing(repos: RepoList) -> None:
    chosen = spy(repos.chosen)
    repos.mark("U/M05")
    assert repos.repo == "u/m05"
    repos.mark("u/unknown")
    assert repos.repo == ""
    assert not chosen


def test_more_comes_after_the_last_and_the_place_stays(repos: RepoList) -> None:
    wanted = spy(repos.more_wanted)
    repos.setCurrentIndex(repos.model().index(10, 0))
    assert not wanted
    repos.verticalScrollBar().setValue(repos.verticalScrollBar().maximum())
    assert wanted
    place = repos.verticalScrollBar().value()
    repos.show_repos(REPOS)
    assert repos.count == 40
    assert repos.repo == "u/m10"
    assert repos.verticalScrollBar().value() == place
    repos.show_repos(REPOS[20:])
    assert repos.count == 20
    assert repos.repo == ""
    assert repos.verticalScrollBar().value() == 0


def test_the_last_one_by_keyboard_asks_for_more(repos: RepoList) -> None:
    wanted = spy(repos.more_wanted)
    repos.setCurrentIndex(repos.model().index(29, 0))
    assert wanted


def test_names_of_strangers_stay_text(repos: RepoList) -> None:
    repos.show_repos((replace(REPO, id="u/<b>x</b>"),))
    index = repos.model().index(0, 0)
    assert "<b>" not in str(index.data(Qt.ItemDataRole.ToolTipRole))
    assert not repos.grab().isNull()


def test_the_wanted_file_is_chosen_and_enter_downloads(qtbot: QtBot) -> None:
    view = FileList()
    qtbot.addWidget(view)
    chosen, wanted = spy(view.chosen), spy(view.download_requested)
    offers = (offer("Q2_K"), offer("Q4_K_M", is_best=True), offer("Q8_0"))
    view.show_offers(offers, "sub/m-Q4_K_M.gguf")
    view.resize(500, 300)
    view.show()
    assert view.offer == offers[1]
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert [value for (value,) in chosen if value][-2:] == [offers[1], offers[2]]
    assert wanted == [()]
    view.show_offers(offers[:1], "gone.gguf")
    assert view.offer == offers[0]
    view.show_offers(())
    assert view.offer is None
    assert chosen[-1] == (None,)


def test_a_problem_offers_only_what_helps(qtbot: QtBot) -> None:
    view = ProblemView()
    qtbot.addWidget(view)
    view.show()
    told = spy(view.help_chosen)
    view.show_problem(HubProblem("Why <b>not</b>.", (HubHelp.TOKEN, HubHelp.RETRY)))
    assert view.message.textFormat() is Qt.TextFormat.PlainText
    shown = {help_ for help_, button in view.buttons.items() if button.isVisible()}
    assert shown == {HubHelp.TOKEN, HubHelp.RETRY}
    assert view.buttons[HubHelp.TOKEN].property("primary") is True
    assert view.buttons[HubHelp.RETRY].property("primary") is False
    QTest.mouseClick(view.buttons[HubHelp.RETRY], Qt.MouseButton.LeftButton)
    assert told == [(HubHelp.RETRY,)]
    view.show_text("Searching…")
    assert not any(button.isVisible() for button in view.buttons.values())

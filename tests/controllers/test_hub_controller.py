"""Hugging Face through the whole application: a loopback hub, a real engine."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

import pytest
from app_driver import AppDriver
from hub_in_app import Ring, hub_page
from journeys.conftest import Journey
from models.huggingface.conftest import HubUnderTest
from models.huggingface.hub_server import GOOD_TOKEN
from tiny_models import tiny_llama

from gui import paths
from gui.controllers.hub_problems import problem_of
from gui.errors import (
    HubAddressUnusable,
    HubBusy,
    HubGated,
    HubOffline,
    HubRepoNotFound,
    HubUnreachable,
    NoGguf,
    OndolError,
)
from gui.records import HubHelp, HubLook, HubProblem, Transfer, TransferState

NAME = "tiny:q4_0"


def only(app: AppDriver) -> Transfer:
    (transfer,) = app.to.transfers.transfers
    return transfer


async def opened(app: AppDriver, repo: str) -> HubLook:
    app.to.hub.open(repo)
    await app.until(lambda: app.to.hub.look, f"{repo} is looked into")
    look = app.to.hub.look
    assert look is not None
    return look


def test_searches_wait_for_the_fingers_and_the_newest_wins(
    journey: Journey, hub_served: HubUnderTest
) -> None:
    for number in range(70):
        hub_served.add(f"u/qwen{number:02}-GGUF", {})
    hub_served.add("u/gemma-GGUF", {})

    async def script(app: AppDriver) -> None:
        hub = app.to.hub
        await app.until(lambda: app.to.models.chosen, "a model is chosen")
        for end in range(1, 5):
            hub.type("qwen"[:end])
            await asyncio.sleep(0.03)
        assert hub.is_searching
        await app.until(lambda: hub.repos, "an answer comes")
        assert len(hub_served.requests()) == 1, "nothing was asked for half a word"
        assert len(hub.repos) == 30
        assert hub.has_more
        hub.more()
        hub.more()
        await app.until(lambda: len(hub.repos) > 30, "the next page")
        assert len(hub.repos) == 60
        hub.more()
        await app.until(lambda: not hub.is_searching, "the last page")
        assert len({repo.id for repo in hub.repos}) == 70
        assert not hub.has_more
        hub.more()
        assert not hub.is_searching
        hub.search("qwen0")
        hub.search("gemma")
        await app.until(lambda: len(hub.repos) == 1, "the newest search")
        await asyncio.sleep(0.2)
        assert [repo.id for repo in hub.repos] == ["u/gemma-GGUF"]

    journey(script)


def test_a_pasted_name_opens_the_repository_and_chooses_the_file(
    journey: Journey, hub_served: HubUnderTest
) -> None:
    files = {f"m-{q}.gguf": b"GGUF" + bytes(9) for q in ("Q4_K_M", "Q8_0")}
    hub_served.add("u/m-GGUF", files | {"README.md": b"# Hello"})

    async def script(app: AppDriver) -> None:
        hub = app.to.hub
        cards: list[tuple[str, str]] = []
        hub.card_read.connect(lambda repo, card: cards.append((repo, card)))
        await app.until(lambda: app.to.models.chosen, "a model is chosen")
        hub.type("hf.co/u/m-GGUF:Q8_0")
        await app.until(lambda: hub.look, "it is looked into")
        assert hub.look is not None
        assert hub.look.wanted == "m-Q8_0.gguf"
        assert hub.model_name(hub.look.offers[0].file) == "m:q4_k_m"
        await app.until(lambda: cards, "its card is read")
        assert cards == [("u/m-GGUF", "# Hello")]
        await app.until(lambda: hub.repos, "it is in the list too")

    journey(script)


def test_a_tiny_model_becomes_one_of_the_built_in_engine(
    journey: Journey, hub_served: HubUnderTest
) -> None:
    data = tiny_llama(seed=3)
    hub_served.add("u/tiny-GGUF", {"tiny-Q4_0.gguf": data})

    async def script(app: AppDriver) -> None:
        await app.ready()
        look = await opened(app, "u/tiny-GGUF")
        (offer,) = look.offers
        assert offer.is_recommended
        assert "Needs about" in offer.fit.sentence
        app.to.transfers.download(NAME, look.listing, (offer.file,))
        await app.until(lambda: app.to.transfers.transfers, "it begins")
        await app.until(lambda: not only(app).state.is_active, "it ends")
        assert (only(app).state, only(app).error) == (TransferState.DONE, "")
        await app.until(
            lambda: NAME in [model.name for model in app.to.models.models], "it can be chosen"
        )

    journey(script)


def test_mod_07_ondol_ends_in_the_middle_and_it_is_finished_the_next_day(
    journey: Journey, hub_served: HubUnderTest, home: Path
) -> None:
    data = tiny_llama(seed=4)
    hub_served.add("u/tiny-GGUF", {"tiny-Q4_0.gguf": data})

    async def today(app: AppDriver) -> None:
        await app.ready()
        look = await opened(app, "u/tiny-GGUF")
        hub_served.fail(pause=0.2)
        app.to.transfers.download(NAME, look.listing, (look.offers[0].file,))
        await app.until(lambda: app.to.transfers.transfers, "it begins")
        await app.until(lambda: only(app).completed >= 2**17, "bytes come")
        assert only(app).state is TransferState.RUNNING

    async def tomorrow(app: AppDriver) -> None:
        await app.ready()
        await app.until(lambda: app.to.transfers.transfers, "it is brought back")
        assert only(app).state is TransferState.INTERRUPTED
        assert 2**17 <= only(app).completed < only(app).total == len(data)
        app.to.transfers.resume(only(app).id)
        await app.until(lambda: only(app).state is TransferState.DONE, "it is finished")

    journey(today)
    hub_served.fail()
    journey(tomorrow)
    (asked,) = hub_served.requests("storage")
    assert asked["headers"]["range"].startswith("bytes=")
    blob = home / "data/models/blobs" / f"sha256-{hashlib.sha256(data).hexdigest()}"
    assert blob.read_bytes() == data
    assert not list(paths.downloads().iterdir())


def test_a_gated_one_is_refused_then_given_for_a_token(
    journey: Journey, hub_served: HubUnderTest, ring: Ring
) -> None:
    hub_served.add("u/tiny-GGUF", {"tiny-Q4_0.gguf": tiny_llama()}, gated="auto", agreed=True)

    async def script(app: AppDriver) -> None:
        hub = app.to.hub
        await app.ready()
        look = await opened(app, "u/tiny-GGUF")
        assert look.listing.repo.gated == "auto"
        app.to.transfers.download(NAME, look.listing, (look.offers[0].file,))
        await app.until(lambda: app.to.transfers.transfers, "it begins")
        await app.until(lambda: only(app).state is TransferState.FAILED, "it is refused")
        assert "accept its terms" in only(app).error
        kept: list[object] = []
        hub.token_kept.connect(kept.append)
        hub.keep_token(f" {GOOD_TOKEN}\n")
        await app.until(lambda: kept, "the token is kept")
        assert hub.account.name == "someone"
        assert ring.kept == {"huggingface": GOOD_TOKEN}
        app.to.transfers.resume(only(app).id)
        await app.until(lambda: only(app).state is TransferState.DONE, "it is given")
        hub.forget_token()
        await app.until(lambda: not hub.account.has_token, "the token is forgotten")
        assert not ring.kept

    journey(script)


@pytest.mark.parametrize("text", ["hf_wrongwrongwrong", "no token", ""])
def test_a_token_that_the_hub_refuses_is_not_kept(
    journey: Journey, hub_served: HubUnderTest, ring: Ring, text: str
) -> None:
    async def script(app: AppDriver) -> None:
        refused: list[tuple[str, bool]] = []
        app.to.hub.token_refused.connect(lambda why, could: refused.append((why, could)))
        app.to.hub.keep_token(text)
        await app.until(lambda: refused, "it is refused")
        ((why, could),) = refused
        assert "token" in why
        assert not text or text not in why
        assert not could
        assert not ring.kept
        assert not app.to.hub.account.has_token

    journey(script)


def test_tok_03_without_a_keyring_it_is_kept_for_this_run_only_if_asked(
    journey: Journey, hub_served: HubUnderTest, ring: Ring
) -> None:
    ring.is_there = False

    async def today(app: AppDriver) -> None:
        hub = app.to.hub
        refused: list[tuple[str, bool]] = []
        hub.token_refused.connect(lambda why, could: refused.append((why, could)))
        hub.keep_token(GOOD_TOKEN)
        await app.until(lambda: refused, "there is no keyring")
        assert "no keyring" in refused[0][0]
        assert refused[0][1]
        hub.keep_token(GOOD_TOKEN, session_only=True)
        await app.until(lambda: hub.account.has_token, "it is kept for now")
        assert hub.account.is_for_session
        hub.read_account()
        await asyncio.sleep(0.2)
        assert (hub.account.name, hub.account.is_for_session) == ("someone", True)

    async def tomorrow(app: AppDriver) -> None:
        changed: list[object] = []
        app.to.hub.account_changed.connect(changed.append)
        app.to.hub.read_account()
        await app.until(lambda: changed, "the account is known")
        assert not app.to.hub.account.has_token

    journey(today)
    journey(tomorrow)


def test_tok_04_the_token_is_in_no_file_and_no_notice(
    journey: Journey, hub_served: HubUnderTest, ring: Ring, home: Path
) -> None:
    """A session with a token, a search, a download that fails, an error in the log."""
    hub_served.add("u/tiny-GGUF", {"tiny-Q4_0.gguf": tiny_llama()}, gated="auto", agreed=True)

    async def script(app: AppDriver) -> None:
        hub = app.to.hub
        told: list[object] = []
        app.to.notices.told.connect(told.append)
        await app.ready()
        hub.keep_token(GOOD_TOKEN)
        await app.until(lambda: hub.account.has_token, "the token is kept")
        look = await opened(app, "u/tiny-GGUF")
        hub_served.fail(corrupt=True)
        app.to.transfers.download(NAME, look.listing, (look.offers[0].file,))
        await app.until(lambda: app.to.transfers.transfers, "it begins")
        await app.until(lambda: only(app).state is TransferState.FAILED, "it is damaged")
        assert GOOD_TOKEN not in repr((told, app.to.transfers.transfers, hub.account))

    journey(script)
    files = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.name == "transfers.json" for path in files)
    for path in files:
        assert b"CANARY" not in path.read_bytes(), path
    assert json.loads(paths.transfers().read_text())["transfers"]


def test_what_goes_wrong_is_a_sentence_and_what_helps(
    journey: Journey, hub_served: HubUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(app: AppDriver) -> None:
        hub = app.to.hub
        problems: list[HubProblem] = []
        hub.search_failed.connect(problems.append)
        hub.look_failed.connect(lambda _, problem: problems.append(problem))
        await app.until(lambda: app.to.models.chosen, "a model is chosen")
        hub_served.fail(answers=[{"status": 429, "headers": {"Retry-After": "77"}}])
        hub.search("x")
        await app.until(lambda: len(problems) == 1, "too many requests")
        assert "77 seconds" in problems[0].text
        hub.open("u/none")
        await app.until(lambda: len(problems) == 2, "there is none")
        assert "There is no u/none" in problems[1].text
        monkeypatch.setenv("HF_ENDPOINT", "not an address")
        assert hub.mirror == ""
        assert hub.tokens_page == ""
        hub.search("x")
        await app.until(lambda: len(problems) == 3, "no address")
        assert problems[2].helps == (HubHelp.ELSEWHERE,)

    journey(script)


def test_a_mirror_is_named(
    journey: Journey, hub_served: HubUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(app: AppDriver) -> None:
        page = await hub_page(app)
        assert app.to.hub.mirror == hub_served.urls["hub"].removeprefix("http://")
        assert app.to.hub.mirror in page.mirror.text()
        assert page.mirror.isVisible()
        monkeypatch.setenv("HF_ENDPOINT", "https://huggingface.co/")
        assert app.to.hub.mirror == ""

    journey(script)


@pytest.mark.parametrize(
    ("error", "helps"),
    [
        (HubGated("u/m", "https://h/u/m", has_token=False), [HubHelp.ACCEPT, HubHelp.TOKEN]),
        (HubGated("u/m", "https://h/u/m", has_token=True), [HubHelp.ACCEPT, HubHelp.RETRY]),
        (HubBusy("h"), [HubHelp.RETRY, HubHelp.TOKEN]),
        (HubOffline(), [HubHelp.ELSEWHERE]),
        (HubAddressUnusable(), [HubHelp.ELSEWHERE]),
        (HubRepoNotFound("u/m", has_token=False), [HubHelp.TOKEN]),
        (HubUnreachable("h"), [HubHelp.RETRY]),
        (NoGguf("u/m"), []),
    ],
)
def test_each_problem_has_its_button(error: OndolError, helps: list[HubHelp]) -> None:
    problem = problem_of(error)
    assert list(problem.helps) == helps
    assert problem.text == str(error)
    assert bool(problem.link) == (HubHelp.ACCEPT in helps)

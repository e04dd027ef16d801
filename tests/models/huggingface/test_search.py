"""Searching, looking into a repository, reading its card."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import pytest
from models.huggingface.conftest import HubUnderTest

from gui.errors import (
    HubAddressUnusable,
    HubBusy,
    HubError,
    HubGarbled,
    HubGated,
    HubOffline,
    HubRepoNotFound,
    HubTokenRefused,
    HubUnreachable,
    NoGguf,
    TransferInterrupted,
)
from gui.models.huggingface.address import hub_address
from gui.models.huggingface.hub import Hub, no_token
from gui.models.huggingface.reading import repo_in
from gui.records import HubFileKind


def test_search_gives_repositories_with_gguf_files(served: HubUnderTest, hub: Hub) -> None:
    served.add("someone/Tiny-GGUF", {}, gated="manual", downloads=1234)
    served.add("someone/tiny-safetensors", {}, tags=["safetensors"])
    page = asyncio.run(hub.search("tiny"))
    (repo,) = page.repos
    assert (repo.id, repo.author, repo.downloads, repo.likes) == (
        *("someone/Tiny-GGUF", "someone", 1234),
        2,
    )
    assert (repo.gated, repo.updated, repo.license) == ("manual", "2026-03-04", "apache-2.0")
    assert (repo.parameters, repo.context_length) == (8_030_000_000, 8192)
    assert repo.url == f"{served.urls['hub']}/someone/Tiny-GGUF"
    (asked,) = served.requests()
    assert "filter=gguf" in asked["path"]
    assert "authorization" not in asked["headers"]


def test_the_next_page_is_asked_of_the_same_hub(served: HubUnderTest, hub: Hub) -> None:
    for number in range(5):
        served.add(f"someone/model-{number}", {})

    async def all_pages() -> list[str]:
        names, cursor = [], ""
        for _ in range(9):
            page = await hub.search("model", limit=2, cursor=cursor)
            names += [repo.id for repo in page.repos]
            if not (cursor := page.cursor):
                break
        return names

    # The hub names http://evil.invalid as the next page's address: only its cursor is used.
    assert asyncio.run(all_pages()) == [f"someone/model-{number}" for number in range(5)]


def test_odd_entries_are_left_out(served: HubUnderTest, hub: Hub) -> None:
    entries = [
        {"id": "a/good", "tags": ["gguf"], "downloads": "many", "gguf": [1], "likes": -4},
        {"id": "../../etc", "tags": ["gguf"]},
        {"id": None, "tags": ["gguf"]},
        {"tags": ["gguf"]},
        {"id": "a/off", "tags": ["gguf"], "disabled": True},
        {"id": "a/bad-date", "tags": ["gguf"], "lastModified": "yesterday"},
        "text",
    ]
    served.fail(answers=[{"status": 200, "body": entries}])
    (repo,) = asyncio.run(hub.search("a")).repos
    assert (repo.id, repo.downloads, repo.likes, repo.parameters) == ("a/good", 0, 0, 0)


@pytest.mark.parametrize(
    ("text", "repo"),
    [
        ("https://huggingface.co/user/Model-GGUF", "user/Model-GGUF"),
        ("https://huggingface.co/user/Model-GGUF/tree/main?x=1", "user/Model-GGUF"),
        ("hf.co/user/Model-GGUF:Q4_K_M", "user/Model-GGUF"),
        ("user/Model-GGUF", "user/Model-GGUF"),
        ("llama 3 korean", ""),
        ("https://evil.example/?huggingface.co/user/model", ""),
        ("a/b/c", ""),
        ("../..", ""),
        ("user/a--b", ""),
    ],
)
def test_a_pasted_name_or_address_is_a_repository(text: str, repo: str) -> None:
    assert repo_in(text) == repo


def test_files_are_grouped_and_sorted(served: HubUnderTest, hub: Hub) -> None:
    parts = {f"big/Big-Q8_0-0000{n}-of-00003.gguf": b"x" * n for n in (1, 2, 3)}
    names = ("m-Q4_K_M.gguf", "mmproj-F16.gguf", "m-lora-f16.gguf", "m-imatrix.gguf")
    lost = {"lost-00001-of-00002.gguf": b"y"}
    served.add("u/m", {name: name.encode() * 9 for name in names} | parts | lost | {"a.txt": b"t"})
    listing = asyncio.run(hub.files("u/m"))
    told = [(f.name, f.size, f.quantization, f.kind, f.shards) for f in listing.files]
    assert told == [
        ("big/Big-Q8_0-00001-of-00003.gguf", 6, "Q8_0", HubFileKind.MODEL, 3),
        ("m-Q4_K_M.gguf", 117, "Q4_K_M", HubFileKind.MODEL, 1),
        ("mmproj-F16.gguf", 135, "F16", HubFileKind.PROJECTOR, 1),
        ("m-lora-f16.gguf", 135, "F16", HubFileKind.ADAPTER, 1),
    ]
    assert listing.revision == served.repos["u/m"]["sha"]
    assert all(part.sha256 for file in listing.files for part in file.parts)


def test_a_card_is_markdown_without_what_loads_or_runs(served: HubUnderTest, hub: Hub) -> None:
    card = (
        "---\nlicense: mit\n---\n# Title\n\n<img src=x onerror=alert(1)>**Good** for "
        "[chat](https://evil.example)<script>bad()</script> ![p](http://t/x.png)"
        "\n\n\n\nEnd &amp; \x1b[31m"
    )
    served.add("u/m", {"README.md": card.encode()})
    served.add("u/none", {})
    assert asyncio.run(hub.readme("u/m")) == (
        "# Title\n\n**Good** for [chat](https://evil.example)\n\nEnd & [31m"
    )
    assert asyncio.run(hub.readme("u/none")) == ""


def test_a_large_readme_is_cut(served: HubUnderTest, hub: Hub) -> None:
    served.add("u/m", {"README.md": b"<!-- " * 300_000})
    assert len(asyncio.run(hub.readme("u/m"))) <= 16_001


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 401, "headers": {"X-Error-Code": "RepoNotFound"}}, HubRepoNotFound),
        ({"status": 401, "headers": {"X-Error-Code": "GatedRepo"}}, HubGated),
        ({"status": 403, "headers": {"X-Error-Code": "GatedRepo"}}, HubGated),
        ({"status": 404, "headers": {"X-Error-Code": "RepoNotFound"}}, HubRepoNotFound),
        ({"status": 429, "headers": {"Retry-After": "77"}}, HubBusy),
        ({"status": 503}, HubUnreachable),
        ({"status": 200, "body": []}, HubGarbled),
        ({"status": 200, "body": {"id": "u/m", "siblings": [{"size": 3}]}}, HubGarbled),
    ],
)
def test_refusals_in_plain_words(
    served: HubUnderTest, hub: Hub, answer: dict[str, object], error: type[HubError]
) -> None:
    served.fail(answers=[answer])
    with pytest.raises(error) as caught:
        asyncio.run(hub.files("u/m"))
    assert type(caught.value) is error
    assert caught.value.todo
    assert "http" not in caught.value.what.replace("HTTP", "")


def test_gated_is_explained_with_the_page_to_accept(served: HubUnderTest, hub: Hub) -> None:
    served.fail(answers=[{"status": 401, "headers": {"X-Error-Code": "GatedRepo"}}])
    with pytest.raises(HubGated) as caught:
        asyncio.run(hub.files("meta/secret"))
    assert caught.value.link == f"{served.urls['hub']}/meta/secret"
    assert not caught.value.has_token


def test_busy_tells_the_seconds(served: HubUnderTest, hub: Hub) -> None:
    headers = {"RateLimit": '"api";r=0;t=55'}
    served.fail(answers=[{"status": 429, "headers": headers}])
    with pytest.raises(HubBusy) as caught:
        asyncio.run(hub.search("x"))
    assert caught.value.seconds == 55


def test_a_repository_without_gguf_says_so(served: HubUnderTest, hub: Hub) -> None:
    served.add("u/m", {"model.safetensors": b"x"})
    with pytest.raises(NoGguf):
        asyncio.run(hub.files("u/m"))


def test_a_private_one_opens_with_the_token(served: HubUnderTest, hub: Hub, known_hub: Hub) -> None:
    served.add("u/m", {"m.gguf": b"x" * 9}, private=True)
    with pytest.raises(HubRepoNotFound, match="needs your token"):
        asyncio.run(hub.files("u/m"))
    assert asyncio.run(known_hub.files("u/m")).files


def test_the_token_is_checked(served: HubUnderTest, known_hub: Hub) -> None:
    assert asyncio.run(known_hub.account()) == "someone"

    async def bad() -> str | None:
        return "hf_wrongwrongwrong"

    with pytest.raises(HubTokenRefused) as caught:
        asyncio.run(Hub(served.urls["hub"], bad).account())
    assert caught.value.link.endswith("/settings/tokens")


def test_nobody_answers() -> None:
    with pytest.raises(HubUnreachable) as caught:
        asyncio.run(Hub("http://127.0.0.1:9", no_token).search("x"))
    assert isinstance(caught.value, TransferInterrupted)
    assert "127.0.0.1:9" in str(caught.value)


def test_offline_mode_is_obeyed(
    served: HubUnderTest, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(HubOffline):
        asyncio.run(hub.search("x"))
    assert not served.requests()


def test_hf_endpoint_is_honoured(served: HubUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    served.add("u/m", {"m.gguf": b"x" * 9})
    monkeypatch.setenv("HF_ENDPOINT", served.urls["hub"] + "/")
    assert asyncio.run(Hub().files("u/m")).files


@pytest.mark.parametrize(
    "text",
    ["ftp://x", "example.org", "https:///x", "https://u:p@h", "https://h:99999", "http://h?x"],
)
def test_an_endpoint_that_is_none_is_not_repeated(text: str) -> None:
    with pytest.raises(HubAddressUnusable) as caught:
        hub_address(text)
    assert text not in str(caught.value)


def test_the_library_is_loaded_in_the_first_request_and_not_before() -> None:
    code = (
        "import sys, json\n"
        "import gui.models.huggingface.hub, gui.models.huggingface.job, gui.models.secrets\n"
        "print(json.dumps([m for m in ('huggingface_hub','httpx2','keyring') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(done.stdout) == []

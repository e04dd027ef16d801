"""Where the token goes, and where it never does (TOK-02, TOK-04)."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from models.huggingface.conftest import HubUnderTest, first_choice, weights
from models.huggingface.hub_server import GOOD_TOKEN

from gui.errors import BadToken, HubError, HubGarbled, HubTokenUnsafe, KeyringSilent
from gui.models.huggingface import library
from gui.models.huggingface.address import Visit, hub_address
from gui.models.huggingface.hub import Hub
from gui.models.huggingface.tokens import read_token

CHILD = Path(__file__).with_name("download_child.py")


async def download_all(hub: Hub) -> None:
    listing, file = await first_choice(hub, "u/m")
    async for _ in hub.download("u/m", listing.revision, file):
        pass


def everything(served: HubUnderTest, role: str) -> str:
    return repr(served.requests(role))


def test_tok_02_the_hub_sees_it_in_one_header_and_the_storage_never(
    served: HubUnderTest, known_hub: Hub
) -> None:
    served.add("u/m", {"m.gguf": weights(9000), "README.md": b"x"})
    asyncio.run(download_all(known_hub))
    asyncio.run(known_hub.search("m"))
    asyncio.run(known_hub.readme("u/m"))
    asked = served.requests("hub")
    assert len(asked) == 4
    for request in asked:
        assert request["headers"].pop("authorization") == f"Bearer {GOOD_TOKEN}"
        assert GOOD_TOKEN not in repr(request)
    assert served.requests("storage")
    assert GOOD_TOKEN not in everything(served, "storage")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_tok_02_a_redirect_to_a_stranger_takes_no_token_along(
    served: HubUnderTest, known_hub: Hub, status: int
) -> None:
    location = f"{served.urls['stranger']}/api/models?huggingface.co"
    answer = {"status": status, "headers": {"Location": location}}
    served.fail(answers=[answer, answer, answer])
    for call in (known_hub.search("m"), known_hub.files("u/m"), known_hub.account()):
        with pytest.raises(HubError):
            asyncio.run(call)
    assert len(served.requests("stranger")) == 3
    assert "authorization" not in everything(served, "stranger").lower()
    assert GOOD_TOKEN not in everything(served, "stranger")


def test_tok_02_not_on_the_way_back_either(served: HubUnderTest, known_hub: Hub) -> None:
    """Hub, stranger, hub: only the hub sees it."""
    served.add("u/m", {"m.gguf": weights(9000)})
    served.fail(
        location=f"{served.urls['stranger']}/FILE",
        storage_locations=[f"{served.urls['hub']}/api/whoami-v2"],
    )
    with pytest.raises(HubError):
        asyncio.run(download_all(known_hub))
    assert served.requests("stranger")
    assert GOOD_TOKEN not in everything(served, "stranger")


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        ("https://huggingface.co/api/models", True),
        ("https://HUGGINGFACE.co:443/x", True),
        ("https://huggingface.co.evil/x", False),
        ("https://evil/?huggingface.co", False),
        ("https://huggingface.co@evil/x", False),
        ("https://huggingface.co:8443/x", False),
        ("https://hf.co/x", False),
        ("https://cdn-lfs.huggingface.co/x", False),
    ],
)
def test_tok_02_only_the_exact_host(target: str, allowed: bool) -> None:
    assert _gated("https://huggingface.co", target) == allowed


def test_tok_02_no_downgrade_to_http() -> None:
    with pytest.raises(HubGarbled, match="cannot be used"):
        _gated("https://huggingface.co", "http://huggingface.co/x")


def test_tok_02_a_mirror_without_encryption_gets_none() -> None:
    assert not _gated("http://mirror.lan", "http://mirror.lan/x")
    assert _gated("https://mirror.lan/hub", "https://mirror.lan/x")
    assert not _gated("https://mirror.lan", "https://huggingface.co/x")


def _gated(endpoint: str, target: str) -> bool:
    """Whether the gate gives a request the token; it takes off what was there."""
    import httpx2

    visit = Visit(hub_address(endpoint), GOOD_TOKEN)
    request = httpx2.Request("GET", target, headers={"Authorization": "Bearer old"})
    with library.visiting(visit):
        library._gate(request)
    assert request.headers.get("Authorization") != "Bearer old"
    return request.headers.get("Authorization") == f"Bearer {GOOD_TOKEN}"


def test_tokens_of_other_programs_are_never_sent(
    served: HubUnderTest, hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("hf_OTHERotherotherother")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password hf_OTHERnetrc\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HF_TOKEN", "hf_OTHERenvironment")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    served.add("u/m", {"m.gguf": weights(9000)})
    asyncio.run(download_all(hub))
    asyncio.run(hub.search("m"))
    for role in ("hub", "storage"):
        assert "authorization" not in everything(served, role).lower()
        assert "OTHER" not in everything(served, role)


def test_nothing_is_told_about_this_machine(served: HubUnderTest, hub: Hub) -> None:
    served.add("u/m", {"m.gguf": weights(9000)})
    asyncio.run(download_all(hub))
    agents = {asked["headers"]["user-agent"] for asked in served.requests("hub")}
    assert all("torch" not in agent and "agent/" not in agent for agent in agents)
    assert "cookie" not in everything(served, "hub").lower()


def test_a_loopback_hub_is_never_asked_through_a_proxy(
    served: HubUnderTest, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    monkeypatch.setenv("HTTP_PROXY", served.urls["stranger"])
    huggingface_hub.close_session()
    try:
        asyncio.run(hub.search("m"))
    finally:
        huggingface_hub.close_session()
    assert not served.requests("stranger")


def test_a_keyring_that_is_stuck_does_not_stop_a_search(served: HubUnderTest) -> None:
    served.add("u/m", {})

    async def stuck() -> str | None:
        raise KeyringSilent(5)

    assert asyncio.run(Hub(served.urls["hub"], stuck).search("m")).repos
    assert "authorization" not in everything(served, "hub").lower()


def test_tok_02_one_that_is_tried_goes_the_same_way(served: HubUnderTest, hub: Hub) -> None:
    assert asyncio.run(hub.account(GOOD_TOKEN)) == "someone"
    with pytest.raises(HubTokenUnsafe):
        asyncio.run(Hub("http://mirror.lan").account(GOOD_TOKEN))
    location = f"{served.urls['stranger']}/api/whoami-v2"
    served.fail(answers=[{"status": 302, "headers": {"Location": location}}])
    with pytest.raises(HubError):
        asyncio.run(hub.account(GOOD_TOKEN))
    assert served.requests("stranger")
    assert GOOD_TOKEN not in everything(served, "stranger")


def test_the_token_is_in_no_repr() -> None:
    assert GOOD_TOKEN not in repr(Visit(hub_address("https://huggingface.co"), GOOD_TOKEN))


@pytest.mark.parametrize("text", [GOOD_TOKEN, f"  {GOOD_TOKEN}\n", f'"{GOOD_TOKEN}"'])
def test_a_token_is_read(text: str) -> None:
    assert read_token(text) == GOOD_TOKEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hf_short",
        "hf_ab cd efghijk",
        "sk-abcdefghijkl",
        "hf_한국어한국어한국어",
        "hf_abcdefgh\nX: y",
    ],
)
def test_what_is_no_token_is_not_repeated(text: str) -> None:
    with pytest.raises(BadToken) as caught:
        read_token(text)
    assert not text or text not in str(caught.value) + repr(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_tok_04_the_canary_is_nowhere(served: HubUnderTest, home: Path) -> None:
    """A whole session with a token: files, arguments, environment, output, logs."""
    served.add("u/m", {"m.gguf": weights(9000)}, gated="auto", agreed=True)
    environment = {
        **os.environ,
        "HF_ENDPOINT": served.urls["hub"],
        "HF_DEBUG": "1",
        "HF_HOME": str(home / "hf"),
        "HOME": str(home),
        "TMPDIR": str(home),
    }
    child = subprocess.Popen(
        [sys.executable, str(CHILD), "u/m"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=Path(__file__).parents[3],
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(GOOD_TOKEN.encode() + b"\n")
    child.stdin.flush()
    said = b""
    for line in child.stdout:
        said += line
        if line == b"ready\n":
            break
    seen = [Path(f"/proc/{child.pid}/{name}").read_bytes() for name in ("environ", "cmdline")]
    out, err = child.communicate()
    assert b"done 9000" in said, err.decode()
    assert not (home / "hf").exists(), "the library keeps nothing of its own"
    files = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    log = (home / "logs/ondol.log").read_text()
    assert "as any other error" in log
    assert "Authorization: Bearer hf_***" in log
    assert "signed-canary" not in log
    for data in (*files.values(), *seen, said, out, err):
        assert b"CANARY" not in data

"""Pictures of the Hugging Face page in every state; records are made up, the window is real."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from app_driver import AppDriver

from gui.controllers.hub_controller import HubController
from gui.controllers.hub_problems import problem_of
from gui.errors import HubBusy, HubGated, HubOffline, HubUnreachable, NoKeyring
from gui.models.fit import Machine
from gui.models.huggingface import advice
from gui.models.huggingface.choices import choices
from gui.records import HubAccount, HubListing, HubPart, HubRepo
from gui.windows.models.hub_page import HubPage

Shoot = Callable[..., Awaitable[None]]

_REPOS = (
    ("bartowski/Meta-Llama-3.1-8B-Instruct-GGUF", 1_234_567, 812, "", "2026-11-24"),
    ("meta-llama/Llama-3.2-3B-Instruct-GGUF", 98_700, 1450, "manual", "2026-11-23"),
    ("MLP-KTLim/llama-3-Korean-Bllossom-8B-gguf-Q4_K_M", 45_120, 402, "", "2026-10-30"),
    ("unsloth/gemma-3-12b-it-GGUF", 310_450, 96, "auto", "2026-03-04"),
    ("Qwen/Qwen3-8B-GGUF", 2_345_100, 3021, "", "2026-11-20"),
    ("LGAI-EXAONE/EXAONE-3.5-7.8B-Instruct-GGUF", 22_010, 77, "", "2026-09-12"),
    ("someone/a-repository-with-a-very-long-name-that-has-no-room-in-its-row-GGUF", 3, 0, "", ""),
    ("lmstudio-community/Qwen2.5-VL-7B-Instruct-GGUF", 87_000, 51, "", "2026-11-18"),
)
_SIZES = (
    *(("IQ2_M", 2.9), ("Q3_K_M", 4.0), ("Q4_0", 4.7), ("Q4_K_M", 4.9), ("Q5_K_M", 5.7)),
    *(("Q6_K", 6.6), ("Q8_0", 8.5), ("F16", 16.1)),
)
_CARD = """# Llama 3.1 8B Instruct, quantised

Quantised with **llama.cpp** release `b9821` from the [original](https://example.com/original).

## Prompt format

```text
<|begin_of_text|><|start_header_id|>system<|end_header_id|>
{system_prompt}<|eot_id|>
```

| Quant | Size | Note |
|---|---:|---|
| Q8_0 | 8.5 GB | Very good, rarely needed |
| Q4_K_M | 4.9 GB | Good, the usual choice |

## Which file should I choose?

1. See how much memory you have.
2. Take the largest file that fits in it.

> 한국어로도 잘 대답합니다. 다만 긴 글에서는 가끔 영어가 섞입니다.
"""
_MACHINE = Machine(16_000_000_000, 9_000_000_000)


def repos() -> tuple[HubRepo, ...]:
    """What a search found."""
    return tuple(
        HubRepo(
            name,
            name.partition("/")[0],
            downloads,
            likes,
            gated,
            updated,
            "llama3.1",
            ("gguf",),
            8_030_000_000,
            131_072,
            f"https://huggingface.co/{name}",
        )
        for name, downloads, likes, gated, updated in _REPOS
    )


def listing(repo: HubRepo, *, sees: bool = False) -> HubListing:
    """Its files."""
    name = repo.id.partition("/")[2].removesuffix("-GGUF")
    parts = [HubPart(f"{name}-{q}.gguf", int(gb * 1e9), "0" * 64) for q, gb in _SIZES]
    parts += [
        HubPart(f"F32/{name}-F32-0000{n}-of-00004.gguf", 8_000_000_000, "0" * 64)
        for n in (1, 2, 3, 4)
    ]
    if sees:
        parts.append(HubPart(f"mmproj-{name}-f16.gguf", 1_350_000_000, "0" * 64))
        parts.append(HubPart(f"{name}-pirate-lora-f16.gguf", 90_000_000, "0" * 64))
    return HubListing(repo, "c" * 40, choices(parts))


def show(hub: HubController, repo: HubRepo, *, sees: bool = False) -> None:
    """Have the page look into a repository."""
    hub.repo = repo.id
    hub.look = advice.look(listing(repo, sees=sees), machine=_MACHINE)
    hub.look_began.emit(repo.id)
    hub.looked.emit(hub.look)
    hub.card_read.emit(repo.id, _CARD)


async def take_hub(app: AppDriver, shoot: Shoot) -> None:
    """All pictures of one look."""
    window = app.window.open_models()
    hub = app.to.hub
    hub.repos, hub.is_read = repos(), True
    page = window.show_page("hub")
    assert isinstance(page, HubPage)
    await shoot("hub-found", window=window)
    show(hub, hub.repos[0])
    await shoot("hub-files", window=window)
    page.panel.tabs.setCurrentIndex(1)
    await shoot("hub-card", window=window)
    show(hub, hub.repos[7], sees=True)
    await shoot("hub-vision", window=window)
    page.panel.form.field.setText("two words")
    await shoot("hub-bad-name", window=window)
    show(hub, hub.repos[1])
    await shoot("hub-gated", window=window)
    await _take_problems(page, hub, shoot)
    await _take_dialog(page, hub, shoot)
    window.close()


async def _take_problems(page: HubPage, hub: HubController, shoot: Shoot) -> None:
    window = page.window()
    gated = HubGated(
        "meta-llama/Llama-3.2-3B", "https://huggingface.co/meta-llama", has_token=False
    )
    hub.look = None
    hub.look_failed.emit(hub.repo, problem_of(gated))
    hub.search_failed.emit(problem_of(HubOffline()))
    await shoot("hub-refused", window=window)
    for name, error in (("busy", HubBusy("huggingface.co")), ("gone", HubUnreachable("hub.lan"))):
        hub.search_failed.emit(problem_of(error))
        page.mirror.setText("hub.lan")
        page.mirror.show()
        await shoot(f"hub-{name}", window=window)
    hub.text, hub.repos = "nothing like it", ()
    hub.found.emit()
    await shoot("hub-nothing-found", window=window)


async def _take_dialog(page: HubPage, hub: HubController, shoot: Shoot) -> None:
    window = page.window()
    dialog = page.open_token_dialog()
    await shoot("hub-token", dialog, window=window)
    dialog.field.setText("hf_secretsecretsecret")
    dialog._refuse(str(NoKeyring()), could_keep_for_session=True)
    await shoot("hub-token-refused", dialog, window=window)
    dialog.reject()
    await asyncio.sleep(0.05)
    account = HubAccount(has_token=True, name="someone")
    for name, shown in (("kept", account), ("session", replace(account, is_for_session=True))):
        hub.account = shown
        hub.account_changed.emit(shown)
        dialog = page.open_token_dialog()
        await shoot(f"hub-token-{name}", dialog, window=window)
        dialog.reject()
        await asyncio.sleep(0.05)
    hub.account, hub.repo, hub.is_read = HubAccount(), "", False

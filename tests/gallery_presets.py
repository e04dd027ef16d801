"""Pictures of the Presets window: list, form, chains, source, script."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from app_driver import AppDriver

from gui import paths
from gui.windows.presets import dialogs
from gui.windows.presets.window import PresetsWindow

Shoot = Callable[..., Awaitable[None]]

TWO_STEPS = '''format = 2
# The notes' first chain: think in English, answer in Korean.
name = "Kwonbot, by way of English"
name_ko = "권봇 (영어로 생각하기)"
description = "Translates your question into English, then answers in Korean."
description_ko = "질문을 영어로 옮긴 다음 한국어로 답합니다."

[options]
temperature = 0.7

[[variables]]
name = "today"
source = "date"

[[steps]]
name = "english"
title = "Translate to English"
title_ko = "영어로 옮기기"
prompt = "Translate this into English. Answer with the translation only.\\n\\n{input}"

[steps.options]
temperature = 0.2

[[steps]]
name = "answer"
title = "Answer in Korean"
title_ko = "한국어로 답하기"
system = "당신은 한국어로 답하는 도우미 '권봇'입니다. 오늘은 {today}입니다."
prompt = """
질문: {input}

영어로는 이렇습니다: {english}

한국어로 답하세요."""
history = true
'''
PARALLEL = '''format = 2
name = "Joke and poem"
name_ko = "농담과 시"
description = "A joke and a poem about a topic, at the same time."
description_ko = "한 주제로 농담과 시를 동시에 씁니다."
reply = """
## {input}

{joke}

{poem}"""

[[variables]]
name = "mood"
label = "In what mood?"
label_ko = "어떤 분위기로?"
default = "cheerful"
choices = ["cheerful", "wistful", "dry"]

[[steps]]
[[steps.together]]
name = "joke"
title = "A joke"
title_ko = "농담"
prompt = "Tell a {mood} joke about {input}."
[[steps.together]]
name = "poem"
title = "A poem"
title_ko = "시"
prompt = "Write a {mood} poem of four lines about {input} in {style}."
'''
ROUTED = """format = 2
name = "Code or words"
name_ko = "코드인지 글인지"
description = "Reviews code, answers all else."
description_ko = "코드는 검토하고, 다른 것에는 답합니다."
reply = "{review}{answer}"

[[steps]]
name = "is_code"
title = "Is it code?"
title_ko = "코드인가?"
prompt = "Is this program code? Say yes or no.\\n\\n{input}"
output = "boolean"

[[steps]]
[[steps.together]]
name = "review"
title = "Review it"
title_ko = "검토하기"
prompt = "Review this code: {input}"
when = "is_code"
[[steps.together]]
name = "answer"
title = "Answer"
title_ko = "답하기"
prompt = "{input}"
when = "not is_code"
"""
FAULTY = TWO_STEPS.replace("temperature = 0.7", "temperature = 7").replace("{english}", "{englsh}")


async def take_presets(app: AppDriver, shoot: Shoot) -> None:
    """All pictures of one look."""
    window = app.window.open_presets()
    await app.until(lambda: app.to.preset_editor.is_open, "a preset is open")
    await shoot("presets-built-in", window=window)
    for name, text in (("kwon", TWO_STEPS), ("joke", PARALLEL), ("route", ROUTED)):
        (paths.own_presets() / f"{name}.toml").write_text(text, "utf-8")
    await app.to.presets.reread()
    await _forms(app, window, shoot)
    await _chains(app, window, shoot)
    await _source(app, window, shoot)
    window.close()


async def _opened(app: AppDriver, window: PresetsWindow, preset_id: str) -> None:
    window.open_preset(preset_id)
    await app.until(lambda: app.to.preset_editor.draft.id == preset_id, "it is open")
    await asyncio.sleep(0.3)


async def _forms(app: AppDriver, window: PresetsWindow, shoot: Shoot) -> None:
    panels = window.page.panels
    await _opened(app, window, "joke")
    window.side.list.setFocus()
    for key in ("prompt", "options", "variables"):
        panels.choose(key)
        await shoot(f"presets-{key}", window=window)
    panels.choose("prompt")
    menu = window.preset_menu()
    button = window.page.head.more
    corner = button.mapToGlobal(button.rect().bottomRight())
    corner.setX(corner.x() - menu.sizeHint().width())
    menu.popup(corner)
    await shoot("presets-menu", menu, window=window)
    menu.close()
    window.page.prompt.name.setText("Joke, poem, limerick")
    window.page.prompt.name.textEdited.emit("Joke, poem, limerick")
    await shoot("presets-unsaved", window=window)
    box = dialogs.ask_save("Joke", window, lambda: None, lambda: None)
    await shoot("presets-ask-save", box, window=window)
    box.reject()
    nothing = lambda: None  # noqa: E731
    box = dialogs.ask_overwrite(app.to.preset_editor.preset.name, window, *[nothing] * 3)
    await shoot("presets-ask-overwrite", box, window=window)
    box.reject()
    app.to.preset_editor.revert()
    file = paths.own_presets() / "joke.toml"
    file.unlink()
    app.to.presets.look_again()
    await app.until(lambda: app.to.preset_editor.draft.is_dirty, "it is gone")
    await shoot("presets-gone", window=window)
    window.notice.dismiss()
    file.write_text(PARALLEL, "utf-8")
    app.to.preset_editor.open("joke")
    await app.until(lambda: not app.to.preset_editor.draft.is_dirty, "it is back")
    await app.to.presets.reread()


async def _chains(app: AppDriver, window: PresetsWindow, shoot: Shoot) -> None:
    panels = window.page.panels
    for name in ("kwon", "joke", "route"):
        await _opened(app, window, name)
        panels.choose("chain")
        await shoot(f"presets-chain-{name}", window=window)
    window.page.chain.cards[0].fold.setChecked(True)
    await shoot("presets-chain-more", window=window)
    window.page.chain.cards[0].fold.setChecked(False)
    await _opened(app, window, "assistant")
    await shoot("presets-chain-none", window=window)
    await _opened(app, window, "kwon")
    window.page.source.set_text(FAULTY)
    await asyncio.sleep(0.4)
    await shoot("presets-chain-findings", window=window)
    window.resize(820, 700)
    await shoot("presets-chain-narrow", window=window)
    window.resize(1180, 780)


async def _source(app: AppDriver, window: PresetsWindow, shoot: Shoot) -> None:
    panels = window.page.panels
    panels.choose("source")
    await asyncio.sleep(0.4)
    await shoot("presets-source", window=window)
    window.page.source.set_text(FAULTY.replace('source = "date"', "source = date"))
    await asyncio.sleep(0.4)
    await shoot("presets-fault", window=window)
    panels.choose("prompt")
    await shoot("presets-fault-form", window=window)
    app.to.preset_editor.revert()
    panels.choose("python")
    await shoot("presets-python", window=window)
    app.to.presets.delete("joke")
    await app.until(window.notice.isVisible, "it is told")
    await shoot("presets-deleted", window=window)

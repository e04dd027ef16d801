"""Conversations for the gallery, in two languages; written for it, not by a model."""

from __future__ import annotations

from dataclasses import dataclass

from gui.records import MessageStatus


@dataclass(frozen=True, slots=True)
class SampleTurn:
    """What was said, and one answer for each branch."""

    said: str
    answers: tuple[str, ...]
    status: MessageStatus = MessageStatus.COMPLETE
    error: str = ""
    thinking: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One conversation; `name` is its picture's."""

    name: str
    title: str
    turns: tuple[SampleTurn, ...]
    cut: bool = False


_CODE = '''```python
from collections.abc import Iterator


def floors(house: dict[str, float], warm: float = 24.0) -> Iterator[str]:
    """Rooms whose floor is warm enough to sit on, warmest first."""
    for room, celsius in sorted(house.items(), key=lambda item: -item[1]):
        if celsius >= warm:
            yield f"{room}: {celsius:.1f} °C"
```'''

SAMPLES: dict[str, tuple[Sample, ...]] = {
    "en": (
        Sample(
            "failed",
            "A reply that broke off",
            (
                SampleTurn(
                    "Tell me about the history of underfloor heating.",
                    ("Heated floors are older than chimneys. Traces of them are found in",),
                    MessageStatus.INCOMPLETE,
                    "192.168.0.7:11434 closed the connection before the reply was done. "
                    "The text so far is kept. Try again.",
                ),
                SampleTurn(
                    "Are you still there?",
                    ("",),
                    MessageStatus.FAILED,
                    "Nothing answers at 192.168.0.7:11434. "
                    "Start Ollama there, or use the built-in engine.",
                ),
            ),
        ),
        Sample(
            "thinking",
            "How many rooms stay warm",
            (
                SampleTurn(
                    "A house has 12 rooms and a third of them are cold. How many are warm?",
                    ("A third of 12 is 4, so **8 rooms** are warm.",),
                    thinking="A third of 12 is 12 / 3 = 4. These are cold. 12 - 4 = 8 are left.",
                ),
                SampleTurn("And if one more cools down?", ("Then **7** are warm.",)),
            ),
            cut=True,
        ),
        Sample(
            "lists",
            "Plan a weekend in Jeonju",
            (
                SampleTurn(
                    "Plan a quiet weekend in Jeonju for two people who like to walk.",
                    (
                        "## Saturday\n\n1. **Morning** – walk through the hanok village before "
                        "the crowds come.\n2. **Noon** – bibimbap, of course:\n   - with *raw* "
                        "beef, or\n   - with mushrooms from the market\n3. **Evening** – up to "
                        "Omokdae for the view over the roofs.\n\n## Sunday\n\n- The paper museum; "
                        "you can make a sheet of *hanji* yourself.\n- A slow tea, then the train "
                        "home.\n\n> Sleep on an ondol floor at least once. The warmth comes from "
                        "below, and it stays.\n\nMore in [the city's guide](https://tour.jeonju.go."
                        "kr).\n\n---\n\nShall I look for a place with a heated floor?",
                        "Walk, eat bibimbap, sleep warm.",
                    ),
                ),
            ),
        ),
        Sample(
            "conversation",
            "A generator for warm rooms",
            (
                SampleTurn(
                    "Write a Python generator that yields the rooms with a warm floor.",
                    (
                        "Here is one. It sorts by temperature, so the warmest room comes first:"
                        f"\n\n{_CODE}\n\nTwo things to notice:\n\n- It takes a plain `dict`, so "
                        "you can feed it from anywhere.\n- Nothing is computed until someone "
                        "*iterates*: that is what makes it a generator.",
                    ),
                ),
                SampleTurn(
                    "Why sort by the negative value?",
                    (
                        "Because `sorted` puts the smallest first. Negating the temperature "
                        "turns the warmest into the smallest. `reverse=True` would say the same "
                        "more plainly:\n\n```python\nsorted(house.items(), key=lambda item: "
                        "item[1], reverse=True)\n```",
                    ),
                ),
            ),
        ),
    ),
    "ko": (
        Sample(
            "failed",
            "끊어진 답변",
            (
                SampleTurn(
                    "온돌의 역사를 알려 줘.",
                    ("온돌은 굴뚝보다 오래되었습니다. 가장 오래된 흔적은",),
                    MessageStatus.INCOMPLETE,
                    "답변이 끝나기 전에 192.168.0.7:11434 연결이 끊겼습니다. "
                    "지금까지의 글은 남아 있습니다. 다시 시도하세요.",
                ),
            ),
        ),
        Sample(
            "thinking",
            "따뜻한 방은 몇 개일까",
            (
                SampleTurn(
                    "방이 12개인 집에서 3분의 1이 춥다면 따뜻한 방은 몇 개야?",
                    ("12의 3분의 1은 4이므로 따뜻한 방은 **8개**입니다.",),
                    thinking="12를 3으로 나누면 4. 이 방들은 춥다. 12에서 4를 빼면 8이 남는다.",
                ),
                SampleTurn("하나가 더 식으면?", ("그러면 **7개**가 따뜻합니다.",)),
            ),
            cut=True,
        ),
        Sample(
            "lists",
            "전주에서 보내는 주말",
            (
                SampleTurn(
                    "걷기를 좋아하는 두 사람을 위해 전주에서 보낼 조용한 주말을 짜 줘.",
                    (
                        "## 토요일\n\n1. **아침** – 사람이 붐비기 전에 한옥마을을 걷습니다.\n"
                        "2. **점심** – 역시 비빔밥입니다.\n   - *육회*를 얹거나\n   - 시장에서 산 "
                        "버섯을 넣어서\n3. **저녁** – 오목대에 올라 기와지붕을 내려다봅니다.\n\n"
                        "## 일요일\n\n- 한지박물관에서 *한지*를 직접 떠 봅니다.\n- 느긋하게 차를 "
                        "마시고 기차로 돌아옵니다.\n\n> 하룻밤은 꼭 온돌방에서 주무세요. 온기는 "
                        "아래에서 올라와 오래 머뭅니다.\n\n---\n\n온돌방이 있는 숙소를 찾아 드릴까요?",
                        "걷고, 비빔밥을 먹고, 따뜻하게 주무세요.",
                    ),
                ),
            ),
        ),
        Sample(
            "conversation",
            "따뜻한 방을 고르는 제너레이터",
            (
                SampleTurn(
                    "바닥이 따뜻한 방을 내주는 파이썬 제너레이터를 써 줘.",
                    (
                        "온도 순으로 정렬해서 가장 따뜻한 방부터 나옵니다.\n\n"
                        f"{_CODE}\n\n두 가지를 눈여겨보세요.\n\n- 평범한 `dict`를 받으므로 어디서든 "
                        "값을 넣을 수 있습니다.\n- 누군가 *순회하기* 전에는 아무것도 계산하지 "
                        "않습니다. 그래서 제너레이터입니다.",
                    ),
                ),
                SampleTurn(
                    "왜 음수로 정렬해?",
                    (
                        "`sorted`는 작은 값을 먼저 놓기 때문입니다. 부호를 뒤집으면 가장 따뜻한 "
                        "방이 가장 작은 값이 됩니다. `reverse=True`가 더 솔직한 표현입니다.",
                    ),
                ),
            ),
        ),
    ),
}

"""Values of variables: those that are known by themselves, and those that must be asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gui.chat.presets.references import names_used
from gui.language import LANGUAGES
from gui.records import INPUT, Preset, Variable, VariableSource

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"),
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)


def automatic(
    variables: Iterable[Variable], now: datetime, clipboard: str, selection: str, language: str
) -> dict[str, str]:
    """The values of the variables that are not asked for, by name.

    `now` is local time; `clipboard` and `selection` are texts, "" for none, where the
    variable's default is used; `language` is the code of the window's.
    """
    values = {
        VariableSource.DATE: date_in_words(now, language),
        VariableSource.TIME: f"{now:%H:%M}",
        VariableSource.CLIPBOARD: clipboard,
        VariableSource.SELECTION: selection,
        VariableSource.LANGUAGE: LANGUAGES.get(language, LANGUAGES["en"]),
    }
    return {
        variable.name: values[variable.source] or variable.default
        for variable in variables
        if variable.source is not VariableSource.ASK
    }


def missing(preset: Preset) -> tuple[Variable, ...]:
    """The variables to ask for: declared ones that are used, in their order, then the names in
    prompts that nothing else gives. A default is a proposal, so those are here too."""
    used = names_used(preset)
    asked = tuple(
        variable
        for variable in preset.variables
        if variable.source is VariableSource.ASK and variable.name in used
    )
    given = {INPUT, *(variable.name for variable in preset.variables)}
    given |= {step.name for step in preset.chain.steps}
    return (*asked, *(Variable(name) for name in used if name not in given))


def date_in_words(day: datetime, language: str) -> str:
    """A date as a model understands it best: with its weekday, the month as a word."""
    if language == "ko":
        return f"{day.year}년 {day.month}월 {day.day}일 {_DAYS['ko'][day.weekday()]}"
    return f"{_DAYS['en'][day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"

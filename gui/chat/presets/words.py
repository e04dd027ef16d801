"""What the tables, keys and values of a preset's source are for, a few words each."""

from __future__ import annotations

from gui.language import tr
from gui.records import OutputKind, VariableSource


def about_tables() -> dict[str, str]:
    """The headers there are."""
    return {
        "[options]": tr("options of the model"),
        "[[variables]]": tr("a name for braces, and where its value comes from"),
        "[[steps]]": tr("a step of the chain"),
        "[[steps.together]]": tr("a step that runs beside others"),
        "[steps.options]": tr("options of this step alone"),
        "[steps.together.options]": tr("options of this step alone"),
    }


def about_keys(table: str) -> dict[str, str]:
    """The keys of a table, by the name in its header, "" for the top."""
    if table == "variables":
        return _of_variables()
    return _of_steps() if table.startswith("steps") else _of_the_top()


def _of_the_top() -> dict[str, str]:
    return {
        "format": tr("the format of this file: 2"),
        "name": tr("what the list of presets shows"),
        "description": tr("one sentence below the name"),
        "system": tr("the system prompt"),
        "model": tr("a model of its own; without, the chosen one"),
        "reply": tr("the reply, made of the steps' outputs"),
    }


def _of_variables() -> dict[str, str]:
    return {
        "name": tr("what stands in braces"),
        "source": tr("where the value comes from"),
        "label": tr("what the form asks"),
        "default": tr("the value if nothing is entered"),
        "choices": tr("values that the form offers"),
    }


def _of_steps() -> dict[str, str]:
    return {
        "name": tr("how later prompts call its output"),
        "title": tr("what a person reads instead of the name"),
        "prompt": tr("what the model is asked"),
        "system": tr("a system prompt of its own"),
        "model": tr("a model of its own; without, the chosen one"),
        "output": tr("what the reply is read as"),
        "schema": tr("the JSON schema that the reply obeys"),
        "when": tr("an earlier yes or no on which it depends"),
        "history": tr("whether it sees the conversation so far"),
    }


def about_outputs() -> dict[str, str]:
    """The kinds of output."""
    return {
        OutputKind.TEXT: tr("the reply as it is"),
        OutputKind.LIST: tr("one entry a line"),
        OutputKind.JSON: tr("an object or list, by schema if there is one"),
        OutputKind.BOOLEAN: tr("yes or no"),
    }


def about_sources() -> dict[str, str]:
    """Where values of variables come from."""
    return {
        VariableSource.ASK: tr("a form asks for it"),
        VariableSource.DATE: tr("today"),
        VariableSource.TIME: tr("the time of day"),
        VariableSource.CLIPBOARD: tr("what was copied last"),
        VariableSource.SELECTION: tr("the text that is selected"),
        VariableSource.LANGUAGE: tr("the language of the window"),
    }

"""The preset that is meant by a name, an id, or the path of a file; and its TOML."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gui import language, paths
from gui.chat import PresetStore
from gui.chat.chains import running
from gui.chat.presets import reading
from gui.chat.presets.check import check
from gui.chat.presets.ids import preset_id
from gui.errors import PresetError
from gui.language import tr
from gui.records import Diagnostic, Preset, Severity
from gui.terminal import choosing
from gui.terminal.findings import has_errors


@dataclass(frozen=True, slots=True)
class Source:
    """What was meant. `preset` is None for a file with errors, which are in `findings`."""

    preset: Preset | None
    text: str
    label: str = ""
    """The file, as it was typed."""
    findings: tuple[Diagnostic, ...] = ()


def store() -> PresetStore:
    """The presets there are."""
    return PresetStore(paths.resources() / "presets", paths.own_presets())


def meant(name: str) -> Source:
    """What `name` means; with ".toml" at its end it is a path.

    Raises PresetError for a name that is none, a file that cannot be read, and a named
    preset that must not run.
    """
    if name.casefold().endswith(reading.SUFFIX):
        return _of_file(name)
    preset = choosing.preset(name)
    running.check(preset)
    return Source(preset, store().source(preset.id))


def _of_file(name: str) -> Source:
    path = Path(name)
    try:
        text = reading.read_text(path)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise PresetError(
            tr("The file {file} could not be read: {reason}.", file=name, reason=reason),
            tr("Give the path of a preset's TOML file."),
        ) from error
    findings = tuple(each for each in check(text) if each.severity is not Severity.NOTE)
    if has_errors(findings):
        return Source(None, text, name, findings)
    preset = reading.parse(text, preset_id(path.stem), language.chosen())
    return Source(preset, text, name, findings)

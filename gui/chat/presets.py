"""The presets there are: those that come with Ondol and the person's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gui import language
from gui.chat import preset_files
from gui.chat.preset_files import SUFFIX, preset_id
from gui.errors import PresetError
from gui.files import write_whole
from gui.language import tr
from gui.records import Preset


class PresetStore:
    """Presets in two folders of `*.toml` files; a file's name is the preset's id.

    One of the person's own hides the built-in one with the same id, until it is deleted.
    """

    def __init__(self, built_in: Path, own: Path) -> None:
        self._built_in = built_in
        self._own = own
        self.problems: tuple[PresetError, ...] = ()
        """Why some files could not be used when `available` last looked."""

    def available(self) -> tuple[Preset, ...]:
        """Every preset that can be used: built-in ones first, each group in the order of names.

        Names and descriptions are in the chosen language. Reads the files each time.
        """
        found: dict[str, Preset] = {}
        problems: list[PresetError] = []
        for folder, built_in in ((self._built_in, True), (self._own, False)):
            for path in sorted(folder.glob(f"*{SUFFIX}")):
                try:
                    preset = preset_files.read(path, language.chosen(), built_in=built_in)
                except PresetError as problem:
                    problems.append(problem)
                else:
                    found[preset.id] = preset
        self.problems = tuple(problems)
        return tuple(sorted(found.values(), key=_order))

    def get(self, identity: str) -> Preset | None:
        """The preset with this id, None when there is none that can be used."""
        return next((p for p in self.available() if p.id == identity), None)

    def save(self, preset: Preset) -> Preset:
        """Write `preset` among the person's own; without an id it gets one from its name.

        An existing one of the person's with the same id is replaced, whole or not at all.
        Raises `PresetError`.
        """
        identity = preset.id or self._free_id(preset.name)
        path = self._path(identity)
        try:
            write_whole(path, preset_files.render(preset))
        except (OSError, UnicodeEncodeError) as reason:
            raise PresetError(
                tr(
                    "The preset {name} could not be saved: {reason}",
                    name=preset.name,
                    reason=reason,
                ),
                tr("What is on screen stays; copy what you need."),
                str(path),
            ) from reason
        return replace(preset, id=identity, built_in=False)

    def delete(self, identity: str) -> None:
        """Delete one of the person's own; a built-in one stays. Raises `PresetError`."""
        path = self._path(identity)
        try:
            path.unlink(missing_ok=True)
        except OSError as reason:
            raise PresetError(
                tr("The preset {name} could not be deleted: {reason}", name=identity, reason=reason)
            ) from reason

    def _free_id(self, name: str) -> str:
        taken = {preset.id for preset in self.available()}
        first = preset_id(name)
        candidates = (first, *(preset_id(f"{first[:56]}-{n}") for n in range(2, 10_000)))
        return next(identity for identity in candidates if self._is_free(identity, taken))

    def _is_free(self, identity: str, taken: set[str]) -> bool:
        return identity not in taken and not self._path(identity).exists()

    def _path(self, identity: str) -> Path:
        """The file of an id; raises `PresetError` for one that is not a safe file name."""
        if preset_id(identity) != identity:
            raise PresetError(tr("{name} cannot be the id of a preset.", name=identity))
        return self._own / f"{identity}{SUFFIX}"


def _order(preset: Preset) -> tuple[bool, bool, str]:
    """The plain assistant first, then the other built-in ones, then the person's own."""
    return not preset.built_in, preset.id != "assistant", preset.name.casefold()

"""The presets there are: those that come with Ondol and the person's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gui import language
from gui.chat.presets import order, reading, writing
from gui.chat.presets.findings import problems
from gui.chat.presets.ids import preset_id
from gui.chat.presets.reading import SUFFIX
from gui.errors import PresetError
from gui.files import write_whole
from gui.language import tr
from gui.records import Preset


class PresetStore:
    """Presets in two folders of `*.toml` files; a file's name is the preset's id.

    One of the person's own hides the built-in one with the same id, until it is deleted.
    Nothing is kept in memory: the files are read each time.
    """

    def __init__(self, built_in: Path, own: Path) -> None:
        self._built_in = built_in
        self._own = own
        self.problems: tuple[PresetError, ...] = ()
        """Why some files could not be used when `available` last looked."""

    def available(self) -> tuple[Preset, ...]:
        """Every preset that can be used: built-in ones first, in the order of names, then the
        person's own in the order that was given to them.

        Names and descriptions are in the chosen language.
        """
        found: dict[str, Preset] = {}
        wrong: list[PresetError] = []
        for folder, built_in in ((self._built_in, True), (self._own, False)):
            for path in sorted(folder.glob(f"*{SUFFIX}")):
                try:
                    preset = reading.read(path, language.chosen(), built_in=built_in)
                except PresetError as problem:
                    wrong.append(problem)
                else:
                    found[preset.id] = preset
        self.problems = tuple(wrong)
        ids = order.read(self._own)
        return tuple(sorted(found.values(), key=lambda preset: _order(preset, ids)))

    def get(self, identity: str) -> Preset | None:
        """The preset with this id, None when there is none that can be used."""
        return next((p for p in self.available() if p.id == identity), None)

    def is_changed(self, identity: str) -> bool:
        """Whether one of the person's own hides a built-in one, so that `delete` resets it."""
        return self._path(identity).exists() and self._built_in_path(identity).exists()

    def is_own(self, identity: str) -> bool:
        """Whether it is one of the person's own; raises `PresetError` for what is no id."""
        return self._path(identity).exists()

    def source(self, identity: str) -> str:
        """The text of a preset's file, also of one that cannot be used; raises `PresetError`."""
        own = self._path(identity)
        path = own if own.exists() else self._built_in_path(identity)
        try:
            return reading.read_text(path)
        except (OSError, ValueError) as reason:
            raise PresetError(
                tr("The preset {file} cannot be used: {reason}", file=path.name, reason=reason),
                tr("Correct the file, or delete it."),
                str(path),
            ) from reason

    def save(self, preset: Preset) -> Preset:
        """Write `preset` among the person's own; without an id it gets one from its name.

        Where there is a file of this id, the person's own or a built-in one, its comments and
        its words in other languages are kept. It is written whole or not at all. Raises
        `PresetError`.
        """
        identity = preset.id or self._free_id(preset.name)
        self._write(identity, preset.name, self._text_of(identity, preset))
        return replace(preset, id=identity, built_in=False)

    def save_source(self, identity: str, text: str) -> Preset:
        """Write what a person wrote; without an id it gets one from its name.

        Raises `PresetError` if it is no preset; one that must not run yet is saved.
        """
        preset = self._parsed(text, identity)
        identity = identity or self._free_id(preset.name)
        self._write(identity, preset.name, text)
        return replace(preset, id=identity)

    def delete(self, identity: str) -> None:
        """Delete one of the person's own; a built-in one stays, and is as it was. Raises
        `PresetError`."""
        path = self._path(identity)
        try:
            path.unlink(missing_ok=True)
        except OSError as reason:
            raise PresetError(
                tr("The preset {name} could not be deleted: {reason}", name=identity, reason=reason)
            ) from reason

    def duplicate(self, identity: str, name: str) -> Preset:
        """A copy among the person's own, called `name`, comments and all; raises LookupError
        if there is no such preset, and `PresetError`."""
        preset = self.get(identity)
        if preset is None:
            raise LookupError(identity)
        copy = replace(preset, id=self._free_id(name), name=name, built_in=False)
        self._write(copy.id, name, writing.changed(self.source(identity), copy))
        return copy

    def reorder(self, identities: Sequence[str]) -> None:
        """Give the person's own presets this order. Raises `PresetError`."""
        try:
            order.write(self._own, identities)
        except (OSError, UnicodeEncodeError) as reason:
            raise PresetError(
                tr("The order of the presets could not be saved: {reason}", reason=reason),
                tr("The presets themselves are kept."),
            ) from reason

    def import_file(self, path: Path) -> Preset:
        """Take a file among the person's own, under an id that is free.

        Raises `PresetError` with the reason for what is no preset, or must not run.
        """
        try:
            text = reading.read_text(path)
            preset = reading.parse(text, preset_id(path.stem), language.chosen())
            if wrong := problems(preset):
                raise ValueError(wrong[0])
        except (ValueError, OSError, RecursionError) as reason:
            raise PresetError(
                tr("{file} is no preset that can be used: {reason}", file=path.name, reason=reason),
                tr("Nothing was taken over. Correct the file, then try again."),
                str(path),
            ) from reason
        identity = self._free_id(path.stem)
        self._write(identity, preset.name, text)
        return replace(preset, id=identity)

    def export(self, preset: Preset, path: Path) -> None:
        """Write a preset to a file of the person's choice, as `save` would. Raises
        `PresetError`."""
        identity = preset.id or preset_id(preset.name)
        self._put(path, preset.name, self._text_of(identity, preset))

    def _text_of(self, identity: str, preset: Preset) -> str:
        """The text for a preset: that of its file with the changes, a new one if need be."""
        try:
            return writing.changed(self.source(identity), preset)
        except PresetError:
            return writing.render(preset)

    def _parsed(self, text: str, identity: str) -> Preset:
        try:
            if len(text.encode("utf-8", "surrogatepass")) > reading.LARGEST:
                raise ValueError(tr("the file is too large"))
            return reading.parse(text, identity, language.chosen())
        except (ValueError, RecursionError) as reason:
            raise PresetError(
                tr("This is no preset yet: {reason}", reason=reason),
                tr("Nothing was saved. Correct it, then save again."),
            ) from reason

    def _write(self, identity: str, name: str, text: str) -> None:
        self._put(self._path(identity), name, text)

    def _put(self, path: Path, name: str, text: str) -> None:
        try:
            write_whole(path, text)
        except (OSError, UnicodeEncodeError) as reason:
            raise PresetError(
                tr("The preset {name} could not be saved: {reason}", name=name, reason=reason),
                tr("What is on screen stays; copy what you need."),
                str(path),
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

    def _built_in_path(self, identity: str) -> Path:
        return self._built_in / f"{identity}{SUFFIX}"


def _order(preset: Preset, ids: Sequence[str]) -> tuple[bool, bool, int, str]:
    """The plain assistant first, then the other built-in ones, then the person's own."""
    place = 0 if preset.built_in else order.position(ids, preset.id)
    return not preset.built_in, preset.id != "assistant", place, preset.name.casefold()

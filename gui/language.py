"""The words a person reads: `tr()` gives an English sentence in the chosen language.

The English sentence is the key. Korean lives in `resources/translations/ko/`;
a test checks that every sentence in the code has its translation and its fields.
"""

from __future__ import annotations

import locale
import os
import tomllib

from gui import paths

LANGUAGES = {"en": "English", "ko": "한국어"}


class _Catalog:
    code = "en"
    sentences: dict[str, str] = {}  # noqa: RUF012 - replaced whole, never changed


_catalog = _Catalog()


def system_language() -> str:
    """The person's language by the environment: "ko" or "en"."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ko" if value.lower().startswith("ko") else "en"
    code = locale.getlocale()[0] or ""
    return "ko" if code.lower().startswith(("ko", "korean")) else "en"


def choose(code: str) -> None:
    """Speak `code` from now on; "" follows the system; an unknown code speaks English."""
    _catalog.code = code if code in LANGUAGES else (system_language() if not code else "en")
    folder = paths.resources() / "translations" / _catalog.code
    _catalog.sentences = {}
    for file in sorted(folder.glob("*.toml")):
        _catalog.sentences |= tomllib.loads(file.read_text("utf-8"))


def chosen() -> str:
    """The language spoken now."""
    return _catalog.code


def tr(sentence: str, **values: object) -> str:
    """`sentence` in the chosen language, its `{fields}` filled in."""
    template = _catalog.sentences.get(sentence, sentence)
    for name, value in values.items():
        template = template.replace("{" + name + "}", str(value))
    return template

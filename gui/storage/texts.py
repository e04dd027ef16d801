"""Text as SQLite can keep it: no lone surrogates, no NULs."""

from __future__ import annotations

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def clean_text(text: str) -> str:
    """`text` with each NUL and each lone surrogate as U+FFFD; a surrogate pair is joined.

    JSON may carry half an emoji (`"\\ud83d"`), and two streamed tokens one half each. UTF-8
    cannot hold a half, so without this the save would fail after the text was shown.
    """
    if "\0" in text:
        text = text.replace("\0", _REPLACEMENT)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text

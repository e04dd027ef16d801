"""The form of a token for Hugging Face. No error repeats what was entered."""

from __future__ import annotations

import re

from gui.errors import BadToken

_TOKEN = re.compile(r"hf_[A-Za-z0-9_.\-]{8,2000}", re.ASCII)
"""Access tokens are `hf_` and 34 letters; those of a login in the browser are longer."""


def read_token(text: str) -> str:
    """The token in what was typed or pasted; raises BadToken."""
    token = text.strip().strip("\"'").removeprefix("Bearer ").strip()
    if not _TOKEN.fullmatch(token):
        raise BadToken
    return token

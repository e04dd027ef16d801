"""A model card as Markdown to be read: without what would load, act, or only decorate."""

from __future__ import annotations

import html
import re

MOST_BYTES = 2**18
_MOST_SIGNS = 16_000
_FRONT = re.compile(r"\A\ufeff?---\r?\n.*?\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_ACROSS = re.DOTALL | re.IGNORECASE
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", _ACROSS)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")
_IMAGE = re.compile(r"!\[[^\]\n]{0,500}\]\([^()\n]{0,2000}\)")
_EMPTY_LINK = re.compile(r"\[[ \t]*\]\([^()\n]{0,2000}\)")
_BLANKS = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")


def excerpt(data: bytes) -> str:
    """The beginning of a card without its header, tags, comments and pictures.

    What is left is still foreign: show it where Markdown is painted, not interpreted.
    """
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    text = _FRONT.sub("", text, count=1)
    text = _COMMENT.sub("", text)
    text = html.unescape(_TAG.sub("", text))
    text = _EMPTY_LINK.sub("", _IMAGE.sub("", text))
    text = "".join(sign for sign in text if sign == "\n" or sign.isprintable())
    text = _BLANKS.sub("\n\n", text).strip()
    return text if len(text) <= _MOST_SIGNS else text[:_MOST_SIGNS].rstrip() + "…"

"""A model card as plain text: an excerpt for a person who chooses, never markup that acts."""

from __future__ import annotations

import html
import re

MOST_BYTES = 2**18
_MOST_SIGNS = 4000
_FRONT = re.compile(r"\A\ufeff?---\r?\n.*?\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_ACROSS = re.DOTALL | re.IGNORECASE
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", _ACROSS)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")
_IMAGE = re.compile(r"!\[[^\]\n]{0,500}\]\([^()\n]{0,2000}\)")
_LINK = re.compile(r"\[([^\[\]\n]{0,500})\]\([^()\n]{0,2000}\)")
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+|[ \t]+#+[ \t]*$", re.MULTILINE)
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1")
_BLANKS = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")


def excerpt(data: bytes) -> str:
    """The beginning of a card without its header, tags, pictures and addresses of links."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    text = _FRONT.sub("", text, count=1)
    text = _COMMENT.sub("", text)
    text = html.unescape(_TAG.sub("", text))
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    text = _STRONG.sub(r"\2", _HEADING.sub("", text))
    text = "".join(sign for sign in text if sign == "\n" or sign.isprintable())
    text = _BLANKS.sub("\n\n", text).strip()
    return text if len(text) <= _MOST_SIGNS else text[:_MOST_SIGNS].rstrip() + "…"

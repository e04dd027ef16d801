"""Secrets do not reach a log file (TOK-06)."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from gui import logs

SECRET = "CANARYcanaryCANARY1234567890"
LEAKS = [
    "token hf_{}",
    "sk-{}",
    "ghp_{}",
    "Authorization: Bearer {}",
    "authorization: bearer {}",
    "Authorization: Basic {}",
    "{{'Authorization': 'Bearer {}'}}",
    "Headers([('authorization', 'Bearer {}')])",
    "[(b'authorization', b'Bearer {}')]",
    "Proxy-Authorization: Basic {}",
    "X-Api-Key: {}",
    "{{'x-api-key': '{}'}}",
    "Cookie: token={}",
    "https://user:{}@example.org/x",
    "http://{}@example.org/x",
    "socks5://me:{}@proxy:1080",
    "https://cdn/x?X-Amz-Signature={}&y=1",
    "https://cdn/x?y=1&X-Amz-Credential={}",
    "https://cdn/x?X-Amz-Security-Token={}",
    "https://cdn/x?Signature={}&Key-Pair-Id=K",
    "https://cdn/x?Key-Pair-Id={}",
    "https://cdn/x?Policy={}",
    "https://cdn/x?sig={}",
    "https://cdn/x?api_key={}",
    "https://cdn/x?apikey={}",
    "https://cdn/x?key={}",
    "https://cdn/x?access_token={}",
    "https://cdn/x?client_secret={}",
    "https://cdn/x?password={}",
    "token={}",
]


@pytest.mark.parametrize("text", LEAKS)
def test_tok_06_each_form_is_blacked_out(text: str) -> None:
    leak = text.format(SECRET)
    assert SECRET in leak
    assert SECRET not in logs.redacted(leak)


@pytest.mark.parametrize("text", LEAKS)
def test_tok_06_in_messages_arguments_and_tracebacks(text: str, home: Path) -> None:
    leak = text.format(SECRET)
    with logs.to_file():
        logger = logging.getLogger("gui.test")
        logger.warning(leak.replace("%", "%%"))
        logger.warning("%s", leak)
        try:
            raise RuntimeError(leak)
        except RuntimeError:
            logger.exception("failed")
    written = (home / "logs" / "ondol.log").read_text()
    assert "RuntimeError" in written
    assert SECRET not in written


@pytest.mark.parametrize(
    "text",
    [
        "12 tokens in 3 s",
        "https://huggingface.co/u/m/resolve/main/m.gguf",
        "the token was refused",
        "Traceback (most recent call last):",
        "mailto:a@b",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert logs.redacted(text) == text

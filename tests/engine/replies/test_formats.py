"""`format`: replies that do not follow it are not passed off as ones that do (ENG-11b)."""

from __future__ import annotations

import socket

import pytest

from gui.engine.replies.formats import check_reply
from gui.engine.wire import ApiError

NUMBER = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


@pytest.mark.parametrize("text", ['{"n": 3}', ' {"n": 3, "m": "x"}\n'])
def test_what_follows(text: str) -> None:
    check_reply(text, NUMBER)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ('{"n": 3', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"n": "3"}', r"\$\.n: '3' is not of type"),
        ("{}", "'n' is a required property"),
    ],
)
def test_what_does_not(text: str, says: str) -> None:
    with pytest.raises(ApiError, match=says) as refused:
        check_reply(text, NUMBER)
    assert refused.value.status == 500


def test_a_loop_refuses_nothing() -> None:
    check_reply("{}", {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#"}}})


def test_nothing_is_fetched_for_a_schema() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        check_reply("{}", {"$ref": f"http://127.0.0.1:{port}/schema"})
        with pytest.raises(TimeoutError):
            listener.accept()

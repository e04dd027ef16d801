"""Bytes of Ollama's answers, built by hand so that a test can also build them wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

MODEL = "m:latest"
CREATED = "2026-08-21T10:00:00.123456789Z"


def line(value: Any) -> bytes:
    """One NDJSON line, non-ASCII text raw, as Go writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def chat_line(content: str, **message: Any) -> bytes:
    """A token of /api/chat."""
    said = {"role": "assistant", "content": content, **message}
    return line({"model": MODEL, "created_at": CREATED, "message": said, "done": False})


def generate_line(response: str) -> bytes:
    """A token of /api/generate."""
    return line({"model": MODEL, "created_at": CREATED, "response": response, "done": False})


def _final(**values: Any) -> dict[str, Any]:
    return {
        "model": MODEL,
        "created_at": CREATED,
        "done": True,
        "done_reason": "stop",
        "total_duration": 2_000_000_000,
        "load_duration": 1_000_000,
        "prompt_eval_count": 10,
        "prompt_eval_duration": 100_000_000,
        "eval_count": 3,
        "eval_duration": 1_000_000_000,
        **values,
    }


def done_line(**values: Any) -> bytes:
    """The last line of /api/chat."""
    return line(_final(message={"role": "assistant", "content": ""}, **values))


def generate_done_line(**values: Any) -> bytes:
    """The last line of /api/generate."""
    return line(_final(response="", **values))


def error_line(text: Any) -> bytes:
    """An error after the answer began."""
    return line({"error": text})


def head(
    status: str = "200 OK", *headers: str, content_type: str = "application/x-ndjson"
) -> bytes:
    """Status line and headers; without a length the body ends with the connection."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunked_head(status: str = "200 OK", content_type: str = "application/x-ndjson") -> bytes:
    """The head of a chunked answer."""
    return head(status, "Transfer-Encoding: chunked", content_type=content_type)


def chunk(data: bytes) -> bytes:
    """One HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"


def http_ok(*lines: bytes) -> list[bytes]:
    """A whole chunked stream, one chunk for each line."""
    return [chunked_head(), *(chunk(each) for each in lines if each), LAST_CHUNK]


def http_close(*lines: bytes) -> list[bytes]:
    """A stream that ends with the connection."""
    return [head(), *lines]


def http_json(value: Any, status: str = "200 OK", *headers: str) -> list[bytes]:
    """A JSON document."""
    body = json.dumps(value).encode()
    return http_body(body, status, *headers, content_type="application/json; charset=utf-8")


def http_body(
    body: bytes, status: str = "200 OK", *headers: str, content_type: str = "text/plain"
) -> list[bytes]:
    """Any document."""
    return [head(status, f"Content-Length: {len(body)}", *headers, content_type=content_type), body]


def chat(*contents: str) -> list[bytes]:
    """A whole reply of /api/chat."""
    return http_ok(*(chat_line(each) for each in contents), done_line())


def tags(names: Iterable[str] = (MODEL,)) -> list[bytes]:
    """/api/tags."""
    return http_json({"models": [_tag(name) for name in names]})


def _tag(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "model": name,
        "modified_at": "2026-08-21T10:00:00+09:00",
        "size": 1000,
        "digest": "a" * 64,
        "details": _DETAILS,
        "capabilities": ["completion"],
    }


_DETAILS = {
    "parent_model": "",
    "format": "gguf",
    "family": "llama",
    "families": ["llama"],
    "parameter_size": "1B",
    "quantization_level": "Q4_K_M",
}


def show() -> list[bytes]:
    """/api/show."""
    return http_json(
        {
            "license": "Free for all.",
            "details": _DETAILS,
            "model_info": {"general.architecture": "llama", "llama.context_length": 8192},
            "capabilities": ["completion"],
            "modified_at": "2026-08-21T10:00:00+09:00",
        }
    )

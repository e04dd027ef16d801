"""What the playground listens to, and RemoteRunnable.astream_log: the reply, as it grows.

LangServe's own route tells what LangChain's tracers see of every step, and is not served (see
`gui.serve`). This one speaks the same language, JSON patches of a run's state, of which only
the reply is ever told.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from langchain_core.runnables import Runnable
from pydantic import BaseModel
from sse_starlette import EventSourceResponse
from starlette.requests import Request


def route(
    chain: Runnable[Any, str], schema: type[BaseModel]
) -> Callable[[Request], Awaitable[EventSourceResponse]]:
    """The function that answers; bodies come to it checked (see `gui.serve.bodies`)."""

    async def stream_log(request: Request) -> EventSourceResponse:
        body = await request.json()
        values = schema.model_validate(body["input"])
        return EventSourceResponse(_events(chain, dict(values)))

    return stream_log


async def _events(chain: Runnable[Any, str], values: Any) -> AsyncGenerator[dict[str, str]]:
    state: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "name": "/chain",
        "type": "chain",
        "streamed_output": [],
        "final_output": None,
        "logs": {},
    }
    yield _patch({"op": "replace", "path": "", "value": state})
    texts = []
    try:
        async for text in chain.astream(values):
            texts.append(text)
            yield _patch({"op": "add", "path": "/streamed_output/-", "value": text})
    except Exception:  # `gui.serve.runs` knows what it was, and says so
        yield {"event": "error", "data": "{}"}
        return
    yield _patch({"op": "replace", "path": "/final_output", "value": "".join(texts)})
    yield {"event": "end"}


def _patch(operation: dict[str, Any]) -> dict[str, str]:
    return {"event": "data", "data": json.dumps({"ops": [operation]})}

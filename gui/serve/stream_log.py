"""What the playground listens to, and RemoteRunnable.astream_log: the reply, as it grows.

LangServe's own route tells what LangChain's tracers see of every step, and is not served (see
`gui.serve`). This one speaks the same language, JSON patches of a run's state, of which only
the reply is ever told.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from langchain_core.runnables import Runnable
from pydantic import BaseModel
from sse_starlette import EventSourceResponse
from starlette.requests import Request

from gui.serve.faults import Refused, ending, public


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
            yield _output(text)
    except (Exception, asyncio.CancelledError) as problem:
        is_cut = isinstance(problem, asyncio.CancelledError)
        # The playground shows the output alone; others get the event, worded by `gui.serve.runs`.
        yield _output(_told(ending() if is_cut else public(problem), after=texts))
        yield {"event": "error", "data": "{}"}
        if is_cut:
            raise
        return
    yield _patch({"op": "replace", "path": "/final_output", "value": "".join(texts)})
    yield {"event": "end"}


def _told(refused: Refused, *, after: list[str]) -> str:
    told = f"[{refused.text}]"
    return f"\n\n{told}" if after else told


def _output(text: str) -> dict[str, str]:
    return _patch({"op": "add", "path": "/streamed_output/-", "value": text})


def _patch(operation: dict[str, Any]) -> dict[str, str]:
    return {"event": "data", "data": json.dumps({"ops": [operation]})}

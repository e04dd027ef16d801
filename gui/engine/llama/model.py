"""The only room that knows xllamacpp: a loaded model that renders, counts and generates.

Everything here blocks; the runtime calls it in threads.
"""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from gui.engine.llama.looking import OnChunk, stream_completion
from gui.engine.llama.options import LoadSettings
from gui.engine.llama.parameters import ModelFiles, common_params
from gui.engine.llama.refusals import refusal_of
from gui.engine.wire import ApiError

_HELPER_TIMEOUT = 10.0
_NOT_LOADED = "This model file is damaged or not supported: llama.cpp could not load it."


class Llama:
    """One model in memory. As many replies at once as its settings say."""

    def __init__(self, files: ModelFiles, settings: LoadSettings) -> None:
        """Load the files; raises ApiError when llama.cpp refuses them."""
        import xllamacpp

        self._key = secrets.token_urlsafe(32)
        self._marker = ""
        try:
            self._server = xllamacpp.Server(common_params(files, settings, self._key))
        except (RuntimeError, ValueError) as problem:
            raise ApiError(500, _NOT_LOADED) from problem
        # An answer proves that llama.cpp's loop runs. One that is told to end before it began
        # never ends, and whoever frees the model waits for ever, holding the interpreter.
        self._server.handle_metrics()

    def render(self, messages: Sequence[Mapping[str, Any]], extra: Mapping[str, Any]) -> str:
        """The prompt text that the model's own chat template makes of `messages`."""
        answer = self._ask("/apply-template", {"messages": list(messages), **extra})
        return str(answer["prompt"])

    def tokenize(self, parts: Sequence[str], *, whole: bool = True) -> list[int]:
        """The tokens of the joined `parts`; no special token is seen across a seam.

        A `whole` prompt begins with the token that the model expects at the beginning.
        """
        body = {"content": list(parts), "add_special": whole, "parse_special": True}
        tokens: list[int] = self._ask("/tokenize", body)["tokens"]
        return tokens

    def detokenize(self, tokens: Sequence[int]) -> str:
        """The text that the tokens are, control tokens included."""
        return str(self._ask("/detokenize", {"tokens": list(tokens)})["content"])

    @property
    def media_marker(self) -> str:
        """The text that stands for an image in a prompt; another one each time."""
        if not self._marker:
            self._marker = str(self._ask("/props")["media_marker"])
        return self._marker

    def embed(self, tokens: Sequence[Sequence[int]]) -> list[list[float]]:
        """One vector for each list of tokens, as the model gives them; raises ApiError."""
        payload = {"input": [list(item) for item in tokens], "embd_normalize": -1}
        try:
            answer = self._server.handle_embeddings(payload)
        except (RuntimeError, ValueError) as problem:
            raise ApiError(500, str(problem)) from problem
        if isinstance(answer, dict) and "error" in answer:
            raise refusal_of(answer["error"])
        return [entry["embedding"] for entry in answer["data"]]

    def chat(self, payload: Mapping[str, Any], on_chunk: OnChunk) -> None:
        """Generate from `messages` in `payload`; returns when done or stopped."""
        self._generate(self._server.handle_chat_completions, payload, on_chunk)

    def complete(self, payload: Mapping[str, Any], on_chunk: OnChunk) -> None:
        """Generate from the text or tokens of `prompt` in `payload`."""
        self._generate(self._server.handle_completions, payload, on_chunk)

    def look(
        self, prompt: tuple[str, Sequence[str]], payload: Mapping[str, Any], on_chunk: OnChunk
    ) -> None:
        """Generate from a text with a marker for each of the images, which are base64."""
        text, images = prompt
        if text.endswith(self.media_marker):
            text += " "  # llama.cpp aborts where nothing follows an image
        seen = {"prompt_string": text, "multimodal_data": list(images)}
        body = {**payload, "prompt": seen, "stream": True, "cache_prompt": True}
        address = urlsplit(self._server.listening_address)
        stream_completion(address.port or 0, self._key, body, on_chunk)

    def close(self) -> None:
        """Free the memory; the object cannot be used after."""
        del self._server

    def _generate(
        self, handle: Callable[..., None], payload: Mapping[str, Any], on_chunk: OnChunk
    ) -> None:
        failure: ApiError | None = None

        def receive(chunk: dict[str, Any]) -> bool:
            nonlocal failure
            if "error" in chunk:
                failure = refusal_of(chunk["error"])
                return True
            return on_chunk(chunk)

        stream = {"stream": True, "stream_options": {"include_usage": True}}
        try:
            handle({**payload, **stream, "return_progress": True, "cache_prompt": True}, receive)
        except (RuntimeError, ValueError) as problem:
            raise ApiError(400, str(problem)) from problem
        if failure is not None:
            raise failure

    def _ask(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One request to llama.cpp's own listener: it has no direct call for these."""
        address = urlsplit(self._server.listening_address)
        connection = http.client.HTTPConnection(
            address.hostname or "127.0.0.1", address.port, timeout=_HELPER_TIMEOUT
        )
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        try:
            if body is None:
                connection.request("GET", path, headers=headers)
            else:
                connection.request("POST", path, json.dumps(body).encode(), headers)
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        except TimeoutError:
            raise ApiError(500, f"llama.cpp did not answer {path} in time") from None
        finally:
            connection.close()
        if response.status >= 400:
            raise refusal_of(answer.get("error", {}))
        return answer

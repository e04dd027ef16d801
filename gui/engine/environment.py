"""What Ollama's environment variables ask of the engine, read once when it starts.

The variables, their notations and defaults are those of Ollama 0.33; the only sentence of
ours is the warning about a value that is not understood and left at its default.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gui.engine.durations import DEFAULT_KEEP_ALIVE, read_keep_alive
from gui.engine.wire import ApiError

_log = logging.getLogger(__name__)

DEFAULT_PORT = 11434
DEFAULT_LOAD_TIMEOUT = 300.0
_CACHE_TYPES = ("", "f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl")
_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_COUNT = re.compile(r"[0-9]{1,18}")
_SHOWN = (
    *("OLLAMA_HOST", "OLLAMA_MODELS", "OLLAMA_ORIGINS", "OLLAMA_KEEP_ALIVE"),
    *("OLLAMA_CONTEXT_LENGTH", "OLLAMA_NUM_PARALLEL", "OLLAMA_MAX_LOADED_MODELS"),
    *("OLLAMA_MAX_QUEUE", "OLLAMA_LOAD_TIMEOUT", "OLLAMA_NOPRUNE", "OLLAMA_DEBUG"),
    *("OLLAMA_FLASH_ATTENTION", "OLLAMA_KV_CACHE_TYPE", "OLLAMA_GO_TEMPLATE"),
)
_PROXIES = ("http", "https", "all", "no")


@dataclass(frozen=True, slots=True)
class EngineEnvironment:
    """The settings of one engine process.

    `keep_alive` is in seconds, below zero for ever; `load_timeout` in seconds, infinite for
    ever. `context_length` and `max_loaded_models` are 0 when the engine is to choose,
    `flash_attention` is None then. `debug` is 0, 1, or 2 for even more. `origins` are
    those added to Ollama's own. `proxies` maps "http", "https", "all" and "no" to what the
    variables of that name say; they may hold passwords. `given` are the variables that
    were set, as they may be shown.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    origins: tuple[str, ...] = ()
    keep_alive: float = DEFAULT_KEEP_ALIVE
    context_length: int = 0
    num_parallel: int = 1
    max_loaded_models: int = 0
    max_queue: int = 512
    load_timeout: float = DEFAULT_LOAD_TIMEOUT
    noprune: bool = False
    debug: int = 0
    flash_attention: bool | None = None
    kv_cache_type: str = ""
    go_template: bool = True
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    given: tuple[tuple[str, str], ...] = ()


def read_environment(environ: Mapping[str, str]) -> EngineEnvironment:
    """The settings in `environ`; what is not understood keeps its default and is logged."""
    given = {name: text for name in _SHOWN if (text := _value(environ, name))}
    host, port = _address(given.get("OLLAMA_HOST", ""))
    return EngineEnvironment(
        host=host,
        port=port,
        origins=_origins(given.get("OLLAMA_ORIGINS", "")),
        keep_alive=_seconds(given, "OLLAMA_KEEP_ALIVE", DEFAULT_KEEP_ALIVE),
        context_length=_count(given, "OLLAMA_CONTEXT_LENGTH", 0),
        num_parallel=max(1, _count(given, "OLLAMA_NUM_PARALLEL", 1)),
        max_loaded_models=_count(given, "OLLAMA_MAX_LOADED_MODELS", 0),
        max_queue=_count(given, "OLLAMA_MAX_QUEUE", 512),
        load_timeout=_load_timeout(given),
        noprune=_flag(given, "OLLAMA_NOPRUNE") or False,
        debug=_debug(given.get("OLLAMA_DEBUG", "")),
        flash_attention=_flag(given, "OLLAMA_FLASH_ATTENTION"),
        kv_cache_type=_cache_type(given),
        go_template=_flag(given, "OLLAMA_GO_TEMPLATE") is not False,
        proxies=_proxies(environ),
        given=tuple(given.items()),
    )


def _value(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip().strip("\"'")


def _refuse(name: str, text: str) -> None:
    _log.warning("%s=%r is not understood; its default is used", name, text)


def _address(text: str) -> tuple[str, int]:
    """Host and port of OLLAMA_HOST. Without a host it is 127.0.0.1.

    Ollama takes ":5000" for every address of the machine; that must be said here.
    """
    scheme, found, rest = text.partition("://")
    if not found:
        scheme, rest = "http", "ollama.com:443" if text == "ollama.com" else text
        default = DEFAULT_PORT
    else:
        default = {"http": 80, "https": 443}.get(scheme, DEFAULT_PORT)
    host, port = _split(rest.partition("/")[0])
    host = host.strip("[]") or "127.0.0.1"
    if port is None:
        return host, default
    if _COUNT.fullmatch(port) and int(port) < 65536:
        return host, int(port)
    _refuse("OLLAMA_HOST", text)
    return host, default


def _split(hostport: str) -> tuple[str, str | None]:
    """Host and port; an IPv6 address needs brackets to have a port."""
    try:
        return str(ipaddress.ip_address(hostport.strip("[]"))), None
    except ValueError:
        host, colon, port = hostport.rpartition(":")
    if not colon or port.endswith("]") or (":" in host and not host.endswith("]")):
        return hostport, None
    return host, port


def _origins(text: str) -> tuple[str, ...]:
    """The origins between the commas; each may have one asterisk."""
    origins = [origin for part in text.split(",") if (origin := part.strip())]
    for origin in origins:
        if origin.count("*") > 1:
            _refuse("OLLAMA_ORIGINS", origin)
    return tuple(origin for origin in origins if origin.count("*") <= 1)


def _seconds(given: Mapping[str, str], name: str, default: float) -> float:
    """A Go duration or whole seconds; below zero for ever."""
    text = given.get(name, "")
    if not text:
        return default
    try:
        return read_keep_alive(int(text) if _WHOLE_NUMBER.fullmatch(text) else text)
    except ApiError:
        _refuse(name, text)
        return default


def _load_timeout(given: Mapping[str, str]) -> float:
    seconds = _seconds(given, "OLLAMA_LOAD_TIMEOUT", DEFAULT_LOAD_TIMEOUT)
    return seconds if seconds > 0 else math.inf


def _count(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, "")
    if _COUNT.fullmatch(text):
        return int(text)
    if text:
        _refuse(name, text)
    return default


def _flag(given: Mapping[str, str], name: str) -> bool | None:
    """None when it is not set; a word that is no boolean means yes, as for Ollama."""
    text = given.get(name, "")
    return text not in _FALSE if text else None


def _debug(text: str) -> int:
    if text in _TRUE:
        return 1
    return max(0, int(text)) if _WHOLE_NUMBER.fullmatch(text) else 0


def _cache_type(given: Mapping[str, str]) -> str:
    text = given.get("OLLAMA_KV_CACHE_TYPE", "").lower()
    if text in _CACHE_TYPES:
        return text
    _refuse("OLLAMA_KV_CACHE_TYPE", text)
    return ""


def _proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """The capital name counts before the small one."""
    names = {kind: f"{kind}_proxy" for kind in _PROXIES}
    found = {
        kind: _value(environ, name.upper()) or _value(environ, name) for kind, name in names.items()
    }
    return {kind: value for kind, value in found.items() if value}

"""Chat templates tried in a process of their own before the engine meets them (ENG-13).

llama.cpp runs a model's template while it loads the model: one that never ends, or that
ends the process, must do so elsewhere.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from enum import StrEnum
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from gui.engine.gguf.header import DamagedModel, GgufHeader
from gui.engine.gguf.template import check_template
from gui.engine.llama.plain_templates import is_plain
from gui.engine.llama.trial_child import READY
from gui.engine.llama.trial_model import TEMPLATE_KEY, special_tokens, trial_model
from gui.files import write_whole

_log = logging.getLogger(__name__)

_KEPT = 256
_LARGEST_FILE = 256 * 1024
_LONGEST = 20.0
"""Seconds on the clock. The child itself ends after some seconds of processor time, however
busy the machine is; this is for a machine that has not even those to spare."""

_VARIABLES = (
    *("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH"),
    *("TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "GGML_BACKEND_PATH"),
)
_FIXED = {"GGML_NO_BACKTRACE": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


class Verdict(StrEnum):
    """What became of a trial."""

    FINE = "fine"
    ENDLESS = "its chat template does not end"
    CRASH = "its chat template crashes"


class Trials:
    """The verdicts on templates; safe to use from several threads."""

    def __init__(self, file: Path | None = None) -> None:
        """`file` keeps them between starts."""
        self._file = file
        self._lock = threading.Lock()
        self._known: dict[str, Verdict] | None = None

    def check(self, weights: Path, header: GgufHeader) -> None:
        """Raises DamagedModel for a model whose template must not be run, OSError.

        `header` is that of `weights`, read with its arrays.
        """
        keys = [key for key in header.metadata if _holds_template(key)]
        texts = [str(header.metadata[key]) for key in keys]
        for text in texts:
            check_template(text)
        if all(map(is_plain, texts)):
            return
        raw = _raw(weights, header, keys)
        verdict = self._verdict(raw, special_tokens(header))
        if verdict is not Verdict.FINE:
            raise DamagedModel(verdict.value)

    def _verdict(self, raw: list[bytes], special: tuple[str, str]) -> Verdict:
        key = _fingerprint(raw, special)
        with self._lock:
            if self._known is None:
                self._known = _load(self._file)
            if key in self._known:
                return self._known[key]
            verdict, certain = try_template(raw, special)
            if certain:
                self._known[key] = verdict
                for oldest in list(self._known)[:-_KEPT]:
                    del self._known[oldest]
                _save(self._file, self._known)
            return verdict


def try_template(raw: list[bytes], special: tuple[str, str]) -> tuple[Verdict, bool]:
    """Try templates, as they stand in a file; the verdict, and whether it will stay so.

    Where no trial can be made, the template counts as fine, for now.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="ondol-trial-") as name:
            plain, template = Path(name) / "plain.gguf", Path(name) / "template.gguf"
            plain.write_bytes(trial_model((), special))
            template.write_bytes(trial_model(raw, special))
            said, code = _child([str(os.getpid()), str(plain), str(template)])
    except OSError as problem:
        _log.warning("a chat template cannot be tried: %s", problem)
        return Verdict.FINE, False
    if code is None:
        return Verdict.ENDLESS, False
    if said != READY:
        _log.warning("a chat template cannot be tried: exit code %d", code)
        return Verdict.FINE, False
    if code == 0:
        return Verdict.FINE, True
    killed, late = (-getattr(signal, name, 0) for name in ("SIGKILL", "SIGXCPU"))
    verdict = Verdict.ENDLESS if code in (killed, late) else Verdict.CRASH
    _log.warning("a chat template was tried: %s (exit code %d)", verdict, code)
    return verdict, code != killed  # that was somebody else, for want of memory perhaps


def _child(arguments: list[str]) -> tuple[bytes, int | None]:
    """What the child said, and its exit code; None if it had to be ended."""
    environment = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    with subprocess.Popen(  # noqa: S603 - our own module, in our own interpreter
        [sys.executable, "-P", "-m", "gui.engine.llama.trial_child", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment | _FIXED,
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=_LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            return b"", None
        except BaseException:
            process.kill()
            raise
        return said, process.returncode


def _holds_template(key: str) -> bool:
    return key == TEMPLATE_KEY or key.startswith(TEMPLATE_KEY + ".")


def _raw(weights: Path, header: GgufHeader, keys: list[str]) -> list[bytes]:
    """The keys with their values as they stand in the file."""
    found = []
    with weights.open("rb") as file:
        for field in (header.fields[key] for key in keys):
            file.seek(field.start)
            found.append(file.read(field.end - field.start))
    return found


def _fingerprint(raw: list[bytes], special: tuple[str, str]) -> str:
    parts = [metadata.version("xllamacpp"), *special]
    total = sha256()
    for data in (*(part.encode("utf-8", "replace") for part in parts), *raw):
        total.update(len(data).to_bytes(8, "little") + data)
    return total.hexdigest()


def _load(file: Path | None) -> dict[str, Verdict]:
    """The verdicts that were kept; none at all if the file is not as we write it."""
    if file is None:
        return {}
    try:
        if file.stat().st_size > _LARGEST_FILE:
            return {}
        value = json.loads(file.read_text("utf-8"))
        return {str(key): Verdict(name) for key, name in value.items()}
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return {}


def _save(file: Path | None, known: dict[str, Verdict]) -> None:
    if file is None:
        return
    try:
        write_whole(file, json.dumps(known, indent=1))
    except OSError:
        _log.warning("what became of chat templates is not kept: %s cannot be written", file)

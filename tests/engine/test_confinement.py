"""ENG-15: what the process knows and may do, once it is confined."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gui.engine.confinement import needed

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *[(name, True) for name in ("PATH", "HOME", "Path", "LC_ALL", "LD_LIBRARY_PATH")],
        *[(name, True) for name in ("ONDOL_HOME", "OLLAMA_KEEP_ALIVE", "CUDA_VISIBLE_DEVICES")],
        *[(name, True) for name in ("PYTHONPATH", "XDG_DATA_HOME", "SSL_CERT_FILE")],
        *[(name, False) for name in ("HF_TOKEN", "OPENAI_API_KEY", "OLLAMA_API_KEY")],
        *[(name, False) for name in ("HTTPS_PROXY", "http_proxy", "ALL_PROXY", "NO_PROXY")],
        *[(name, False) for name in ("ONDOL_ENGINE_TOKEN", "LLAMA_API_KEY", "SSH_AUTH_SOCK")],
        *[(name, False) for name in ("DB_PASSWORD", "MY_VARIABLE", "PATHS", "", "DISPLAY")],
    ],
)
def test_which_variables_are_needed(name: str, expected: bool) -> None:
    assert needed(name) is expected


CONFINED = """
import os, subprocess, sys
from gui.engine.confinement import confine
confine()
inherited = subprocess.run(["env", "-0"], capture_output=True, check=True).stdout
print(sorted(os.environ), b"secret" in inherited, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_nothing_else_is_left_where_the_kernel_shows_it() -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HF_TOKEN": "secret-1",
        "OLLAMA_DEBUG": "1",
        "https_proxy": "http://me:secret-2@proxy",
        "ANYTHING_ELSE": "secret-3",
        "한글": "secret-4",
        "LANG": "C.UTF-8",
    }
    with subprocess.Popen(
        [sys.executable, "-c", CONFINED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == (
            b"['GGML_NO_BACKTRACE', 'LANG', 'OLLAMA_DEBUG', 'PATH'] False\n"
        )
        folder = Path(f"/proc/{process.pid}")
        shown = (folder / "environ").read_bytes()
        assert b"OLLAMA_DEBUG=1\0" in shown
        assert b"secret" not in shown
        assert b"HF_TOKEN" not in shown
        assert "NoNewPrivs:\t1" in (folder / "status").read_text("ascii", "replace")
        assert "Max core file size        0 " in (folder / "limits").read_text("ascii")
        process.stdin.close()


ABORTS = """
import ctypes, importlib.util, sys
from gui.engine.confinement import confine
confine()
native = ctypes.CDLL(importlib.util.find_spec("xllamacpp.xllamacpp").origin)
native.ggml_abort(b"here.c", 7, b"for a test")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there ggml looks for a debugger")
def test_an_abort_of_llama_cpp_starts_no_debugger() -> None:
    """What it starts would write to stdout, stop the process and read its memory."""
    done = subprocess.run(
        [sys.executable, "-c", ABORTS],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        check=False,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGABRT, b"")
    assert done.stderr.strip() == b"here.c:7: for a test"

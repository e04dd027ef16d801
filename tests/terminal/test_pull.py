"""`ondol pull` from a registry on loopback: progress, Ctrl+C, and on from where it was."""

from __future__ import annotations

import signal
import time

from engine.registry.registry_process import RegistryProcess
from gguf_files import gguf
from terminal.running import Alone, OnTerminal, ondol, started

WEIGHTS = gguf() + bytes(6_000_000)


def test_a_model_is_pulled(server: Alone, registry: RegistryProcess) -> None:
    registry.add_model("library/tiny:latest", gguf())
    name = f"{registry.host}/library/tiny"
    done = ondol("pull", name, "--insecure", OLLAMA_HOST=server.url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{name}:latest is ready: ")
    assert "Checking what came" in done.stderr
    assert name in ondol("models", OLLAMA_HOST=server.url).stdout


def test_ctrl_c_keeps_what_came(server: Alone, registry: RegistryProcess) -> None:
    """MOD-01: the next pull goes on."""
    weights = WEIGHTS + bytes(8_000_000)
    registry.add_model("library/slow:latest", weights, b"slow")
    registry.faults(rate=1_000_000)
    address = f"http://{registry.host}/library/slow"
    process = started("pull", address, OLLAMA_HOST=server.url)
    until = time.monotonic() + 30
    while registry.served < 2_500_000:
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert output == b""
    assert errors.decode().endswith("ondol: Stopped. What was downloaded is kept.\n")
    assert b"Traceback" not in errors
    registry.faults()
    done = ondol("pull", address, OLLAMA_HOST=server.url)
    assert done.returncode == 0, done.stderr
    assert 0 < registry.served < len(weights) - 1_000_000


def test_progress_is_written_over_on_a_terminal(server: Alone, registry: RegistryProcess) -> None:
    registry.add_model("library/shown:latest", WEIGHTS[:-1] + b"\1", b"shown")
    registry.faults(rate=3_000_000)
    name = f"{registry.host}/library/shown"
    with OnTerminal("pull", name, "--insecure", OLLAMA_HOST=server.url) as terminal:
        assert terminal.end() == 0
    lines = terminal.screen.split("\n")
    written = lines[0].split("\r")
    assert any("of 6.0 MB" in text and "MB/s" in text for text in written)
    assert max(map(len, written)) < 100
    assert lines[0].rstrip().split("\r")[-1].startswith(f"{name}:latest is ready: 6.0 MB")


def test_what_a_registry_does_not_have(server: Alone, registry: RegistryProcess) -> None:
    done = ondol("pull", f"http://{registry.host}/library/none", OLLAMA_HOST=server.url)
    assert done.returncode == 1
    assert "The registry has no model" in done.stderr
    wrong = ondol("pull", "a b")
    assert wrong.stderr.startswith("ondol: A name has no blanks.")

"""The walls of the house: who may import whom, one vendor in one place, small rooms."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GUI = ROOT / "gui"
FILES = sorted(GUI.rglob("*.py"))
WORDS = {"language", "records", "paths", "files"}
PLAIN = {"chat", "models", "engine", "storage", "serve"}
EVERYTHING = {"app", "cli", "terminal", "__main__"}

MAY_IMPORT: dict[str, set[str]] = {
    "language": {"paths"},
    "records": set(),
    "paths": set(),
    "files": set(),
    "errors": WORDS,
    "settings": WORDS | {"errors"},
    "logs": WORDS,
    "desktop": WORDS | {"errors"},
    "storage": WORDS | {"errors", "settings"},
    "models": WORDS | {"errors", "settings"},
    "engine": WORDS | {"errors", "settings"},
    "chat": WORDS | {"errors", "settings", "storage", "models"},
    "serve": WORDS | {"errors", "settings", "models", "engine", "chat"},
    "eventloop": set(),
    "theme": {"paths"},
    "instance": {"paths"},
    "controllers": WORDS | {"errors", "settings", "eventloop"} | PLAIN,
    "widgets": {"records", "theme", "language"},
    "windows": WORDS | {"settings", "theme", "widgets", "controllers"},
}

ONLY_IN: dict[str, tuple[str, ...]] = {
    "qasync": ("eventloop.py",),
    "langchain_core": ("chat/", "serve/"),
    "langchain_ollama": ("chat/",),
    "langchain_community": ("chat/",),
    "ollama": ("models/",),
    "httpx": ("models/", "engine/registry/"),
    "httpcore": ("models/", "engine/registry/"),
    "huggingface_hub": ("models/huggingface/",),
    "httpx2": ("models/huggingface/",),
    "keyring": ("models/secrets.py",),
    "langsmith": ("chat/",),
    "xllamacpp": ("engine/llama/",),
    "jsonschema": ("engine/replies/formats.py", "chat/chains/parsing.py"),
    "cryptography": ("engine/registry/", "models/tls.py"),
    "truststore": ("models/tls.py",),
    "idna": ("models/addresses.py",),
    "psutil": ("engine/llama/memory.py", "models/fit.py"),
    "starlette": ("engine/", "serve/"),
    "uvicorn": ("engine/", "serve/"),
    "fastapi": ("serve/",),
    "langserve": ("serve/",),
    "sse_starlette": ("serve/",),
    "apsw": ("storage/",),
    "qtawesome": (),
    "PySide6.QtNetwork": ("instance.py",),
    "PySide6.QtWidgets": ("widgets/", "windows/", "theme.py", "app.py"),
    "PySide6.QtGui": ("widgets/", "windows/", "theme.py", "app.py"),
    "PySide6": (
        *("widgets/", "windows/", "controllers/"),
        *("theme.py", "app.py", "eventloop.py", "instance.py"),
    ),
}

NEVER = {
    ".exec(": "a modal loop strands the other tasks: use open() and finished",
    "asyncSlot": "it gives no handle to cancel: use Tasks.start",
    "processEvents": "re-entrancy: await instead",
    "QThread": "the plain thread is the only other one: use Rooms.call",
    "setHtml(": "foreign text is never rich text: build the document",
    "setMarkdown(": "it drops text and opens files: build the document",
    "import pickle": "foreign bytes never become objects",
    "from pickle": "foreign bytes never become objects",
    "langchain_core.load": "a dict with the key lc stays a dict (TPL-04, TPL-05)",
}


def room_of(path: Path) -> str:
    parts = path.relative_to(GUI).parts
    return parts[0] if len(parts) > 1 else path.stem


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import by the full name"
            if node.module == "gui":
                for name in node.names:
                    yield node.lineno, f"gui.{name.name}"
            else:
                yield node.lineno, node.module or ""


def test_the_scan_sees_the_house() -> None:
    rooms = {room_of(path) for path in FILES}
    assert set(MAY_IMPORT) | EVERYTHING <= rooms | {"__main__"}
    assert len(FILES) > 60


def test_rooms_import_only_what_they_may() -> None:
    breaches = []
    for path in FILES:
        room = room_of(path)
        if room in EVERYTHING or room == "__init__":
            continue
        for line, module in imports(path):
            target = module.split(".")[1] if module.startswith("gui.") else ""
            if target and target not in MAY_IMPORT[room] | {room, "__version__"}:
                breaches.append(
                    f"{path.relative_to(ROOT)}:{line}: {room} may not import {target}; it may "
                    f"import {sorted(MAY_IMPORT[room])}. Pass the value in, or move the wall "
                    "here and in the map of gui/__init__.py."
                )
    assert not breaches, "\n".join(breaches)


def test_each_vendor_has_one_place() -> None:
    breaches = []
    for path in FILES:
        inside = path.relative_to(GUI).as_posix()
        for line, module in imports(path):
            for vendor, places in ONLY_IN.items():
                named = module == vendor or module.startswith(vendor + ".")
                if named and not inside.startswith(places):
                    breaches.append(f"gui/{inside}:{line}: {module} belongs in {places} only")
    assert not breaches, "\n".join(breaches)


def test_what_is_never_written() -> None:
    breaches = []
    for path in FILES:
        text = path.read_text("utf-8")
        breaches += [f"{path.name}: {word!r}: {why}" for word, why in NEVER.items() if word in text]
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize("word", ["openUrl(", "webbrowser.open(", "startfile("])
def test_lnk_02_one_gate_opens_links(word: str) -> None:
    places = {p.relative_to(GUI).as_posix() for p in FILES if word in p.read_text("utf-8")}
    assert places <= {"windows/link_dialog.py"}


def test_only_the_seam_makes_tasks_in_qt_rooms() -> None:
    for path in FILES:
        if room_of(path) in {"controllers", "widgets", "windows", "app"}:
            text = path.read_text("utf-8")
            allowed = path.name == "rooms.py"
            assert allowed or "create_task(" not in text, f"{path}: use Tasks.start"


def test_rooms_are_small() -> None:
    large = []
    for path in FILES:
        text = path.read_text("utf-8")
        if (lines := text.count("\n")) > 300:
            large.append(f"{path.relative_to(ROOT)}: {lines} lines, more than 300")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > 50:
                    large.append(f"{path.relative_to(ROOT)}: {node.name}: {length} lines")
    assert not large, "\n".join(large)


@pytest.mark.parametrize("room", sorted(PLAIN))
def test_plain_rooms_live_without_qt(room: str) -> None:
    modules = [
        ".".join(("gui", *path.relative_to(GUI).with_suffix("").parts))
        for path in FILES
        if room_of(path) == room and path.name != "__main__.py"
    ]
    code = (
        "import sys, warnings; warnings.simplefilter('ignore'); sys.modules['PySide6'] = None\n"
        "import importlib\n"
        f"for name in {modules!r}: importlib.import_module(name.removesuffix('.__init__'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_window_starts_without_langchain_and_the_network() -> None:
    code = (
        "import sys; import gui.app\n"
        "heavy = [m for m in ('langchain_core', 'langchain_ollama', 'langchain_community',"
        " 'ollama', 'httpx', 'pydantic', 'xllamacpp', 'starlette', 'pygments',"
        " 'huggingface_hub', 'httpx2', 'keyring',"
        " 'markdown_it', 'qtawesome')"
        " if m in sys.modules]\n"
        "print(heavy); sys.exit(bool(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"imported on the window's thread: {done.stdout}{done.stderr}"

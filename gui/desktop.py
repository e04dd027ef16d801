"""Put Ondol where the system's menus find it: a desktop entry and its icon."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from gui import paths
from gui.errors import OndolError
from gui.language import tr

_ENTRY = """[Desktop Entry]
Type=Application
Version=1.5
Name=Ondol
GenericName=Chat with local language models
GenericName[ko]=로컬 언어 모델과 대화
Comment=Talk to language models that run on your own machine
Comment[ko]=내 컴퓨터에서 실행되는 언어 모델과 대화하세요
Exec={command}
Icon=ondol
Terminal=false
Categories=Utility;Development;Chat;
Keywords=LLM;Ollama;GGUF;chat;AI;
StartupWMClass=ondol
StartupNotify=true
"""


def install(command: str | None = None) -> tuple[Path, Path]:
    """Write the desktop entry and the icon for this person; their two paths.

    Source of the places: the XDG Base Directory and Icon Theme specifications.
    Raises OndolError on a system that has no such menus, or when the disk refuses.
    """
    if not sys.platform.startswith("linux"):
        raise OndolError(
            tr("Desktop entries are a Linux matter."),
            tr("Make a shortcut to the ondol command instead."),
        )
    share = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    entry = share / "applications" / "ondol.desktop"
    icon = share / "icons" / "hicolor" / "scalable" / "apps" / "ondol.svg"
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        icon.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(paths.resources() / "icons" / "ondol.svg", icon)
        entry.write_text(_ENTRY.format(command=command or _command()), "utf-8")
        entry.chmod(0o755)
    except OSError as error:
        raise OndolError(
            tr("The desktop entry could not be written: {reason}", reason=error.strerror or "")
        ) from error
    return entry, icon


def _command() -> str:
    """How to start this very installation, quoted as the Desktop Entry specification asks."""
    script = Path(sys.executable).with_name("ondol")
    words = [str(script)] if script.exists() else [sys.executable, "-m", "gui"]
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    escaped = word.replace("%", "%%")
    if not any(character in escaped for character in " \t\n\"'\\><~|&;$*?#()`"):
        return escaped
    for character in ("\\", '"', "`", "$"):
        escaped = escaped.replace(character, "\\" + character)
    return '"' + escaped.replace("\\", "\\\\") + '"'

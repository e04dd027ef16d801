"""A hub as the library knows it, a storage host, and a stranger; they fail on order.

    python hub_server.py FOLDER

FOLDER/repos.json describes repositories, FOLDER/files/<repo>/<path> are their files. The
addresses come out on stdout as JSON; the end of stdin ends it. GET /_stats and POST /_faults
steer it. Facts: huggingface_hub 2.4, file_download.py and hf_api.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

GOOD_TOKEN = "hf_CANARYgoodgoodgoodgoodgoodgoodgood"
PIECE = 2**16


@dataclass
class State:
    folder: Path
    urls: dict[str, str] = field(default_factory=dict)
    faults: dict[str, Any] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    served: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def repos(self) -> dict[str, dict[str, Any]]:
        repos: dict[str, dict[str, Any]] = json.loads((self.folder / "repos.json").read_text())
        return repos

    def take(self, name: str) -> Any:
        """The next item of a list of faults, None if none is left."""
        with self.lock:
            listed = self.faults.get(name)
            return listed.pop(0) if listed else None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    state: State
    role: str

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def handle_any(self) -> None:
        with contextlib.suppress(ConnectionError):
            self.answer()

    do_GET = do_POST = handle_any  # noqa: N815

    def answer(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/_stats":
            return self.send({"served": self.state.served, "requests": self.state.requests})
        if url.path == "/_faults":
            self.state.faults = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.state.served, self.state.requests = 0, []
            return self.send({})
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.state.requests.append({"role": self.role, "path": self.path, "headers": headers})
        if self.role != "hub":
            return self.storage(url.path)
        if fault := self.state.take("answers"):
            return self.send(fault.get("body", {}), fault["status"], fault.get("headers"))
        if match := re.fullmatch(r"/(.+/.+)/resolve/([^/]+)/(.+)", url.path):
            return self.resolve(match[1], unquote(match[3]))
        if match := re.fullmatch(r"/api/models/(.+)", url.path):
            return self.info(match[1])
        if url.path == "/api/models":
            return self.search(parse_qs(url.query))
        if url.path == "/api/whoami-v2":
            return self.send({"name": "someone"}) if self.is_known() else self.stranger()
        return self.send({}, 404)

    def is_known(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {GOOD_TOKEN}"

    def stranger(self) -> None:
        message = "Invalid credentials in Authorization header"
        self.send({"error": message}, 401, {"X-Error-Message": message})

    def search(self, query: dict[str, list[str]]) -> None:
        text = query.get("search", [""])[0].lower()
        start, limit = int(query.get("cursor", ["0"])[0]), int(query["limit"][0])
        found = [describe(n, r) for n, r in self.state.repos.items() if text in n.lower()]
        headers = {}
        if start + limit < len(found):
            link = f"http://evil.invalid/api/models?cursor={start + limit}&limit={limit}"
            headers["Link"] = f'<{link}>; rel="next"'
        self.send(found[start : start + limit], 200, headers)

    def info(self, name: str) -> None:
        repo = self.state.repos.get(name)
        if repo is None or (repo.get("private") and not self.is_known()):
            self.missing()
            return
        siblings = []
        for path, extra in repo["files"].items():
            data = (self.state.folder / "files" / name / extra.get("as", path)).read_bytes()
            blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            sibling = {"rfilename": path, "size": len(data), "blobId": blob}
            if extra.get("lfs", True):
                digest = hashlib.sha256(data).hexdigest()
                sibling["lfs"] = {"sha256": digest, "size": len(data), "pointerSize": 130}
            siblings.append(sibling | extra.get("told", {}))
        self.send(describe(name, repo) | {"sha": repo["sha"], "siblings": siblings})

    def missing(self) -> None:
        status = 404 if self.is_known() else 401
        self.send({"error": "Repository not found"}, status, {"X-Error-Code": "RepoNotFound"})

    def resolve(self, name: str, path: str) -> None:
        repo = self.state.repos.get(name)
        if repo is None:
            return self.missing()
        file = self.state.folder / "files" / name / path
        if path not in repo["files"] or not file.is_file():
            return self.send({}, 404, {"X-Error-Code": "EntryNotFound"})
        if (
            repo.get("gated")
            and path.endswith(".gguf")
            and not (repo.get("agreed") and self.is_known())
        ):
            status = 403 if self.is_known() else 401
            return self.send({"error": "gated"}, status, {"X-Error-Code": "GatedRepo"})
        if not repo["files"][path].get("lfs", True):
            return self.give(file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        where = self.state.faults.get("location", f"{self.state.urls['storage']}/FILE")
        location = where.replace("FILE", f"{name}/{path}?X-Amz-Signature=signed-canary")
        headers = {"Location": location, "X-Repo-Commit": repo["sha"]}
        headers |= {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(file.stat().st_size)}
        return self.send(b"", 302, headers | self.state.faults.get("resolve_headers", {}))

    def storage(self, path: str) -> None:
        if status := self.state.take("storage_statuses"):
            return self.send(b"Request has expired", status)
        if location := self.state.take("storage_locations"):
            return self.send(b"", 302, {"Location": location})
        return self.give(self.state.folder / "files" / unquote(path).lstrip("/"))

    def give(self, file: Path) -> None:
        data, faults = file.read_bytes(), self.state.faults
        size = len(data)
        if faults.get("corrupt"):
            data = data[:-1] + bytes([data[-1] ^ 1])
        start = 0
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if match and not faults.get("ignore_range"):
            start = int(match[1]) + faults.get("shift_range", 0)
        body = data[start:] + b"x" * faults.get("surplus", 0)
        headers = {"ETag": '"x"', "Content-Type": "application/octet-stream"}
        if start:
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        status = 206 if start else 200
        self.send(body, status, headers | faults.get("give_headers", {}), is_file=True)

    def send(
        self, body: Any, status: int = 200, headers: Any = None, *, is_file: bool = False
    ) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        told = {"Content-Length": str(len(data)), "Content-Type": "application/json"}
        for name, value in (told | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        cut = self.state.take("cuts") if is_file else None
        for at in range(0, len(data), PIECE):
            if cut is not None and at >= cut:
                self.cut()
                return
            if is_file and (pause := self.state.faults.get("pause")):
                time.sleep(pause)
            self.wfile.write(data[at : at + PIECE])
            self.state.served += len(data[at : at + PIECE]) if is_file else 0

    def cut(self) -> None:
        """As a line that breaks: reset, not closed. A reset drops what was not read yet."""
        time.sleep(0.2)
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()
        self.close_connection = True


def describe(name: str, repo: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "author": name.partition("/")[0],
        "downloads": 10,
        "likes": 2,
        "gated": False,
        "lastModified": "2026-03-04T05:06:07.000Z",
        "tags": ["gguf", "license:apache-2.0", "text-generation"],
        "gguf": {"total": 8_030_000_000, "context_length": 8192},
    } | {key: value for key, value in repo.items() if key not in ("files", "sha", "agreed")}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are what is tested."""


def serve(folder: Path) -> State:
    state = State(folder)
    for role in ("hub", "storage", "stranger"):
        handler = type(role, (Handler,), {"state": state, "role": role})
        server = Server(("127.0.0.1", 0), handler)
        state.urls[role] = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
    return state


if __name__ == "__main__":
    running = serve(Path(sys.argv[1]))
    sys.stdout.write(f"{json.dumps(running.urls)}\n")
    sys.stdout.flush()
    sys.stdin.read()

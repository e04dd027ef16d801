"""A registry of the v2 API, with a second port as its content network, that fails on order.

    python registry_server.py FOLDER

FOLDER holds `blobs/sha256-<hex>` and `manifests/<namespace>/<model>/<tag>`. The ports come
out on stdout as JSON; the end of stdin ends it. GET /_stats and POST /_faults steer it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
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
from urllib.parse import parse_qs, urlsplit

TOKEN = "canary-token"


@dataclass
class State:
    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    faults: dict[str, Any] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    served: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, name: str) -> Any:
        """The next item of a list of faults, None if there is none (left)."""
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

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = handle_any  # noqa: N815

    def answer(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/_stats":
            state = self.state
            return self.send({"served": state.served, "requests": state.requests})
        if url.path == "/_faults":
            self.state.faults = json.loads(self.body())
            self.state.served, self.state.requests = 0, []
            return self.send({})
        entry = {"role": self.role, "method": self.command, "path": self.path}
        self.state.requests.append(
            entry | {"headers": {k.lower(): v for k, v in self.headers.items()}}
        )
        if url.path == "/token":
            return self.send({"token": TOKEN}, status=self.state.faults.get("token_status", 200))
        if self.role == "registry" and not self.is_welcome():
            return None
        return self.route(url.path, parse_qs(url.query))

    def is_welcome(self) -> bool:
        faults = self.state.faults
        realm = faults.get("realm")
        if not realm or self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return True
        realm = realm.replace("SELF", f"http://{self.headers['Host']}")
        challenge = (
            f'Bearer realm="{realm}",service="registry",scope="repository:x:pull,push other"'
        )
        self.body()
        self.send({}, 401, {"WWW-Authenticate": challenge})
        return False

    def route(self, path: str, query: dict[str, list[str]]) -> None:
        if match := re.fullmatch(r"/v2/(.+)/manifests/([^/]+)", path):
            return self.manifest(match[1], match[2])
        if match := re.fullmatch(r"/v2/(.+)/blobs/uploads/(.*)", path):
            return self.upload(match[2], query)
        if match := re.search(r"(sha256:[0-9a-f]{64})$", path):
            return self.blob(match[1])
        return self.send({}, 404)

    def manifest(self, repository: str, tag: str) -> None:
        file = self.state.folder / "manifests" / repository / tag
        if self.command == "PUT":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self.body())
            return self.send({}, 201)
        if status := self.state.take("manifest_statuses"):
            return self.send({"errors": "<busy>"}, status)
        if location := self.state.faults.get("manifest_location"):
            return self.send({}, 307, {"Location": location})
        return self.send(file.read_bytes(), 200) if file.is_file() else self.send({}, 404)

    def upload(self, name: str, query: dict[str, list[str]]) -> None:
        pending = self.state.folder / "pending"
        if self.command == "POST":
            pending.write_bytes(b"")
        elif self.command == "PATCH":
            data = self.body()
            if status := self.state.take("patch_statuses"):
                return self.send({}, status)
            start, end = (int(part) for part in self.headers["Content-Range"].split("-"))
            if start != pending.stat().st_size or len(data) != end - start + 1:
                return self.send({}, 416)
            with pending.open("ab") as file:
                file.write(data)
        else:
            digest = query["digest"][0]
            if hashlib.sha256(pending.read_bytes()).hexdigest() != digest.removeprefix("sha256:"):
                return self.send({"errors": "wrong digest"}, 400)
            pending.replace(self.blob_file(digest))
            return self.send({}, 201)
        where = self.state.faults.get("upload_location", "/v2/x/blobs/uploads/1?state=a%2Fb")
        return self.send({}, 202, {"Location": where})

    def blob_file(self, digest: str) -> Path:
        return self.state.folder / "blobs" / digest.replace(":", "-")

    def blob(self, digest: str) -> None:
        faults = self.state.faults
        location = faults.get("location")
        if location and self.role == "registry" and self.command == "GET":
            location = location.replace(
                "CDN", f"http://127.0.0.1:{self.state.ports['cdn']}/{digest}"
            )
            return self.send({}, 307, {"Location": location})
        if status := self.state.take("blob_statuses"):
            return self.send({"errors": "busy"}, status, {"Retry-After": "3"})
        file = self.blob_file(digest)
        if not file.is_file():
            return self.send({}, 404)
        size = file.stat().st_size
        start, end, status = 0, size - 1, 200
        headers = {"ETag": self.state.take("etags") or '"same"', "Accept-Ranges": "bytes"}
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if match and faults.get("ranges", True):
            start, end, status = int(match[1]), min(int(match[2]), size - 1), 206
            if start >= size:
                return self.send({}, 416)
            told = self.state.take("content_ranges") or f"bytes {start}-{end}/{size}"
            headers["Content-Range"] = told
        self.head(status, headers | {"Content-Length": str(end - start + 1)})
        if self.command != "HEAD":
            self.stream(
                file,
                start,
                end + 1 - start,
                wrong=any(text in self.path for text in faults.get("wrong", ())),
            )
        return None

    def stream(self, file: Path, start: int, count: int, *, wrong: bool) -> None:
        cut, stall = self.state.take("cuts"), self.state.take("stalls")
        limit = min(count, cut if cut is not None else count, stall if stall is not None else count)
        rate = self.state.faults.get("rate")
        with file.open("rb") as source:
            offset = start
            while offset < start + limit:
                step = min(start + limit - offset, 2**16 if rate or wrong else 2**30)
                if wrong:
                    source.seek(offset)
                    self.connection.sendall(bytes(byte ^ 1 for byte in source.read(step)))
                else:
                    step = os.sendfile(self.connection.fileno(), source.fileno(), offset, step)
                offset += step
                with self.state.lock:
                    self.state.served += step
                if rate:
                    time.sleep(step / rate)
        if cut is not None and limit < count:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            time.sleep(0.02)
            self.close_connection = True
        elif stall is not None and limit < count:
            self.connection.recv(1)
            self.close_connection = True

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def send(
        self,
        value: dict[str, Any] | bytes,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.head(status, {"Content-Length": str(len(data)), **(headers or {})})
        if self.command != "HEAD":
            self.wfile.write(data)


def main() -> None:
    state = State(Path(sys.argv[1]))
    for role in ("registry", "cdn"):
        handler = type(role, (Handler,), {"state": state, "role": role})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        state.ports[role] = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(json.dumps(state.ports) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()

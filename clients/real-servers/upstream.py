"""A fake of the upstreams that the servers call: it lets in who has the right credential, and remembers who came."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_DASHBOARD = {"uid": "u1", "title": "a dashboard", "url": "/d/u1", "tags": ["REPEATED"]}
_PROJECT = {"id": 1, "name": "demo", "path_with_namespace": "group/demo", "description": "REPEATED"}
_ISSUE = {"id": "1", "key": "ABC-1", "fields": {"summary": "an issue", "description": "REPEATED"}}

#: What the servers ask, and what they are answered; to all else nothing is there. The credential is repeated, as some
#: upstreams do.
_ANSWERS: dict[tuple[str, str], tuple[int, Any]] = {
    ("GET", "/api/frontend/settings"): (200, {"buildInfo": {"version": "12.0.0"}}),
    ("GET", "/api/search"): (200, [_DASHBOARD]),
    ("GET", "/api/v4/projects/1"): (200, _PROJECT),
    ("GET", "/rest/api/2/issue/ABC-1"): (200, _ISSUE),
    ("GET", "/rest/api/2/field"): (200, []),
    ("POST", "/notes"): (201, {}),
}


@dataclass(frozen=True)
class Visit:
    """A request, and how it ended."""

    method: str
    path: str
    credential: str
    status: int


class Upstream:
    """Listens on 127.0.0.1, in threads of this process."""

    def __init__(self, field: str, certificate: tuple[str, str] | None = None) -> None:
        """An upstream that wants its credential in this field; with a certificate and its key it speaks TLS."""
        self.visits: list[Visit] = []
        self._field = field
        self._accepted: tuple[str, ...] = ()
        self._gate = threading.Event()
        self._gate.set()
        self._arrived = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._answer))
        self._server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "http" if certificate is None else "https"
        self.address = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def accept(self, *credentials: str) -> None:
        """From now on these credentials alone are let in."""
        self._accepted = credentials

    def credentials(self) -> set[str]:
        """Those that were seen."""
        return {visit.credential for visit in self.visits}

    def statuses(self) -> set[int]:
        """Those that were answered."""
        return {visit.status for visit in self.visits}

    def hold(self) -> None:
        """Requests that come are let in or not, and wait for their answer."""
        self._gate.clear()

    def wait_for_held(self, seconds: float) -> None:
        """Waits until a request is being held."""
        if not self._arrived.acquire(timeout=seconds):
            raise AssertionError("no request came to the upstream")

    def let_go(self) -> None:
        """Answers what was held."""
        self._gate.set()

    def close(self) -> None:
        self.let_go()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, method: str, target: str, headers: Any) -> tuple[int, Any, str]:
        path = urlsplit(target).path
        said = headers.get(self._field, "")
        credential = said.removeprefix("Bearer ")
        status, answer = _ANSWERS.get((method, path), (404, {}))
        if credential not in self._accepted:
            status, answer = 401, {}
        with self._lock:
            self.visits.append(Visit(method, path, credential, status))
        if not self._gate.is_set():
            self._arrived.release()
            self._gate.wait(120)
        return status, answer, said


def _handler(answer: Callable[[str, str, Any], tuple[int, Any, str]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body, said = answer(self.command, self.path, self.headers)
            content = json.dumps(body).replace("REPEATED", said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("X-Repeated", said)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_HEAD = _serve

        def log_message(self, *words: object) -> None:
            pass

    return Handler

"""A scripted vault on a temporary socket, and both clients behind one face."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import tempfile
import threading
import time
import unittest
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from warder_client import (
    AsyncWarderClient,
    CallReport,
    Change,
    Code,
    ResolvedSecret,
    WarderClient,
    WarderClientConfiguration,
    WarderClientError,
)

Result = TypeVar("Result")

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    line: str
    fields: dict[str, str]
    body: str


def answer(status: int, body: str = "", fields: str = "") -> bytes:
    """An answer of a well-behaved vault."""
    length = "" if status in (204, 304) else f"Content-Length: {len(body.encode())}\r\n"
    return f"HTTP/1.1 {status} X\r\n{fields}{length}\r\n{body}".encode()


def refusal(status: int, code: str, fields: str = "") -> bytes:
    """An error as the vault writes it."""
    return answer(status, json.dumps({"error": {"code": code, "message": "m", "request_id": "req_7Q"}}), fields)


def slowly(seconds: float, found: bytes | None) -> Callable[[Seen], bytes | None]:
    """An answer that takes its time."""

    def late(_: Seen) -> bytes | None:
        time.sleep(seconds)
        return found

    return late


@dataclass
class Rules:
    """What the vault does. Tests change it while it runs."""

    value: str = '"value":"s3cret"'
    version: int = 7
    life: int = 300
    #: By the beginning of the request line: bytes to answer with, or ``None`` to close, or what makes them.
    overrides: dict[str, bytes | None | Callable[[Seen], bytes | None]] = field(default_factory=dict)
    #: Seconds before each answer.
    delay: float = 0.0
    issued: int = 0
    dead: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, seen: Seen) -> bytes | None:
        """The answer; ``None`` closes the connection instead."""
        for start, override in self.overrides.items():
            if seen.line.startswith(start):
                return override(seen) if callable(override) else override
        token = seen.fields.get("authorization", "").removeprefix("Bearer ")
        if seen.line.startswith("POST /v1/tokens "):
            with self.lock:
                self.issued += 1
                text = f"wdr_t_{self.issued:049}"
            return answer(201, json.dumps({"token": text, "expires_in": self.life, "later": [1]}))
        if token in self.dead or (token == "" and "/v1/health" not in seen.line):
            return refusal(401, "token_invalid")
        if seen.line.startswith("GET /v1/secrets/"):
            if seen.fields.get("if-none-match") == f'"v{self.version}"':
                return answer(304)
            name, _, asked = seen.line.split(" ")[1].removeprefix("/v1/secrets/").partition("?field=")
            return answer(200, f'{{"name":"{name}","field":"{asked}","version":{self.version},{self.value}}}')
        if seen.line.startswith("GET /v1/health"):
            return answer(200, '{"state":"unsealed","later":{}}')
        return answer(204)


class StubVault:
    """Serves connections on threads; remembers what was asked."""

    def __init__(self) -> None:
        self.directory = tempfile.mkdtemp(prefix="wdr-", dir="/tmp")
        self.path = f"{self.directory}/c.sock"
        self.rules = Rules()
        self.seen: list[Seen] = []
        self.connections = 0
        self._open: set[socket.socket] = set()
        self.start()

    def start(self) -> None:
        """Listens; again, after it was stopped."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.path)
        listener.listen(128)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def stop(self) -> None:
        """As a vault that goes away: its socket and all connections are gone."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        os.unlink(self.path)
        self.drop_connections()

    def drop_connections(self) -> None:
        """Closes all connections and goes on listening."""
        for peer in list(self._open):
            try:
                peer.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def remove(self) -> None:
        """Ends it."""
        if os.path.exists(self.path):
            self.stop()
        shutil.rmtree(self.directory)

    def asked(self, start: str) -> list[Seen]:
        """Requests whose line begins so."""
        return [seen for seen in self.seen if seen.line.startswith(start)]

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(peer)
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer, peer.makefile("rb") as reader:
            try:
                while self._serve_one(peer, reader):
                    pass
            except OSError:
                pass
            finally:
                self._open.discard(peer)

    def _serve_one(self, peer: socket.socket, reader: Any) -> bool:
        line = reader.readline().decode().strip()
        if not line:
            return False
        fields = {}
        while entry := reader.readline().decode().strip():
            name, _, value = entry.partition(": ")
            fields[name.lower()] = value
        body = reader.read(int(fields.get("content-length", 0))).decode()
        seen = Seen(line, fields, body)
        self.seen.append(seen)
        found = self.rules.answer(seen)
        if self.rules.delay:
            time.sleep(self.rules.delay)
        if found is None:
            peer.shutdown(socket.SHUT_RDWR)
            return False
        peer.sendall(found)
        return b"connection: close" not in found.lower()


class LoopClient:
    """An ``AsyncWarderClient`` on a loop of its own, with the methods of the other one."""

    def __init__(self, configuration: WarderClientConfiguration) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.client = AsyncWarderClient(configuration)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        result: Result = asyncio.run_coroutine_threadsafe(work, self._loop).result()
        return result

    def resolve(self, secret: str, **wish: Any) -> ResolvedSecret:
        return self.run(self.client.resolve(secret, **wish))

    def with_credential(self, secret: str, body: Callable[[ResolvedSecret], Result], **wish: Any) -> Result:
        async def body_async(resolved: ResolvedSecret) -> Result:
            return body(resolved)

        result: Result = self.run(self.client.with_credential(secret, body_async, **wish))
        return result

    def report(self, report: CallReport, secret: ResolvedSecret) -> None:
        self.run(self.client.report(report, secret))

    def health(self) -> Any:
        return self.run(self.client.health())

    def who_am_i(self) -> Any:
        return self.run(self.client.who_am_i())

    def changes(self, max_stale: float = 60) -> Any:
        changes = self.client.changes(max_stale)

        async def following() -> Change:
            return await changes.__anext__()

        while True:
            yield self.run(following())

    def close(self) -> None:
        self.run(self.client.close())

    def end(self) -> None:
        self.run(self.client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class ClientTestCase(unittest.TestCase):
    """A vault for each test, and clients of it. Its subclasses are run with threads and with an event loop."""

    is_async = False

    def setUp(self) -> None:
        self.vault = StubVault()
        self.addCleanup(self.vault.remove)
        self.rules = self.vault.rules

    def client(self, path: str | None = None, **settings: Any) -> Any:
        """A client, closed when the test ends."""
        configuration = WarderClientConfiguration(socket_path=path or self.vault.path, **settings)
        if self.is_async:
            client = LoopClient(configuration)
            self.addCleanup(client.end)
            return client
        blocking = WarderClient(configuration)
        self.addCleanup(blocking.close)
        return blocking

    def resolve(self, client: Any, secret: str = "notes/key", tool: str = "notes/create", **wish: Any) -> str:
        """The value as text."""
        text: str = client.resolve(secret, tool=tool, **wish).unprotected_text()
        return text

    def failure(self, call: Callable[[], object]) -> WarderClientError:
        """The error of a call."""
        with self.assertRaises(WarderClientError) as caught:
            call()
        return caught.exception

    def assert_fails(self, code: Code, call: Callable[[], object]) -> None:
        self.assertEqual(self.failure(call).code, code)


def both(case: type[ClientTestCase], namespace: dict[str, Any]) -> None:
    """Adds a class to a test module that runs the tests of another with an event loop."""
    name = f"{case.__name__}OnALoop"
    namespace[name] = type(name, (case,), {"is_async": True, "__module__": case.__module__})

#!/usr/bin/env python3
"""What ``warder run --proxy`` adds to a server's requests: ``proxy_overhead.py SOCKET WARDER``.

All of it is real: this program is the client and the upstream; ``warder run`` starts it once more as the server, which
sends the same requests directly and through the proxy while a call of its tool is in flight. For each of them the vault
issues a token, gives the value and takes a report. Prints JSON: medians in microseconds over rounds in which the
requests take turns with one another and with a bare resolve, so that all see the same machine.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from python_overhead import BareSocket

SERVER, TOOL, SECRET = "bench-proxied", "read", "bench/value"
ROUNDS, CALLS, CONNECTIONS, ANSWER = 40, 25, 5, 4_096
HEAD = f"HTTP/1.1 200 OK\r\nContent-Length: {ANSWER}\r\n\r\n".encode()


def median_of(count: int, call: Callable[[], object]) -> float:
    """Of so many calls, in microseconds."""
    found = []
    for _ in range(count):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return statistics.median(found) * 1e6


class Upstream:
    """Answers every request with the same bytes."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection = self._listener.accept()[0]
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            held = b""
            while piece := connection.recv(65_536):
                held += piece
                while b"\r\n\r\n" in held:
                    held = held.partition(b"\r\n\r\n")[2]
                    connection.sendall(HEAD + b"x" * ANSWER)


class Requests:
    """The same request again and again."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        fields = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
        self._request = f"GET /x HTTP/1.1\r\n{fields}".encode()
        self._kept = self._connect()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def kept(self) -> None:
        """Over the connection that is there."""
        self._exchange(self._kept)

    def fresh(self) -> None:
        """Over one of its own."""
        with self._connect() as connection:
            self._exchange(connection)

    def _exchange(self, connection: socket.socket) -> None:
        connection.sendall(self._request)
        seen = b""
        while True:
            piece = connection.recv(65_536)
            if not piece:
                raise ConnectionError(seen)
            seen += piece
            head, end, body = seen.partition(b"\r\n\r\n")
            if end and not head.startswith(b"HTTP/1.1 200"):
                raise ConnectionError(seen)
            if len(body) == ANSWER:
                return


def serve(port: int) -> None:
    """The server: each call of its tool is a round."""
    direct = Requests(port, "x")
    proxied = Requests(urlsplit(os.environ["UPSTREAM_URL"]).port or 0, os.environ["UPSTREAM_TOKEN"])
    for line in sys.stdin:
        message = json.loads(line)
        result = {
            "direct": median_of(CALLS, direct.kept),
            "proxied": median_of(CALLS, proxied.kept),
            "direct_fresh": median_of(CONNECTIONS, direct.fresh),
            "proxied_fresh": median_of(CONNECTIONS, proxied.fresh),
        }
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)


def measure(path: str, warder: str) -> dict[str, float]:
    """The client: one call after the other, and a few bare resolves after each."""
    upstream = Upstream()
    name = "upstream"
    options = {
        "--proxy": f"http://127.0.0.1:{upstream.port}",
        "--proxy-secret": SECRET,
        "--proxy-url": "UPSTREAM_URL",
        "--proxy-placeholder": "UPSTREAM_TOKEN",
    }
    command = [warder, "run", "--server", SERVER, "--client-socket", path]
    command += [word for option, value in options.items() for word in (option, f"{name}={value}")]
    command += ["--", sys.executable, __file__, "--server", str(upstream.port)]
    bare = BareSocket(path)
    rounds: list[dict[str, float]] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdin and run.stdout
        # The first round warms up.
        for number in range(ROUNDS + 1):
            params = {"name": TOOL, "arguments": {"round": number}}
            call = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
            run.stdin.write(json.dumps(call).encode() + b"\n")
            run.stdin.flush()
            answer = run.stdout.readline()
            if not answer:
                raise SystemExit("the server has ended in the middle of its measurement")
            rounds.append(json.loads(answer)["result"] | {"vault": median_of(CALLS, bare.ask)})
        run.stdin.close()

    def median(value: Callable[[dict[str, float]], float]) -> float:
        return statistics.median(value(each) for each in rounds[1:])

    return {
        "proxy_bare_us": median(lambda each: each["direct"]),
        "proxy_vault_us": median(lambda each: each["vault"]),
        "proxy_overhead_us": median(lambda each: each["proxied"] - each["direct"] - each["vault"]),
        "proxy_connection_us": median(
            lambda each: each["proxied_fresh"] - each["proxied"] - each["direct_fresh"] + each["direct"]
        ),
    }


if __name__ == "__main__":
    if sys.argv[1] == "--server":
        serve(int(sys.argv[2]))
    else:
        print(json.dumps(measure(sys.argv[1], sys.argv[2])))

#!/usr/bin/env python3
"""What the Python client's ``resolve`` costs beyond the same request over a bare socket: ``python_overhead.py SOCKET``.

Prints JSON: medians in microseconds over rounds in which the two take turns, so that both see the same machine.
"""

from __future__ import annotations

import asyncio
import json
import socket
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "clients/python/src"))

from warder_client import AsyncWarderClient, WarderClient, WarderClientConfiguration  # noqa: E402

SECRET, TOOL = "bench/value", "bench/read"
WARM_UP, ROUNDS, CALLS = 200, 40, 50


class BareSocket:
    """The same request by hand, with a token of its own."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._buffer = bytearray(65_536)
        body = json.dumps({"tool": TOOL})
        head = f"Host: warder\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        answer = self._ask(f"POST /v1/tokens HTTP/1.1\r\n{head}{body}".encode())
        token = json.loads(answer.partition(b"\r\n\r\n")[2])["token"]
        line = f"GET /v1/secrets/{SECRET}?field=value HTTP/1.1\r\nHost: warder\r\n"
        self._request = f"{line}Authorization: Bearer {token}\r\n\r\n".encode()

    def ask(self) -> None:
        """One round trip, without a look at what comes back."""
        self._socket.sendall(self._request)
        self._socket.recv_into(self._buffer)

    def _ask(self, request: bytes) -> bytes:
        self._socket.sendall(request)
        return self._socket.recv(65_536)


def timed(call: Callable[[], object]) -> list[float]:
    """Seconds of each of a round's calls."""
    found = []
    for _ in range(CALLS):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return found


async def timed_async(call: Callable[[], Awaitable[object]]) -> list[float]:
    """The same for what is awaited."""
    found = []
    for _ in range(CALLS):
        start = time.perf_counter()
        await call()
        found.append(time.perf_counter() - start)
    return found


async def main(path: str) -> None:
    """The program."""
    bare = BareSocket(path)
    configuration = WarderClientConfiguration(socket_path=path)
    threads, loop = WarderClient(configuration), AsyncWarderClient(configuration)
    for _ in range(WARM_UP):
        bare.ask()
        threads.resolve(SECRET, tool=TOOL)
        await loop.resolve(SECRET, tool=TOOL)
    differences: dict[str, list[float]] = {"threads": [], "asyncio": []}
    floors: list[float] = []
    for _ in range(ROUNDS):
        floor = statistics.median(timed(bare.ask))
        in_threads = statistics.median(timed(lambda: threads.resolve(SECRET, tool=TOOL)))
        on_loop = statistics.median(await timed_async(lambda: loop.resolve(SECRET, tool=TOOL)))
        floors.append(floor)
        differences["threads"].append(in_threads - floor)
        differences["asyncio"].append(on_loop - floor)
    threads.close()
    await loop.close()
    overheads = {f"python_{name}_overhead_us": statistics.median(each) * 1e6 for name, each in differences.items()}
    print(json.dumps({"python_bare_us": statistics.median(floors) * 1e6, **overheads}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

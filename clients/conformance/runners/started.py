#!/usr/bin/env python3
"""A program that a runner starts (``spawn`` in the README beside the folder): says what it has of who started it.

It reads one line: the vault's ``socket``, a ``secret``, the ``token`` that the starter's process resolved it with, and the
number of a socket that was ``planted`` for it to find, without which a search that finds nothing would show nothing.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys


def inherited_sockets() -> set[int]:
    """Descriptors of sockets, apart from the three that every program has."""
    found = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2 and os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                found.add(int(name))
        except FileNotFoundError:
            # The one that the directory itself was read by.
            continue
    return found


def refusal(path: str, secret: str, token: str) -> str:
    """How the vault answers who presents the token from here: its code, or the status where it has none."""
    connection = http.client.HTTPConnection("warder", timeout=60)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(path)
    try:
        connection.request("GET", f"/v1/secrets/{secret}?field=value", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        return body["error"]["code"] if "error" in body else str(answer.status)
    finally:
        connection.close()


def main() -> None:
    """The program."""
    sockets = inherited_sockets()
    asked = json.loads(sys.stdin.readline())
    if asked["planted"] not in sockets:
        sys.exit("the planted socket was not found")
    found = {
        "connections": len(sockets - {asked["planted"]}),
        "with_its_token": refusal(asked["socket"], asked["secret"], asked["token"]),
    }
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()

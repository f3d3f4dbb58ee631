#!/usr/bin/env python3
"""Runs the example servers for Python and Node against a real vault, in both eras of MCP.

    Examples/notes-servers-test.py --programs .build/debug --sdk PYTHON-WITH-MCP
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent / "clients/conformance"))

from vault import Vault  # noqa: E402

_TRACE = "0af7651916cd43dd8448eb211c80319c"
_TRACEPARENT = f"00-{_TRACE}-b7ad6b7169203331-01"
_MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "traceparent": _TRACEPARENT,
}


class Server:
    """An example server, spoken to line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._sent = 0

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The result of a request."""
        self._sent += 1
        self._write({"jsonrpc": "2.0", "id": self._sent, "method": method, "params": params})
        assert self._process.stdout is not None
        answer = json.loads(self._process.stdout.readline())
        assert answer["id"] == self._sent, answer
        result: dict[str, Any] = answer["result"]
        return result

    def begin(self) -> None:
        """The handshake of the earlier era."""
        hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        assert self.ask("initialize", hello)["protocolVersion"] == "2025-11-25"
        self._write({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def call(self, meta: dict[str, Any]) -> tuple[str, bool]:
        """Calls the tool: its text, and whether it failed."""
        params = {"name": "create_note", "arguments": {"text": "hello"}, "_meta": meta}
        result = self.ask("tools/call", params)
        return result["content"][0]["text"], result.get("isError", False)

    def _write(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()


@contextmanager
def started(command: list[str | Path], **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A program, ended by its own process id."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **variables}
    )
    try:
        with process:
            yield process
            assert process.stdin is not None
            process.stdin.close()
            # A server ends when its input does.
            if "UPSTREAM" not in variables:
                assert process.wait(10) == 0, process.returncode
            process.kill()
    finally:
        process.kill()


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(description="Runs the example servers for Python and Node against a real vault.")
    parser.add_argument("--programs", type=Path, required=True, help="directory of warderd, warder and the upstream")
    parser.add_argument("--sdk", default=sys.executable, help="a Python that has mcp 2")
    options = parser.parse_args()
    servers: dict[str, list[str | Path]] = {
        "python": [options.sdk, _HERE / "notes-server-python/notes_server.py"],
        "node": ["node", _HERE / "notes-server-node/notes-server.js"],
    }
    vault = Vault(options.programs)
    try:
        vault.start()
        vault.initialise()
        vault.ask("POST", "/v1/servers", {"name": "notes", "selectors": {"uid": os.getuid()}})
        vault.ask("POST", "/v1/tools", {"name": "notes/create_note", "risk": "side-effect"})
        vault.ask("PUT", "/v1/secrets/notes/api-key", {"fields": {"value": "key-1"}})
        vault.ask("POST", "/v1/grants", {"tool": "notes/create_note", "secret": "notes/api-key", "approval": "none"})
        token = vault.directory / "token"
        upstream_command: list[str | Path] = [options.programs / "example-notes-upstream", "0", token]
        with started(upstream_command, UPSTREAM="") as upstream:
            assert upstream.stdout is not None
            url = upstream.stdout.readline().strip()
            for name, command in servers.items():
                for era in ("modern", "legacy"):
                    token.write_text("key-1")
                    vault.ask("PUT", "/v1/secrets/notes/api-key", {"fields": {"value": "key-1"}})
                    paths = {"WARDER_SOCKET": vault.client_socket, "PYTHONPATH": str(_HERE.parent / "clients/python/src")}
                    with started([*command, "--upstream", url], **paths) as process:
                        _check(Server(process), era, vault, token)
                    print(f"  ok   {name}, {era}", flush=True)
    finally:
        vault.remove()


def _check(server: Server, era: str, vault: Vault, token: Path) -> None:
    if era == "legacy":
        server.begin()
        meta: dict[str, Any] = {"traceparent": _TRACEPARENT}
    else:
        meta = _MODERN
        found = server.ask("server/discover", {"_meta": meta})
        assert "2026-07-28" in found["supportedVersions"], found
    (tool,) = server.ask("tools/list", {"_meta": meta} if era == "modern" else {})["tools"]
    assert tool["name"] == "create_note" and set(tool["inputSchema"]["properties"]) == {"text"}, tool
    assert server.call(meta) == ("The note is stored.", False)
    issued = vault.events(type="token.issue")[-1]
    assert issued["trace_id"] == _TRACE and "arguments_digest" in issued, issued
    assert "outcome=ok" in vault.events(type="call.report")[-1]["changes"]
    # Rotated at the upstream and not yet in the vault; then in both.
    token.write_text("key-2")
    text, failed = server.call(meta)
    assert failed and "did not accept the credential" in text, text
    assert "outcome=refused" in vault.events(type="call.report")[-1]["changes"]
    vault.ask("PUT", "/v1/secrets/notes/api-key", {"fields": {"value": "key-2"}})
    assert server.call(meta) == ("The note is stored.", False)
    # Neither a refusal nor an outage ends the server.
    vault.ask("POST", "/v1/servers/notes/quarantine", {"reason": "a test"})
    text, failed = server.call(meta)
    assert failed and "(refused)" in text, text
    vault.ask("POST", "/v1/servers/notes/release")
    vault.kill()
    text, failed = server.call(meta)
    assert failed and "(unreachable)" in text, text
    vault.start()
    assert server.call(meta) == ("The note is stored.", False)


if __name__ == "__main__":
    main()

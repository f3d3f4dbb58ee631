#!/usr/bin/env python3
"""The official client reaches servers of the official SDK by `warder run … -- warder mcp connect`, with a real vault.

    clients/remote-servers/remote_servers.py --programs .build/debug --environments .build/clients

Needs a Python with `mcp` 2; the servers run with versions 1 and 2, each in its environment.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent / "conformance"))

from vault import Vault  # noqa: E402

_PATIENCE = 120.0
#: What the client asks for, and the version that a server of each SDK agrees to.
_ERAS = {2: [("auto", "2026-07-28"), ("legacy", "2025-11-25")], 1: [("auto", "2025-11-25")]}


@contextmanager
def serving(python: Path, token: str, said: Path) -> Iterator[str]:
    """A server that wants this token; its address."""
    with said.open("wb") as errors:
        process = subprocess.Popen(
            [python, _HERE / "server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    try:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(token + "\n")
        process.stdin.flush()
        port = int(process.stdout.readline())
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()


class Stage:
    """A vault that knows the server, and how a client starts it."""

    def __init__(self, vault: Vault, warder: Path) -> None:
        self._vault = vault
        self._warder = warder
        vault.ask("POST", "/v1/servers", {"name": "remote", "selectors": {"uid": os.getuid(), "launch": True}})
        vault.ask("POST", "/v1/tools", {"name": "remote/@launch", "risk": "read-only"})

    def store(self, token: str) -> None:
        self._vault.ask("PUT", "/v1/secrets/remote/token", {"fields": {"value": token}})

    def grant(self) -> None:
        self._vault.ask("POST", "/v1/grants", {"tool": "remote/@launch", "secret": "remote/token"})

    def arguments(self, address: str) -> list[str]:
        return [
            "run", "--server", "remote", "--client-socket", self._vault.client_socket,
            "--env", "TOKEN=remote/token", "--",
            str(self._warder), "mcp", "connect", address, "--header", "Authorization: Bearer {TOKEN}",
        ]  # fmt: skip

    @asynccontextmanager
    async def session(self, address: str, mode: str, said: Path, **more: Any) -> AsyncIterator[Client]:
        parameters = StdioServerParameters(
            command=str(self._warder), args=self.arguments(address), env={"PATH": os.environ["PATH"]}
        )
        with said.open("w") as errors:
            transport = stdio_client(parameters, errlog=errors)
            async with Client(transport, mode=mode, read_timeout_seconds=_PATIENCE, **more) as client:
                yield client


async def text(client: Client, tool: str, arguments: dict[str, Any] | None = None) -> str:
    result = await client.call_tool(tool, arguments or {})
    assert not result.is_error, result
    return str(result.content[0].text)


async def story(stage: Stage, address: str, mode: str, version: str, token: str, folder: Path) -> None:
    """What a client sees of a server that it reaches so."""
    from mcp.types import ElicitResult

    steps: list[float] = []
    changed = asyncio.Event()

    async def progress(step: float, total: float | None, message: str | None) -> None:
        steps.append(step)

    async def accept(context: Any, params: Any) -> ElicitResult:
        return ElicitResult(action="accept", content={"go": True})

    async def heard(message: Any) -> None:
        if "ToolListChanged" in repr(type(getattr(message, "root", message))):
            changed.set()

    said = folder / "said"
    async with stage.session(address, mode, said, elicitation_callback=accept, message_handler=heard) as client:
        assert client.protocol_version == version, client.protocol_version
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert {"add", "work", "ask", "grow", "repeat"} <= tools, tools
        sums = await asyncio.gather(*(text(client, "add", {"a": n, "b": 1}) for n in range(30)))
        assert sums == [str(n + 1) for n in range(30)], sums
        result = await client.call_tool("work", {}, progress_callback=progress)
        assert result.content[0].text == "worked" and steps == [1, 2, 3], steps
        assert token not in await text(client, "repeat")
        if version != "2026-07-28":
            assert await text(client, "ask") == "accept"
            # What a server says by itself comes over the stream that is asked for after the handshake.
            assert await text(client, "grow") == "grew"
            await asyncio.wait_for(changed.wait(), _PATIENCE)
        arguments = b"".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in below(os.getpid()))
        assert b"connect" in arguments and token.encode() not in arguments
    assert token not in said.read_text()


def below(pid: int) -> list[int]:
    """Every process that this one started, and those that they started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for each in found:
        found += parents.get(each, [])
    return found[1:]


async def wrong_token(stage: Stage, address: str, folder: Path) -> None:
    """A server that lets nobody in ends the session with an error, not with silence."""
    failure = ""
    try:
        async with stage.session(address, "auto", folder / "said"):
            raise AssertionError("nobody was to be let in")
    except AssertionError:
        raise
    except BaseException as error:
        failure = repr(error) + repr(getattr(error, "exceptions", ""))
    assert "401" in failure, failure
    assert "answered 401" in (folder / "said").read_text()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--environments", type=Path, required=True)
    options = parser.parse_args()
    programs = options.programs.resolve()
    vault = Vault(programs)
    try:
        vault.start()
        vault.initialise()
        stage = Stage(vault, programs / "warder")
        token = "tok-" + secrets.token_hex(16)
        stage.store(token)
        stage.grant()
        for sdk, eras in _ERAS.items():
            python = options.environments.resolve() / f"mcp{sdk}/bin/python"
            for mode, version in eras:
                with tempfile.TemporaryDirectory() as folder, serving(python, token, Path(folder, "server")) as address:
                    asyncio.run(story(stage, address, mode, version, token, Path(folder)))
                print(f"ok: a server of mcp {sdk}, asked for {mode}: {version}")
        with tempfile.TemporaryDirectory() as folder, serving(python, "another", Path(folder, "server")) as address:
            asyncio.run(wrong_token(stage, address, Path(folder)))
        print("ok: a server that lets nobody in")
    finally:
        vault.remove()


if __name__ == "__main__":
    main()

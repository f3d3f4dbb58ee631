"""One start of a server by `warder run`, as an MCP client starts it: by the official client, over pipes."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

import scan
from servers import Era

#: For what must not take as long on any machine.
PATIENCE = 120.0
#: For processes to be gone that were told to end.
_PATIENCE_FOR_ENDS = 60.0


class Launch:
    """A server's own home, folder for temporary files and working directory, and a canary in each place."""

    def __init__(
        self, directory: Path, warder: Path, options: list[str], command: list[str], variables: dict[str, str]
    ) -> None:
        """`options` are those of `warder run`; `variables`, what the client gives it."""
        self.canary = "canary-" + secrets.token_hex(16)
        self._directory = directory
        self._warder = warder
        self._variables = variables
        # A shell stays in between, as npx and uvx do.
        shell = ["sh", "-c", 'shift; "$@"; exit $?', "sh", self.canary, *command]
        self._arguments = ["run", *options, "--", *shell]
        self._folders = [directory / name for name in ("home", "tmp", "cwd")]
        self._seen: list[scan.Process] = []
        for folder in self._folders:
            folder.mkdir(parents=True)
            (folder / "planted").write_text(self.canary)

    @property
    def said(self) -> str:
        """Standard error of `warder run` and of the server."""
        return (self._directory / "said").read_text(errors="replace")

    @asynccontextmanager
    async def session(self, era: Era) -> AsyncIterator[Client]:
        """A session; when it ends, nothing of the launch must be left."""
        home, temporary, working = map(str, self._folders)
        places = {"HOME": home, "TMPDIR": temporary, "CANARY": self.canary, "PATH": os.environ["PATH"]}
        parameters = StdioServerParameters(
            command=str(self._warder), args=self._arguments, env={**places, **self._variables}, cwd=working
        )
        with (self._directory / "said").open("w") as said:
            transport = stdio_client(parameters, errlog=said)
            async with Client(transport, mode=era.mode, read_timeout_seconds=PATIENCE) as client:
                assert client.protocol_version == era.version, client.protocol_version
                yield client
        assert self._seen, "no process of the launch was ever looked at"
        end = time.monotonic() + _PATIENCE_FOR_ENDS
        while (left := {process.pid for process in self._seen if process.lives}) and time.monotonic() < end:
            await asyncio.sleep(0.02)
        assert not left, f"{left} live on"

    # -- Where a credential could be

    def processes(self) -> list[scan.Process]:
        """The server's processes: what is below `warder run`."""
        found = scan.below(self._launcher().pid)
        assert len(found) >= 2, "a shell and a server"
        self._seen += found
        return found

    def holders(self, secret: str, sent: str) -> set[str]:
        """The places that have a secret in them, of those where the canary was found.

        `sent`: what the server sends for its credential, be it the secret or not. While a request is under way it
        stands in memory besides the stack, where the environment lies.

        Raises:
            scan.Blind: A canary was not found.
        """
        processes = self.processes()
        launcher = self._launcher()
        places: set[str] = set()
        for process in [launcher, *processes]:
            places |= self._look("environment", [process.environment()], secret)
        places |= self._look("arguments", [process.arguments() for process in [launcher, *processes]], secret)
        # Not the launcher's, which holds a value while it passes it on.
        for process in processes:
            places |= self._look("memory", process.memory(), secret)
        if not any(scan.find(process.memory(without="[stack]"), [sent.encode()]) for process in processes):
            raise scan.Blind("what the server sends was not found in its memory")
        return places | self.files_with(secret)

    def files_with(self, secret: str) -> set[str]:
        """The folders that have a secret in a file."""
        places: set[str] = set()
        for folder in self._folders:
            places |= self._look(folder.name, scan.contents(folder), secret)
        return places

    def variable(self, name: str) -> str:
        """What the server has in a variable of its environment, and the shell in front of it."""
        entries = {entry for process in self.processes() for entry in process.environment().split(b"\0")}
        (value,) = [entry.decode().partition("=")[2] for entry in entries if entry.startswith(name.encode() + b"=")]
        return value

    def _look(self, place: str, pieces: Iterable[bytes], secret: str) -> set[str]:
        found = scan.find(pieces, [*scan.spellings(secret), self.canary.encode()])
        if self.canary.encode() not in found:
            raise scan.Blind(f"the canary in {place} was not found")
        return {place} if len(found) > 1 else set()

    def _launcher(self) -> scan.Process:
        (launcher,) = [
            process
            for process in scan.below(os.getpid())
            if process.arguments().startswith(os.fsencode(self._warder) + b"\0run\0")
        ]
        return launcher

"""A vault that knows the servers, their upstreams with and without TLS, and credentials that nobody has seen before."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent / "conformance"))

from vault import Json, Vault  # noqa: E402

from launch import PATIENCE, Launch  # noqa: E402
from page import Configured  # noqa: E402
from servers import RealServer  # noqa: E402
from upstream import Upstream  # noqa: E402


def new_credential() -> str:
    """Of the form that services give theirs."""
    return "glsa_" + secrets.token_hex(20)


class Stage:
    """One vault for all stories; each story has an upstream of its own."""

    def __init__(self, programs: Path, environments: Path) -> None:
        """`environments`: the folder that each server's virtual environment is in, by the server's name."""
        self.vault = Vault(programs, profile="single-user")
        self.programs = programs
        self._environments = environments
        self._launches: list[Launch] = []
        self._authority = self.vault.directory / "ca.pem"
        self._certificate = _certificate(self.vault.directory, self._authority)

    def begin(self) -> None:
        self.vault.start()
        self.vault.initialise()

    def end(self) -> None:
        self.vault.remove()

    # -- What is registered

    def register(self, name: str, tool: str, risk: str = "read-only") -> None:
        """A server that is launched, with one tool that may have the server's secret, and what it needs just to run."""
        self.vault.ask("POST", "/v1/servers", {"name": name, "selectors": {"uid": os.getuid(), "launch": True}})
        self.vault.ask("POST", "/v1/tools", {"name": f"{name}/{tool}", "risk": risk})
        self.vault.ask("POST", "/v1/tools", {"name": f"{name}/@launch", "risk": "read-only"})

    def grant(self, server: str, tool: str, secret: str = "token") -> None:
        self.vault.ask("POST", "/v1/grants", {"tool": f"{server}/{tool}", "secret": f"{server}/{secret}"})

    def withdraw(self, server: str, tool: str, secret: str = "token") -> None:
        self.vault.ask("DELETE", f"/v1/grants/{server}/{tool}/{server}/{secret}")

    def make_critical(self, server: str, tool: str) -> None:
        """Registers a tool anew, as one whose calls people have to approve."""
        self.withdraw(server, tool)
        self.vault.ask("DELETE", f"/v1/tools/{server}/{tool}")
        self.vault.ask("POST", "/v1/tools", {"name": f"{server}/{tool}", "risk": "critical"})
        self.grant(server, tool)

    def put(self, secret: str, value: str) -> object:
        """Makes this the secret's value.

        Returns:
            The version's number.
        """
        return self.vault.ask("PUT", f"/v1/secrets/{secret}", {"fields": {"value": value}})["version"]

    def events(self, type: str, server: str) -> list[Json]:
        """Events of the log about one server, oldest first."""
        return [event for event in self.vault.events(type=type) if event.get("server") == server]

    # -- What runs

    @contextmanager
    def upstream(self, field: str, is_encrypted: bool) -> Iterator[Upstream]:
        upstream = Upstream(field, self._certificate if is_encrypted else None)
        try:
            yield upstream
        finally:
            upstream.close()

    def real(self, server: RealServer, configured: Configured) -> Launch:
        """A launch of a real server, which talks to its upstream alone."""
        command = [self.installed(server, configured), *configured.command[1:], *server.options]
        return self.launch(Configured(configured.options, command, {**configured.variables, **server.variables}))

    def launch(self, configured: Configured) -> Launch:
        """A launch that has not begun."""
        directory = self.vault.directory / f"launch-{len(self._launches)}"
        options = [*configured.options, "--client-socket", self.vault.client_socket]
        if "--proxy" in options:
            options += ["--proxy-ca", f"api={self._authority}"]
        launch = Launch(directory, self.programs / "warder", options, configured.command, configured.variables)
        self._launches.append(launch)
        return launch

    def last_words(self) -> str:
        """What the last launch said to standard error."""
        return self._launches[-1].said if self._launches else ""

    def installed(self, server: RealServer, configured: Configured) -> str:
        """The path of a server's program."""
        path = self._environments / server.name / "bin" / configured.command[0]
        assert path.exists(), f"{path} is not installed"
        return str(path)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Waits for something that another process does."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"it never came: {what}"
        time.sleep(0.02)


def _certificate(directory: Path, authority: Path) -> tuple[str, str]:
    """A certificate for 127.0.0.1 and its key, by an authority that nobody knows."""
    keys = [directory / "ca.key", directory / "upstream.key"]
    leaf = directory / "upstream.pem"
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    ca = ["-subj", "/CN=a private authority", "-keyout", str(keys[0]), "-out", str(authority)]
    own = ["-subj", "/CN=upstream", "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE"]
    signed = ["-CA", str(authority), "-CAkey", str(keys[0]), "-keyout", str(keys[1]), "-out", str(leaf)]
    for command in ([*new, *ca], [*new, *own, *signed]):
        subprocess.run(command, check=True, capture_output=True)
    return str(leaf), str(keys[1])

"""A real daemon on a temporary directory, and an operator who uses it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_PASSPHRASE = "correct horse battery"

_SETTINGS = """\
state_directory: {directory}/state
client_socket: {directory}/run/client.sock
operator_socket: {directory}/run/operator.sock
profile: {profile}
unseal:
  credential_file: {directory}/unseal.key
argon2:
  passes: 2
  memory: 19MiB
memory:
  lock: best-effort
limits:
  requests_per_second_per_uid: 100000
"""


class Vault:
    """Opens by itself when it starts, with one operator, who runs it. Ended by its own process id."""

    def __init__(self, programs: Path, root: str = "/tmp", profile: str = "team") -> None:
        self._programs = programs
        # Short, because a socket's path has 107 bytes at most.
        self.directory = Path(tempfile.mkdtemp(prefix="warder-", dir=root))
        self._daemon: subprocess.Popen[bytes] | None = None
        (self.directory / "run").mkdir(mode=0o755)
        configuration = self.directory / "warder.yaml"
        configuration.touch(mode=0o600)
        configuration.write_text(_SETTINGS.format(directory=self.directory, profile=profile))

    @property
    def client_socket(self) -> str:
        return str(self.directory / "run/client.sock")

    @property
    def operator_socket(self) -> str:
        return str(self.directory / "run/operator.sock")

    # -- The daemon

    @property
    def is_running(self) -> bool:
        return self._daemon is not None

    def start(self) -> None:
        """Starts the daemon, and waits until it answers."""
        log = (self.directory / "warderd.log").open("ab")
        self._daemon = subprocess.Popen(
            [self._programs / "warderd", "--config", self.directory / "warder.yaml"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={"PATH": "/usr/bin:/bin"},
        )
        log.close()
        end = time.monotonic() + 120
        while not self._answers():
            if self._daemon.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the daemon did not start:\n" + self.log())
            time.sleep(0.02)

    def initialise(self) -> None:
        """Sets the vault up, as somebody would who has no terminal."""
        key = self.directory / "unseal.key"
        self._command("init", "--stdin", "--operator", "ada", "--credential-file", key, input=_PASSPHRASE)
        self.ask("POST", "/v1/operators", {"name": "ada", "uid": os.getuid(), "roles": ["admin", "auditor", "rotator"]})

    def kill(self) -> None:
        """Ends the daemon as a crash would."""
        if self._daemon is not None:
            self._daemon.send_signal(signal.SIGCONT)
            self._daemon.kill()
            self._daemon.wait()
            self._daemon = None

    def freeze(self) -> None:
        """Lets the daemon stand still: it is there and does not answer."""
        assert self._daemon is not None
        self._daemon.send_signal(signal.SIGSTOP)
        # Until the last of its threads stands, one of them could still answer.
        os.waitid(os.P_PID, self._daemon.pid, os.WSTOPPED)

    def thaw(self) -> None:
        assert self._daemon is not None
        self._daemon.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        """Ends the daemon and takes everything away."""
        self.kill()
        shutil.rmtree(self.directory)

    def log(self) -> str:
        """What the daemon says about itself."""
        return (self.directory / "warderd.log").read_text(errors="replace")

    # -- The operator

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """One request on the operator socket, with the operator's presence where the vault wants it."""
        connection = _Connection(self.operator_socket)
        try:
            status, answer = connection.ask(method, path, body)
            if _code(answer) == "presence_required":
                _, proof = connection.ask("POST", "/v1/presence", {"passphrase": _PASSPHRASE})
                status, answer = connection.ask(method, path, body, presence=proof["proof"])
        finally:
            connection.close()
        if status >= 400:
            raise RuntimeError(f"{method} {path}: {status} {answer}")
        return answer

    def events(self, **filters: str | int) -> list[Json]:
        """Events of the log that match, oldest first."""
        query = "".join(f"{name}={value}&" for name, value in filters.items())
        found: list[Json] = []
        after = 0
        while True:
            page = self.ask("GET", f"/v1/audit/events?{query}limit=1000&after={after}")
            found += page["events"]
            if len(page["events"]) < 1000:
                return found
            after = found[-1]["seq"]

    # -- A server

    def ask_as_server(self, method: str, path: str, body: Json | None = None) -> tuple[int, Json]:
        """One request on the client socket, and its status with the answer, refusals too."""
        connection = _Connection(self.client_socket)
        try:
            return connection.ask(method, path, body)
        finally:
            connection.close()

    def has_route(self, path: str) -> bool:
        """Whether the client socket knows a path."""
        return self.ask_as_server("GET", path)[0] != 404

    def _command(self, *arguments: str | Path, input: str = "") -> str:
        environment = {"PATH": "/usr/bin:/bin", "WARDER_OPERATOR_SOCKET": self.operator_socket}
        command = [self._programs / "warder", *arguments]
        done = subprocess.run(command, input=input, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"warder {' '.join(map(str, arguments))}: {done.stderr}")
        return done.stdout

    def _answers(self) -> bool:
        try:
            connection = _Connection(self.operator_socket)
        except OSError:
            return False
        try:
            return connection.ask("GET", "/v1/sys/status")[0] == 200
        except OSError:
            return False
        finally:
            connection.close()


class _Connection:
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        peer = socket.socket(socket.AF_UNIX)
        try:
            peer.settimeout(120)
            peer.connect(path)
        except OSError:
            peer.close()
            raise
        self._http = http.client.HTTPConnection("warder")
        self._http.sock = peer

    def ask(self, method: str, path: str, body: Json | None = None, presence: str = "") -> tuple[int, Json]:
        headers = {"Warder-Presence": presence} if presence else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self._http.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._http.getresponse()
        content = answer.read()
        parsed: Json = json.loads(content) if content else {}
        return answer.status, parsed

    def close(self) -> None:
        self._http.close()


def _code(answer: Json) -> str | None:
    error = answer.get("error")
    return error.get("code") if isinstance(error, dict) else None

"""A program that does with a client library what it is told: one process, one client, a line of JSON each way."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from typing import Any

Json = dict[str, Any]

#: Nothing in the table takes as long; a runner that does has got stuck.
PATIENCE = 150.0


class Failure(Exception):
    """A behaviour does not hold, with what was seen instead."""


class Runner:
    """Started for one behaviour, and ended with it by its own process id."""

    def __init__(self, command: list[str], socket: str) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "WARDER_SOCKET": socket},
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        # So that a runner that hangs is noticed.
        threading.Thread(target=self._read, daemon=True).start()
        self._sent = 0
        self.features: set[str] = set(self.ask("features", {})["features"])

    def ask(self, name: str, parameters: Json) -> Json:
        """Sends a command and waits for its answer."""
        self.send(name, parameters)
        return self.answer()

    def send(self, name: str, parameters: Json) -> None:
        """Sends a command; its answer is asked for later, by ``answer``."""
        self._sent += 1
        line = json.dumps({"id": self._sent, "do": name, **parameters}) + "\n"
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Failure(f"the runner ended with {self._process.wait()} before {name!r}") from None

    def answer(self) -> Json:
        """The answer to the last command: what it gave, or ``{"error": {...}}``."""
        try:
            line = self._lines.get(timeout=PATIENCE)
        except queue.Empty:
            raise Failure("the runner does not answer") from None
        if not line:
            raise Failure(f"the runner ended with {self._process.wait()}")
        answer: Json = json.loads(line)
        if answer.pop("id") != self._sent:
            raise Failure(f"the runner answered something else: {answer}")
        return answer

    def close(self) -> None:
        """The end of its input ends it; what stays is killed."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

"""One behaviour of the table, played with a vault and a runner."""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

from runner import Failure, Json, Runner
from vault import Vault

Found = TypeVar("Found")

#: How long something may take that has to happen.
_PATIENCE = 120.0

#: What each code means to a caller, apart from its name: refusal, retryable.
KINDS = {
    "refused": (True, False),
    "approval_required": (True, False),
    "approval_denied": (True, False),
    "not_found": (True, False),
    "token_invalid": (True, False),
    "sealed": (False, True),
    "unreachable": (False, True),
    "timed_out": (False, True),
    "invalid_request": (False, False),
    "closed": (False, False),
    # Of the body of a call, not of the library.
    "body_failed": (False, False),
    "credential_refused": (False, False),
}

#: What a runner starts that is told to ``spawn``.
_STARTED = [sys.executable, str(Path(__file__).resolve().parent / "runners/started.py")]

_FIELDS = {"value": b"value-1", "user": b"ada", "key": b"\x00\xff\x80\xfe"}


@dataclass(frozen=True)
class Behaviour:
    """An entry of the table."""

    name: str
    steps: list[Json]
    #: Settings of the client.
    client: Json = field(default_factory=dict)
    #: Tools and grants that differ from the usual ones.
    given: Json = field(default_factory=dict)
    #: What runner and vault must have.
    needs: list[str] = field(default_factory=list)


def behaviours(path: Path) -> list[Behaviour]:
    """The table."""
    return [Behaviour(**entry) for entry in json.loads(path.read_text())["behaviours"]]


class Scenario:
    """Furnishes a vault for one behaviour after the other; each has a secret and a tool of its own."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._name = ""
        vault.ask("POST", "/v1/servers", {"name": "conformance", "selectors": {"uid": os.getuid()}})
        #: What this vault does not have; behaviours that need it are left out, for all runners.
        self.lacking = set() if vault.has_route("/v1/changes?wait=0s") else {"changes"}

    def play(self, number: int, behaviour: Behaviour, runner: Runner) -> None:
        """Does the steps.

        Raises:
            Failure: Something else came of one of them.
        """
        self._name = f"b{number}"
        self._furnish(behaviour.given)
        try:
            self._expect(runner.ask("open", behaviour.client), {"gives": {}})
            for index, step in enumerate(behaviour.steps, 1):
                try:
                    self._step(step, runner)
                except Failure as failure:
                    raise Failure(f"step {index}, {json.dumps(step)}: {failure}") from None
        finally:
            self._settle()

    # -- Steps

    def _step(self, step: Json, runner: Runner) -> None:
        if "ask" in step:
            start = time.monotonic()
            runner.send(step["ask"], self._parameters(step.get("with", {})))
            if not step.get("later"):
                self._expect(runner.answer(), step)
                if time.monotonic() - start > step.get("within", 1_000):
                    raise Failure(f"it took {time.monotonic() - start:.1f} s")
        elif "answer" in step:
            self._expect(runner.answer(), step)
        elif "do" in step:
            actions: dict[str, Callable[..., object]] = {
                "put": self._put,
                "grant": self._grant,
                "withdraw": self._withdraw,
                "classify": lambda **settings: self._ask("PATCH", f"tools/{self._tool}", {"reason": "a test", **settings}),
                "revoke_tokens": self._revoke_tokens,
                "quarantine": lambda: self._ask("POST", "servers/conformance/quarantine", {"reason": "a test"}),
                "release": lambda: self._ask("POST", "servers/conformance/release"),
                "seal": lambda: self._ask("POST", "sys/seal"),
                "unseal": self._unseal,
                "kill": self.vault.kill,
                "start": self.vault.start,
                "freeze": self.vault.freeze,
                "thaw": self.vault.thaw,
                "approve": self._approve,
                "await_body": lambda: _until((self._gate / "reached").exists, "no body has reached the gate"),
                "open_gate": (self._gate / "open").touch,
            }
            actions[step["do"]](**step.get("with", {}))
        elif "log" in step:
            self._log(step)
        elif "wait" in step:
            time.sleep(step["wait"])
        else:
            raise Failure("no such step")

    def _parameters(self, said: Json) -> Json:
        parameters = {"secret": self._secret, "tool": self._tool, "program": _STARTED, **said}
        if "gate" in parameters:
            parameters["gate"] = str(self._gate)
        for name in ("secret", "tool"):
            if f"raw_{name}" in parameters:
                parameters[name] = parameters.pop(f"raw_{name}")
        return parameters

    def _expect(self, answer: Json, step: Json) -> None:
        error = answer.get("error")
        if "fails" in step:
            code = step["fails"]
            if error is None:
                raise Failure(f"it gave {_shown(answer)}")
            seen = (error["code"], error["is_refusal"], error["is_retryable"])
            if seen != (code, *KINDS[code]):
                raise Failure(f"it failed as {error}")
            return
        if error is not None:
            raise Failure(f"it failed as {error}")
        for name, value in step.get("gives", {}).items():
            if answer.get(name) != value:
                raise Failure(f"it gave {_shown(answer)}")
        if "hides" in step:
            shown = [text for text in answer["texts"] if step["hides"] in text]
            if shown or len(answer["texts"]) < 4:
                raise Failure(f"it shows {shown}")

    def _log(self, step: Json) -> None:
        end = time.monotonic() + step.get("within", 0)
        while True:
            # Of an earlier life of the vault as well: the log goes on.
            events = [
                event
                for event in self.vault.events(type=step["log"], decision="allowed")
                if event.get("server") == "conformance" and event.get("tool") == self._name
            ]
            wrong = self._wrong(events, step)
            if not wrong:
                return
            if time.monotonic() >= end:
                raise Failure(wrong)
            time.sleep(0.1)

    @staticmethod
    def _wrong(events: list[Json], step: Json) -> str:
        if len(events) != step.get("count", len(events)) or len(events) > step.get("at_most", len(events)):
            return f"the log has {len(events)} of them"
        if not events and step.keys() & {"has", "mentions"}:
            return "the log has none of them"
        for name, value in step.get("has", {}).items():
            if events[-1].get(name) != value:
                return f"the last one is {events[-1]}"
        if "mentions" in step and not any(step["mentions"] in change for change in events[-1].get("changes", [])):
            return f"the last one is {events[-1]}"
        for wish, count in (("same", 1), ("different", len(events))):
            if wish in step and len({str(_member(event, step[wish])) for event in events}) != count:
                return f"{step[wish]} is not {wish} in {events}"
        return ""

    # -- The vault

    @property
    def _secret(self) -> str:
        return f"conformance/{self._name}"

    @property
    def _tool(self) -> str:
        return f"conformance/{self._name}"

    @property
    def _gate(self) -> Path:
        """Where the body of a call waits that is told to, until the gate is opened."""
        return self.vault.directory / f"gate-{self._name}"

    def _furnish(self, given: Json) -> None:
        self._gate.mkdir()
        fields = {name: base64.b64encode(value).decode() for name, value in _FIELDS.items()}
        self._ask("PUT", f"secrets/{self._secret}", {"fields_base64": fields})
        tool = {"name": self._tool, "risk": "read-only", **given.get("tools", [{}])[0]}
        self._ask("POST", "tools", tool)
        self._grant(**given.get("grants", [{}])[0])

    def _settle(self) -> None:
        """Leaves a vault that runs and is open to whoever comes next."""
        if self.vault.is_running:
            self.vault.thaw()
        else:
            self.vault.start()
        if self.vault.ask("GET", "/v1/sys/status")["state"] == "sealed":
            self._unseal()
        if self.vault.ask("GET", "/v1/servers/conformance")["state"] != "active":
            self._ask("POST", "servers/conformance/release")

    def _ask(self, method: str, path: str, body: Json | None = None) -> None:
        self.vault.ask(method, f"/v1/{path}", body)

    def _put(self, value: str = "", bytes: int = 0) -> None:
        fields = {**{name: base64.b64encode(old).decode() for name, old in _FIELDS.items()}}
        fields["value"] = base64.b64encode(value.encode() or b"x" * bytes).decode()
        self._ask("PUT", f"secrets/{self._secret}", {"fields_base64": fields})

    def _grant(self, ends_in: float | None = None, **settings: Any) -> None:
        if ends_in is not None:
            end = datetime.now(timezone.utc) + timedelta(seconds=ends_in)
            settings["expires"] = end.isoformat(timespec="milliseconds")
        self._ask("POST", "grants", {"tool": self._tool, "secret": self._secret, **settings})

    def _withdraw(self) -> None:
        self._ask("DELETE", f"grants/{self._tool}/{self._secret}")

    def _approve(self) -> None:
        """Says yes to the call that waits for it, as soon as one does."""

        def waiting() -> list[Json]:
            asked = self.vault.ask("GET", "/v1/approvals")["approvals"]
            return [each for each in asked if each["tool"] == self._tool and each["state"] == "pending"]

        (asked,) = _until(waiting, "nobody is asked for an approval")
        self._ask("POST", f"approvals/{asked['approval']}/approve", {"reason": "a test"})

    def _revoke_tokens(self) -> None:
        for token in self.vault.ask("GET", "/v1/tokens")["tokens"]:
            self._ask("DELETE", f"tokens/{token['accessor']}")

    def _unseal(self) -> None:
        # As the credential file does it: by a new start.
        self.vault.kill()
        self.vault.start()


def _until(look: Callable[[], Found], otherwise: str) -> Found:
    """What ``look`` finds, once it finds anything."""
    end = time.monotonic() + _PATIENCE
    while not (found := look()):
        if time.monotonic() >= end:
            raise Failure(otherwise)
        time.sleep(0.02)
    return found


def _shown(answer: Json) -> str:
    """What it says, without the whole of a long value."""
    return str({name: member if len(str(member)) < 200 else "…" for name, member in answer.items()})


def _member(event: Json, path: str) -> object:
    found: Any = event
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found

#!/usr/bin/env python3
"""Does with the Python library what it is told (README.md beside the folder): ``python_runner.py threads|asyncio``."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import json
import os
import queue
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python/src"))

from warder_client import (  # noqa: E402
    AsyncWarderClient,
    CallContext,
    CallReport,
    Change,
    CredentialRefused,
    ResolvedSecret,
    WarderClient,
    WarderClientConfiguration,
    WarderClientError,
)

Json = dict[str, Any]

#: How often the body of a call looks for a gate that was opened, in seconds.
_GLANCE = 0.005


class BodyFailed(Exception):
    """What a call raises that was told to."""


class Commands:
    """What the library's two clients have in common; the names are those of the protocol."""

    def __init__(self) -> None:
        self._heard: queue.Queue[Change] = queue.Queue()
        self._wall_clock = time.time

    def features(self, _: Json) -> Json:
        return {"features": ["fork", "wall_clock", "changes", "stale"]}

    def jump(self, command: Json) -> Json:
        shift = self._wall_clock() - time.time() + command["seconds"]
        time.time = lambda: self._wall_clock() + shift
        return {}

    @staticmethod
    def configuration(command: Json) -> WarderClientConfiguration:
        return WarderClientConfiguration(
            timeout=command.get("timeout", 10), approval_patience=command.get("approval_patience", 0)
        )

    @staticmethod
    def wish(command: Json) -> Json:
        wish: Json = {"tool": command["tool"]}
        for name in ("field", "tool_digest", "arguments", "max_stale"):
            if name in command:
                wish[name] = command[name]
        if "context" in command:
            wish["context"] = CallContext(**command["context"])
        return wish

    @staticmethod
    def given(secret: ResolvedSecret, wish: Json) -> Json:
        content = secret.value.unprotected_bytes()
        found: Json = {"hex": content.hex(), "version": secret.version, "stale": secret.stale is not None}
        try:
            found["value"] = secret.unprotected_text()
        except ValueError:
            pass
        if isinstance(wish.get("field"), list):
            found["fields"] = {name: secret[name].unprotected_bytes().hex() for name in wish["field"]}
        return found

    @staticmethod
    def texts(secret: ResolvedSecret, error: BaseException) -> Json:
        """Everything that a logger, a debugger or an encoder might make of them."""
        shows: list[Callable[[], str]] = [
            lambda: f"{secret} {secret!r} {secret.value} {secret.value!r} {secret.value:>10}",
            lambda: f"{vars(secret)} {dir(secret.value)}",
            lambda: json.dumps(secret, default=repr) + json.dumps(vars(secret), default=repr),
            lambda: "".join(traceback.format_exception(error)),
            lambda: f"{error} {error!r} {vars(error)}",
            lambda: __import__("pickle").dumps(secret).decode("latin-1"),
        ]
        texts = []
        for show in shows:
            try:
                texts.append(show())
            except TypeError as refusal:
                texts.append(str(refusal))
        return {"texts": texts}

    def heard(self, command: Json) -> Json:
        try:
            change = self._heard.get(timeout=command["seconds"])
        except queue.Empty:
            return {}
        return {"kind": change.kind.value, "version": change.version}

    @staticmethod
    def gate(command: Json) -> Callable[[], bool]:
        """Says that the body of a call has its credential; whether it may go on says what comes back."""
        if "gate" not in command:
            return lambda: True
        gate = Path(command["gate"])
        (gate / "reached").touch()
        return (gate / "open").exists

    @staticmethod
    def act(command: Json, secret: ResolvedSecret) -> None:
        """What the body of a call does after it has held the credential for a while."""
        if command.get("raise"):
            raise BodyFailed
        if command.get("refuse") == secret.unprotected_text():
            raise CredentialRefused

    @staticmethod
    def started(command: Json, secret: ResolvedSecret) -> Json:
        """What a program finds that is started while the client has connections: all that is not closed at its start."""
        with socket.socket(socket.AF_UNIX) as planted:
            planted.set_inheritable(True)
            asked = {
                "socket": os.environ["WARDER_SOCKET"],
                "secret": command["secret"],
                "token": secret._token.text.unprotected_text(),
                "planted": planted.fileno(),
            }
            line = json.dumps(asked) + "\n"
            done = subprocess.run(
                command["program"], input=line, stdout=subprocess.PIPE, close_fds=False, text=True, check=True
            )
        found: Json = json.loads(done.stdout)
        return found

    def in_child(self, work: Callable[[], Json]) -> Json:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(writer, json.dumps(work()).encode())
            except BaseException:
                traceback.print_exc()
            os._exit(0)
        os.close(writer)
        with open(reader, "rb") as answer:
            found: Json = json.loads(answer.read() or b"{}")
        os.waitpid(child, 0)
        return found


class ThreadCommands(Commands):
    client: WarderClient
    taken: ResolvedSecret

    def open(self, command: Json) -> Json:
        self.client = WarderClient(self.configuration(command))
        return {}

    def health(self, _: Json) -> Json:
        return {"state": self.client.health().state}

    def who_am_i(self, _: Json) -> Json:
        return {"servers": list(self.client.who_am_i().servers)}

    def resolve(self, command: Json) -> Json:
        return self.given(self.client.resolve(command["secret"], **self.wish(command)), command)

    def resolve_many(self, command: Json) -> Json:
        values: Counter[str] = Counter()
        errors: Counter[str] = Counter()

        def one() -> None:
            try:
                values[self.resolve(command)["value"]] += 1
            except WarderClientError as error:
                errors[error.code] += 1

        with concurrent.futures.ThreadPoolExecutor(command["count"]) as pool:
            for _ in range(command["count"]):
                pool.submit(one)
        return {"values": values, "errors": errors}

    def call(self, command: Json) -> Json:
        ran: list[Json] = []

        def body(secret: ResolvedSecret) -> None:
            ran.append(self.given(secret, command))
            is_open = self.gate(command)
            while not is_open():
                time.sleep(_GLANCE)
            time.sleep(command.get("hold", 0))
            self.act(command, secret)

        self.client.with_credential(command["secret"], body, **self.wish(command))
        return {**ran[-1], "ran": len(ran)}

    def take(self, command: Json) -> Json:
        self.taken = self.client.resolve(command["secret"], **self.wish(command))
        return self.given(self.taken, command)

    def report(self, command: Json) -> Json:
        def wait() -> None:
            with contextlib.suppress(WarderClientError):
                self.resolve(command)

        other = threading.Thread(target=wait, daemon=True)
        other.start()
        for _ in range(command["count"]):
            self.client.report(CallReport("ok"), self.taken)
        return {"overtaken": not other.is_alive()}

    def show(self, command: Json) -> Json:
        secret = self.client.resolve(command["secret"], **self.wish(command))
        try:
            self.client.resolve("not/granted", tool=command["tool"])
        except WarderClientError as error:
            return self.texts(secret, error)
        raise AssertionError

    def fork(self, command: Json) -> Json:
        before = self.client.resolve(command["secret"], **self.wish(command))

        def in_child() -> Json:
            inherited = "wiped" if before.value.is_wiped else "there"
            return {**self.resolve(command), "inherited": inherited}

        return self.in_child(in_child)

    def spawn(self, command: Json) -> Json:
        return self.started(command, self.client.resolve(command["secret"], **self.wish(command)))

    def listen(self, _: Json) -> Json:
        changes = self.client.changes()
        first = next(changes)

        def follow() -> None:
            with contextlib.suppress(WarderClientError):
                for change in changes:
                    self._heard.put(change)

        threading.Thread(target=follow, daemon=True).start()
        return {"kind": first.kind.value}

    def close(self, _: Json) -> Json:
        self.client.close()
        return {}


class LoopCommands(Commands):
    client: AsyncWarderClient
    taken: ResolvedSecret

    async def open(self, command: Json) -> Json:
        self.client = AsyncWarderClient(self.configuration(command))
        return {}

    async def health(self, _: Json) -> Json:
        return {"state": (await self.client.health()).state}

    async def who_am_i(self, _: Json) -> Json:
        return {"servers": list((await self.client.who_am_i()).servers)}

    async def resolve(self, command: Json) -> Json:
        return self.given(await self.client.resolve(command["secret"], **self.wish(command)), command)

    async def resolve_many(self, command: Json) -> Json:
        results = await asyncio.gather(
            *(self.resolve(command) for _ in range(command["count"])), return_exceptions=True
        )
        return {
            "values": Counter(result["value"] for result in results if isinstance(result, dict)),
            "errors": Counter(str(result) for result in results if isinstance(result, BaseException)),
        }

    async def call(self, command: Json) -> Json:
        ran: list[Json] = []

        async def body(secret: ResolvedSecret) -> None:
            ran.append(self.given(secret, command))
            is_open = self.gate(command)
            while not is_open():
                await asyncio.sleep(_GLANCE)
            await asyncio.sleep(command.get("hold", 0))
            self.act(command, secret)

        await self.client.with_credential(command["secret"], body, **self.wish(command))
        return {**ran[-1], "ran": len(ran)}

    async def take(self, command: Json) -> Json:
        self.taken = await self.client.resolve(command["secret"], **self.wish(command))
        return self.given(self.taken, command)

    async def report(self, command: Json) -> Json:
        async def wait() -> None:
            with contextlib.suppress(WarderClientError):
                await self.resolve(command)

        self._other = asyncio.create_task(wait())
        for _ in range(command["count"]):
            await self.client.report(CallReport("ok"), self.taken)
        return {"overtaken": self._other.done()}

    async def show(self, command: Json) -> Json:
        secret = await self.client.resolve(command["secret"], **self.wish(command))
        try:
            await self.client.resolve("not/granted", tool=command["tool"])
        except WarderClientError as error:
            return self.texts(secret, error)
        raise AssertionError

    async def fork(self, command: Json) -> Json:
        before = await self.client.resolve(command["secret"], **self.wish(command))
        loop = asyncio.get_running_loop()

        def in_child() -> Json:
            inherited = "wiped" if before.value.is_wiped else "there"
            # A loop does not survive a fork; the child makes one of its own.
            asyncio._set_running_loop(None)
            return {**asyncio.run(self.resolve(command)), "inherited": inherited}

        return await loop.run_in_executor(None, self.in_child, in_child)

    async def spawn(self, command: Json) -> Json:
        secret = await self.client.resolve(command["secret"], **self.wish(command))
        return await asyncio.to_thread(self.started, command, secret)

    async def heard(self, command: Json) -> Json:  # type: ignore[override]
        return await asyncio.to_thread(super().heard, command)

    async def listen(self, _: Json) -> Json:
        changes = self.client.changes()
        first = await changes.__anext__()

        async def follow() -> None:
            with contextlib.suppress(WarderClientError):
                async for change in changes:
                    self._heard.put(change)

        self._following = asyncio.create_task(follow())
        return {"kind": first.kind.value}

    async def close(self, _: Json) -> Json:
        await self.client.close()
        return {}


def failure(error: BaseException) -> Json:
    """An error as the protocol has it."""
    if isinstance(error, WarderClientError):
        return {"code": error.code, "is_refusal": error.is_refusal, "is_retryable": error.is_retryable}
    codes: dict[type[BaseException], str] = {BodyFailed: "body_failed", CredentialRefused: "credential_refused"}
    return {"code": codes.get(type(error), repr(error)), "is_refusal": False, "is_retryable": False}


async def serve(commands: Commands) -> None:
    """Answers lines of standard input until it ends."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        command = json.loads(line)
        try:
            answer = getattr(commands, command["do"])(command)
            if asyncio.iscoroutine(answer):
                answer = await answer
        except Exception as error:
            answer = {"error": failure(error)}
        print(json.dumps({"id": command["id"], **answer}), flush=True)


if __name__ == "__main__":
    asyncio.run(serve({"threads": ThreadCommands, "asyncio": LoopCommands}[sys.argv[1]]()))

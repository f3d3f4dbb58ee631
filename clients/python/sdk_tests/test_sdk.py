"""The wrapper for tools of the official SDK, driven by its own client: `python -m unittest sdk_tests.test_sdk`.

Apart from the other tests, because it needs `mcp`; it is run with version 2 and with version 1.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import importlib.metadata
import json
import logging
import sys
import unittest
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.stub import TRACE, StubVault, refusal
from warder_client import (
    AsyncWarderClient,
    CallContext,
    CredentialRefused,
    ResolvedSecret,
    WarderClient,
    WarderClientConfiguration,
)
from warder_client.mcp import call_context, with_credential

VERSION = int(importlib.metadata.version("mcp").split(".")[0])

if VERSION >= 2:
    from mcp import Client
    from mcp.server.mcpserver import Context, MCPServer
else:
    from mcp.server.fastmcp import Context
    from mcp.server.fastmcp import FastMCP as MCPServer
    from mcp.shared.memory import create_connected_server_and_client_session


def connected(server: Any, era: str) -> AbstractAsyncContextManager[Any]:
    """The SDK's own client, in one era of the protocol."""
    if VERSION >= 2:
        return Client(server, mode=era)

    @asynccontextmanager
    async def session() -> Any:
        async with create_connected_server_and_client_session(server._mcp_server) as found:
            yield found

    return session()


async def call(
    client: Any, tool: str, arguments: dict[str, Any], meta: dict[str, Any] | None = None
) -> tuple[str, bool]:
    """What a call gives: its text, and whether it failed."""
    result = await client.call_tool(tool, arguments, meta=meta)
    failed = result.is_error if VERSION >= 2 else result.isError
    return result.content[0].text, bool(failed)


class SDKTests(unittest.IsolatedAsyncioTestCase):
    eras = ("2026-07-28", "legacy") if VERSION >= 2 else ("2025-11-25",)

    async def asyncSetUp(self) -> None:
        # The SDK writes every failed call down, with its trace.
        logging.disable()
        self.vault = StubVault()
        self.addCleanup(self.vault.remove)
        configuration = WarderClientConfiguration(socket_path=self.vault.path)
        self.warder = AsyncWarderClient(configuration)
        self.addAsyncCleanup(self.warder.close)
        self.blocking = WarderClient(configuration)
        self.addCleanup(self.blocking.close)
        self.server = MCPServer("notes")

    def asked(self, start: str) -> list[Any]:
        return self.vault.asked(start)

    async def test_the_call_its_trace_and_its_outcome_reach_the_vault(self) -> None:
        @self.server.tool()
        @with_credential(self.warder, "notes/key", tool="notes/create_note")
        async def create_note(text: str, credential: ResolvedSecret, urgent: bool = False) -> str:
            """Stores a note."""
            return f"{text} {urgent} {credential.unprotected_text()}"

        for era in self.eras:
            self.vault.seen.clear()
            async with connected(self.server, era) as client:
                found = await call(client, "create_note", {"text": "hello"}, {"traceparent": TRACE})
            self.assertEqual(found, ("hello False s3cret", False))
            token = json.loads(self.asked("POST /v1/tokens")[0].body)
            self.assertEqual(token["tool"], "notes/create_note")
            self.assertEqual(token["arguments"]["text"], "hello")
            self.assertNotIn("credential", token["arguments"])
            self.assertTrue(all(seen.fields.get("traceparent") == TRACE for seen in self.vault.seen[:3]))
            self.assertIn('"outcome":"ok"', self.asked("POST /v1/calls")[0].body)

    async def test_the_client_sees_neither_credential_nor_context(self) -> None:
        @self.server.tool()
        @with_credential(self.warder, "notes/key", tool="notes/a", parameter="key")
        async def own(text: str, ctx: Context, key: ResolvedSecret) -> str:
            """With a context of its own."""
            return f"{text} {ctx.request_id is not None}"

        @self.server.tool()
        @with_credential(self.warder, "notes/key", tool="notes/b")
        async def bare(credential: ResolvedSecret) -> str:
            return "bare"

        async with connected(self.server, self.eras[0]) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            schema = "input_schema" if VERSION >= 2 else "inputSchema"
            self.assertEqual(set(getattr(tools["own"], schema)["properties"]), {"text"})
            self.assertEqual(getattr(tools["bare"], schema).get("properties", {}), {})
            self.assertEqual(tools["own"].description, "With a context of its own.")
            self.assertEqual(await call(client, "own", {"text": "x"}), ("x True", False))
            self.assertEqual(await call(client, "bare", {}), ("bare", False))

    async def test_a_handler_without_async_has_a_client_without_async(self) -> None:
        @self.server.tool()
        @with_credential(self.blocking, "notes/key", tool="notes/b")
        def create_note(text: str, credential: ResolvedSecret) -> str:
            return credential.unprotected_text()

        async with connected(self.server, self.eras[0]) as client:
            self.assertEqual(await call(client, "create_note", {"text": "x"}), ("s3cret", False))

    async def test_failures_are_told_in_words_for_the_model(self) -> None:
        @self.server.tool()
        @with_credential(self.warder, "notes/key", tool="notes/a")
        async def create_note(mode: str, credential: ResolvedSecret) -> str:
            if mode == "refused":
                raise CredentialRefused
            raise ValueError("broken")

        async with connected(self.server, self.eras[0]) as client:
            text, failed = await call(client, "create_note", {"mode": "refused"})
            self.assertTrue(failed and "did not accept the credential" in text, text)
            self.assertIn('"outcome":"refused"', self.asked("POST /v1/calls")[-1].body)
            _, failed = await call(client, "create_note", {"mode": "broken"})
            self.assertTrue(failed)
            self.assertIn('"outcome":"error"', self.asked("POST /v1/calls")[-1].body)
            for answer, words in [
                (refusal(403, "denied"), "(refused). Trying again does not help. The vault's log has the reason under req_7Q."),
                (refusal(403, "approval_required"), "(approval_required). Try it again when they have"),
                (refusal(503, "sealed"), "(sealed). Try again later"),
                (refusal(500, "internal"), "could not be resolved (vault_fault). The vault's log has the reason under req_7Q."),
            ]:
                self.vault.rules.overrides["POST /v1/tokens"] = answer
                text, failed = await call(client, "create_note", {"mode": "x"})
                self.assertTrue(failed and words in text, text)

    async def test_a_rotated_credential_is_used_by_a_second_run(self) -> None:
        seen: list[str] = []

        @self.server.tool()
        @with_credential(self.warder, "notes/key", tool="notes/a")
        async def create_note(credential: ResolvedSecret) -> str:
            seen.append(credential.unprotected_text())
            if len(seen) == 1:
                self.vault.rules.value, self.vault.rules.version = '"value":"new"', 8
                raise CredentialRefused
            return "done"

        async with connected(self.server, self.eras[0]) as client:
            self.assertEqual(await call(client, "create_note", {}), ("done", False))
        self.assertEqual(seen, ["s3cret", "new"])

    async def test_models_and_dates_go_to_the_vault_as_json(self) -> None:
        @self.server.tool()
        @with_credential(self.warder, "notes/key", tool="notes/a")
        async def on_day(day: date, credential: ResolvedSecret) -> str:
            return day.isoformat()

        async with connected(self.server, self.eras[0]) as client:
            self.assertEqual(await call(client, "on_day", {"day": "2026-11-21"}), ("2026-11-21", False))
        self.assertEqual(json.loads(self.asked("POST /v1/tokens")[0].body)["arguments"], {"day": "2026-11-21"})

    async def test_claims_can_be_added(self) -> None:
        def claims(context: Any) -> CallContext:
            return CallContext(on_behalf_of="ada", session=str(context.request_id))

        @self.server.tool()
        @with_credential(self.warder, "notes/key", tool="notes/a", context=claims)
        async def create_note(credential: ResolvedSecret) -> str:
            return "done"

        async with connected(self.server, self.eras[0]) as client:
            await call(client, "create_note", {}, {"traceparent": TRACE})
        token = self.asked("POST /v1/tokens")[0]
        self.assertEqual(json.loads(token.body)["on_behalf_of"], "ada")
        self.assertEqual(token.fields["traceparent"], TRACE)

    async def test_calls_run_side_by_side(self) -> None:
        @self.server.tool()
        @with_credential(self.warder, "notes/key", tool="notes/a")
        async def create_note(text: str, credential: ResolvedSecret) -> str:
            await asyncio.sleep(0.05)
            return text

        async with connected(self.server, self.eras[0]) as client:
            calls = [call(client, "create_note", {"text": str(index)}) for index in range(50)]
            found = await asyncio.gather(*calls)
        self.assertEqual([text for text, _ in found], [str(index) for index in range(50)])

    async def test_tools_are_methods_partials_and_objects_too(self) -> None:
        bound = functools.partial(with_credential, self.warder, "notes/key")

        def logged(function: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(function)
            async def wrapper(*args: Any, **kwargs: Any) -> Any:
                return await function(*args, **kwargs)

            return wrapper

        class Notes:
            prefix = "note"

            @bound(tool="notes/a")
            async def create(self, text: str, credential: ResolvedSecret) -> str:
                """Stores a note."""
                return f"{self.prefix} {text} {credential.unprotected_text()}"

            @with_credential(self.blocking, "notes/key", tool="notes/a")
            def create_at_once(self, text: str, credential: ResolvedSecret) -> str:
                return f"{self.prefix} {text} {credential.unprotected_text()}"

            @classmethod
            @bound(tool="notes/a")
            async def of_class(cls, ctx: Context, text: str, credential: ResolvedSecret) -> str:
                return f"{cls.prefix} {text} {credential.unprotected_text()} {ctx.request_id is not None}"

            @staticmethod
            @bound(tool="notes/a")
            async def of_nobody(text: str, credential: ResolvedSecret) -> str:
                return f"{text} {credential.unprotected_text()}"

            async def later(self, text: str, credential: ResolvedSecret, urgent: bool = False) -> str:
                return f"{self.prefix} {text} {credential.unprotected_text()} {urgent}"

            @bound(tool="notes/a")
            @logged
            async def seen_through(self, text: str, credential: ResolvedSecret) -> str:
                return f"{self.prefix} {text} {credential.unprotected_text()}"

            @logged
            @bound(tool="notes/a")
            async def seen_before(self, text: str, credential: ResolvedSecret) -> str:
                return f"{self.prefix} {text} {credential.unprotected_text()}"

        notes = Notes()
        for method in (
            notes.create, notes.create_at_once, notes.of_class, notes.of_nobody, notes.seen_through, notes.seen_before
        ):
            self.server.tool()(method)
        self.server.tool()(bound(tool="notes/a")(notes.later))
        self.server.tool(name="urgent")(bound(tool="notes/a")(functools.partial(notes.later, urgent=True)))
        expected = {
            "create": "note x s3cret",
            "create_at_once": "note x s3cret",
            "of_class": "note x s3cret True",
            "of_nobody": "x s3cret",
            "seen_through": "note x s3cret",
            "seen_before": "note x s3cret",
            "later": "note x s3cret False",
            "urgent": "note x s3cret True",
        }
        async with connected(self.server, self.eras[0]) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            self.assertEqual(set(tools), set(expected))
            self.assertEqual(tools["create"].description, "Stores a note.")
            for name, text in expected.items():
                schema = getattr(tools[name], "input_schema" if VERSION >= 2 else "inputSchema")
                self.assertLessEqual(set(schema["properties"]), {"text", "urgent"}, name)
                self.vault.seen.clear()
                self.assertEqual(await call(client, name, {"text": "x"}), (text, False), name)
                sent = json.loads(self.asked("POST /v1/tokens")[0].body)["arguments"]
                self.assertEqual(sent["text"], "x", name)
                self.assertLessEqual(set(sent), {"text", "urgent"}, name)

    async def test_a_wrapped_tool_can_be_called_without_the_sdk(self) -> None:
        @with_credential(self.warder, "notes/key", tool="notes/a")
        async def create_note(text: str, credential: ResolvedSecret) -> str:
            return f"{text} {credential.unprotected_text()}"

        # As a test of the server's own does.
        self.assertEqual(await create_note("hello"), "hello s3cret")  # type: ignore[call-arg]
        self.assertEqual(json.loads(self.asked("POST /v1/tokens")[0].body)["arguments"], {"text": "hello"})

    async def test_with_the_decorators_the_wrong_way_round_no_tool_is_there(self) -> None:
        async def create_note(text: str, credential: ResolvedSecret) -> str:
            return credential.unprotected_text()

        with self.assertRaisesRegex(TypeError, "@with_credential goes below @server.tool"):
            with_credential(self.warder, "notes/key", tool="notes/a")(self.server.tool()(create_note))
        async with connected(self.server, self.eras[0]) as client:
            self.assertEqual((await client.list_tools()).tools, [])

        async def unannotated(text: str, credential) -> str:  # type: ignore[no-untyped-def]
            return str(credential)

        # The SDK takes this one for an argument, and the program ends before anybody fills it.
        with self.assertRaisesRegex(TypeError, "not annotated as ResolvedSecret"):
            with_credential(self.warder, "notes/key", tool="notes/a")(self.server.tool()(unannotated))

    async def test_what_cannot_work_is_refused_when_it_is_written(self) -> None:
        async def without(text: str) -> str:
            return text

        def blocking(credential: ResolvedSecret) -> str:
            return ""

        for handler in (without, blocking):
            with self.assertRaises(TypeError):
                with_credential(self.warder, "a", tool="t")(handler)

    async def test_the_trace_is_found_in_whatever_a_handler_has(self) -> None:
        self.assertEqual(call_context({"traceparent": TRACE}).traceparent, TRACE)
        self.assertEqual(call_context(None, CallContext(agent="a")), CallContext(agent="a"))


if __name__ == "__main__":
    unittest.main()

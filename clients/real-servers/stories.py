"""What holds of every server: in a session behind the proxy, and in one with the credential in its environment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp import Client

from launch import PATIENCE, Launch
from page import Configured
from servers import Era, RealServer
from stage import Stage, new_credential, wait_until
from upstream import Upstream


async def proxied(stage: Stage, server: RealServer, era: Era, configured: Configured) -> None:
    """The server holds a placeholder; its calls have the credential of their moment."""
    first, second = new_credential(), new_credential()
    secret = f"{server.name}/token"
    stage.put(secret, first)
    reports = len(stage.events("call.report", server.name))
    with stage.upstream(server.field, is_encrypted=True) as upstream:
        upstream.accept(first)
        launch = stage.real(server, configured.at(upstream.address))
        async with launch.session(era) as client:
            assert server.tool in {tool.name for tool in (await client.list_tools()).tools}
            # It may have asked something at its start, for which nothing is granted.
            assert not upstream.visits, upstream.visits
            placeholder = launch.variable(server.variable)
            assert placeholder.startswith("wdr_p_"), placeholder
            async with _held_call(client, server, upstream):
                _expect_nowhere(launch, first, placeholder)
                stage.put(secret, second)
                upstream.accept(first, second)
            assert upstream.visits[0].credential == first and upstream.credentials() <= {first, second}
            upstream.accept(second)
            asked = len(upstream.visits)
            await call(client, server)
            assert {visit.credential for visit in upstream.visits[asked:]} == {second}, upstream.visits
            for credential in (first, second):
                _expect_nowhere(launch, credential, placeholder)
        assert upstream.statuses() == {200}, upstream.visits
        _expect_no_files(launch, first, second)
    told = stage.events("call.report", server.name)[reports:]
    assert len(told) == len(upstream.visits), "each request is an event"
    assert {event["tool"] for event in told} == {server.tool}, told


async def in_environment(stage: Stage, server: RealServer, era: Era, configured: Configured) -> None:
    """The server holds the credential, and is started anew between two calls when that changes."""
    stage.grant(server.name, "@launch")
    try:
        await _in_environment(stage, server, era, configured)
    finally:
        stage.withdraw(server.name, "@launch")


async def _in_environment(stage: Stage, server: RealServer, era: Era, configured: Configured) -> None:
    first, second = new_credential(), new_credential()
    secret = f"{server.name}/token"
    stage.put(secret, first)
    with stage.upstream(server.field, is_encrypted=False) as upstream:
        upstream.accept(first)
        launch = stage.real(server, configured.at(upstream.address))
        async with launch.session(era) as client:
            assert server.tool in {tool.name for tool in (await client.list_tools()).tools}
            async with _held_call(client, server, upstream):
                # The scan that finds nothing behind the proxy finds it where it is.
                holders = launch.holders(first, sent=first)
                assert holders == {"environment", "memory"}, holders
                old = launch.processes()
                upstream.accept(first, second)
                version = stage.put(secret, second)
                # The launcher has heard of it, and waits for the call to end.
                wait_until(lambda: _has_asked(stage, server, version), "the launcher's question for the new value")
                assert all(process.lives for process in old)
            assert upstream.credentials() == {first}, upstream.visits
            upstream.accept(second)
            asked = len(upstream.visits)
            await call(client, server)
            assert {visit.credential for visit in upstream.visits[asked:]} == {second}, upstream.visits
            wait_until(lambda: not any(process.lives for process in old), "the end of the server with the old value")
            assert launch.variable(server.variable) == second
        assert upstream.statuses() == {200}, upstream.visits
        _expect_no_files(launch, first, second)


async def call(client: Client, server: RealServer) -> None:
    """Calls the server's tool, which has to succeed."""
    text, failed = await outcome(client, server)
    assert not failed and server.gives in text, text


async def outcome(client: Client, server: RealServer) -> tuple[str, bool]:
    """Calls the server's tool: its text, and whether it failed."""
    result = await client.call_tool(server.tool, server.arguments)
    return "".join(part.text for part in result.content if part.type == "text"), bool(result.is_error)


@asynccontextmanager
async def _held_call(client: Client, server: RealServer, upstream: Upstream) -> AsyncIterator[None]:
    """A call that has come to the upstream, and is answered at the end of the block."""
    upstream.hold()
    made = asyncio.create_task(call(client, server))
    arrival = asyncio.create_task(asyncio.to_thread(upstream.wait_for_held, PATIENCE))
    try:
        await asyncio.wait({made, arrival}, return_when=asyncio.FIRST_COMPLETED)
        if made.done():
            await made
        await arrival
        yield
    finally:
        upstream.let_go()
        await made


def _expect_nowhere(launch: Launch, credential: str, placeholder: str) -> None:
    holders = launch.holders(credential, sent=placeholder)
    assert not holders, f"the credential is in: {', '.join(sorted(holders))}"


def _expect_no_files(launch: Launch, *credentials: str) -> None:
    for credential in credentials:
        assert not launch.files_with(credential), "the server has written the credential to a file"


def _has_asked(stage: Stage, server: RealServer, version: object) -> bool:
    return any(event.get("version") == version for event in stage.events("secret.resolve", server.name))

"""An MCP server of the official SDK, version 1 or 2, that is reached over Streamable HTTP and wants a token.

Prints its port, and ends when its input does.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from pydantic import BaseModel

if int(importlib.metadata.version("mcp").split(".")[0]) >= 2:
    from mcp.server.mcpserver import Context, MCPServer
else:
    from mcp.server.fastmcp import Context
    from mcp.server.fastmcp import FastMCP as MCPServer


class Answer(BaseModel):
    go: bool


server = MCPServer("remote")


@server.tool()
async def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@server.tool()
async def work(context: Context) -> str:
    """Says how far it is."""
    for step in range(3):
        await context.report_progress(step + 1, 3)
    return "worked"


@server.tool()
async def ask(context: Context) -> str:
    """Asks the person behind the client."""
    answer = await context.elicit("Go on?", Answer)
    return answer.action


@server.tool()
async def grow(context: Context) -> str:
    """Has another tool from now on, and says so."""
    server.add_tool(lambda: "grown", name="grown")
    await context.session.send_tool_list_changed()
    return "grew"


@server.tool()
async def repeat(context: Context) -> str:
    """Repeats the token, as no server should."""
    request = context.request_context.request
    return str(request.headers["authorization"])


class Guard:
    """Lets only those in who have the token; keeps what they asked by."""

    def __init__(self, inner: Callable[..., Awaitable[None]], token: str) -> None:
        self._inner = inner
        self._token = token.encode()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            fields = dict(scope["headers"])
            print(scope["method"], fields.get(b"mcp-method", b"-").decode(), file=sys.stderr, flush=True)
            if fields.get(b"authorization") != b"Bearer " + self._token:
                await send({"type": "http.response.start", "status": 401, "headers": []})
                await send({"type": "http.response.body", "body": b"who are you?"})
                return
        await self._inner(scope, receive, send)


async def main() -> None:
    token = sys.stdin.readline().strip()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = Guard(server.streamable_http_app(), token)
    running = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(running.serve(sockets=[listener]))
    print(listener.getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    running.should_exit = True
    await serving


asyncio.run(main())

#!/usr/bin/env python3
"""An MCP server over stdio with one tool, on the official SDK, which resolves its credential when the tool is called.

    pip install 'mcp>=2' clients/python
    Examples/notes-server-python/notes_server.py --upstream http://127.0.0.1:18080
"""

from __future__ import annotations

import argparse
import asyncio
import urllib.error
import urllib.request

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from warder_client import AsyncWarderClient, CredentialRefused, ResolvedSecret
from warder_client.mcp import with_credential


def notes_server(warder: AsyncWarderClient, upstream: str) -> MCPServer:
    """The server. All that it has to do with the vault is one line, and what becomes of a 401."""
    server = MCPServer("example-notes-server")

    @server.tool()
    @with_credential(warder, "notes/api-key", tool="notes/create_note")
    async def create_note(text: str, credential: ResolvedSecret) -> str:
        """Stores a note in the notes service."""
        # The key is asked for now and gone when this returns: a rotated key is used from the next call on.
        status = await asyncio.to_thread(_post, f"{upstream}/notes", text, credential.unprotected_text())
        if status == 401:
            # The vault hears of it; if the key was rotated in this very moment, this runs again with the new one.
            raise CredentialRefused
        if status != 201:
            raise ToolError("The notes service failed.")
        return "The note is stored."

    return server


def _post(url: str, text: str, key: str) -> int:
    request = urllib.request.Request(url, text.encode(), {"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="An MCP server that resolves its credential at call time.")
    parser.add_argument("--upstream", required=True, help="where the notes service listens")
    # Connects when the tool is first called: the host starts its servers whether the vault is there or not.
    notes_server(AsyncWarderClient(), parser.parse_args().upstream).run()

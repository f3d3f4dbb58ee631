"""The example servers, which ask the vault by themselves, within a launch."""

from __future__ import annotations

import sys
from pathlib import Path

from mcp import Client

from page import Configured
from servers import LEGACY, MODERN, Era
from stage import Stage, new_credential

_ROOT = Path(__file__).resolve().parents[2]

ERAS = (MODERN, LEGACY)


def servers(programs: Path) -> dict[str, list[str]]:
    """Each language's server."""
    return {
        "swift": [str(programs / "example-notes-server")],
        "python": [sys.executable, str(_ROOT / "Examples/notes-server-python/notes_server.py")],
        "node": ["node", str(_ROOT / "Examples/notes-server-node/notes-server.js")],
    }


async def asks_by_itself(stage: Stage, command: list[str], era: Era) -> None:
    """A call has the credential of its moment, and the log knows the launch that it was made in."""
    first, second = new_credential(), new_credential()
    stage.put("notes/api-key", first)
    with stage.upstream("Authorization", is_encrypted=False) as upstream:
        variables = {"PYTHONPATH": str(_ROOT / "clients/python/src")}
        configured = Configured(["--server", "notes"], [*command, "--upstream", upstream.address], variables)
        launch = stage.launch(configured)
        async with launch.session(era) as client:
            for credential in (first, second):
                stage.put("notes/api-key", credential)
                upstream.accept(credential)
                await _call(client)
                assert upstream.visits[-1].credential == credential, upstream.visits
            processes = {process.pid for process in launch.processes()}
        assert upstream.statuses() == {201}, upstream.visits
    event = stage.events("secret.resolve", "notes")[-1]
    assert str(event["launch"]).startswith("lch_") and event["peer"]["pid"] in processes, event


async def _call(client: Client) -> None:
    result = await client.call_tool("create_note", {"text": "hello"})
    (part,) = result.content
    assert part.type == "text" and part.text == "The note is stored." and not result.is_error, result

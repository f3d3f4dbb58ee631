"""Calls behind the proxy that get no credential: what the model and the person see, and what mends it."""

from __future__ import annotations

from page import Configured, printed
from servers import MODERN, RealServer
from stage import Stage, new_credential, wait_until
from stories import call, outcome

_HEADING = "When a call is refused"
#: What the model sees of a call that nobody said yes to, and of no other failure.
_UNAPPROVED = "People have to approve this call first"


async def not_granted(stage: Stage, server: RealServer, configured: Configured) -> None:
    """A tool without a grant fails and says so, and works from the moment in which it has one."""
    stage.withdraw(server.name, server.tool)
    credential = new_credential()
    stage.put(f"{server.name}/token", credential)
    (said, _) = printed(_HEADING)
    with stage.upstream(server.field, is_encrypted=True) as upstream:
        upstream.accept(credential)
        launch = stage.real(server, configured.at(upstream.address))
        async with launch.session(MODERN) as client:
            text, failed = await outcome(client, server)
            assert failed and "credential_denied" in text, text
            assert not upstream.visits, upstream.visits
            wait_until(lambda: said in launch.said, said)
            stage.grant(server.name, server.tool)
            await call(client, server)
            assert launch.processes()


async def approved(stage: Stage, server: RealServer, configured: Configured) -> None:
    """A call that people have to approve does not wait: it fails, says why, and goes through once they said yes."""
    stage.make_critical(server.name, server.tool)
    credential = new_credential()
    stage.put(f"{server.name}/token", credential)
    (_, said) = printed(_HEADING)
    with stage.upstream(server.field, is_encrypted=True) as upstream:
        upstream.accept(credential)
        launch = stage.real(server, configured.at(upstream.address))
        async with launch.session(MODERN) as client:
            text, failed = await outcome(client, server)
            assert failed and _UNAPPROVED in text, text
            assert not upstream.visits, upstream.visits
            wait_until(lambda: said in launch.said, said)
            (asked,) = stage.vault.ask("GET", "/v1/approvals")["approvals"]
            stage.vault.ask("POST", f"/v1/approvals/{asked['approval']}/approve", {"reason": "a test"})
            await call(client, server)
            text, failed = await outcome(client, server)
            assert failed and _UNAPPROVED in text, f"an approval works once: {text}"
            in_advance = {"server": server.name, "tool": server.tool, "ttl": 3600, "uses": 2, "reason": "a test"}
            stage.vault.ask("POST", "/v1/standing-approvals", in_advance)
            await call(client, server)
            await call(client, server)
            text, failed = await outcome(client, server)
            assert failed and _UNAPPROVED in text, f"both uses are used up: {text}"
            assert launch.processes()
        assert len(upstream.visits) == 3 and upstream.credentials() == {credential}, upstream.visits

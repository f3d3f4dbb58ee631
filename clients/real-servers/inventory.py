"""What `warder tool import` gets of a server that is asked for its tools, with nothing but a placeholder."""

from __future__ import annotations

import os
import subprocess

from page import Configured
from servers import RealServer
from stage import Stage


async def listed(stage: Stage, server: RealServer, configured: Configured) -> None:
    """The server gets its address from the environment, and answers without its upstream; no credential is needed."""
    variables = {**configured.variables, **server.variables, server.variable: "none"}
    places = {"PATH": os.environ["PATH"], "WARDER_OPERATOR_SOCKET": stage.vault.operator_socket}
    command = ["tool", "import", "tools-list", "--server", server.name, "--dry-run", "--command"]
    program = stage.installed(server, configured)
    done = subprocess.run(
        [stage.programs / "warder", *command, program], env={**places, **variables}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert server.tool in done.stdout, done.stdout

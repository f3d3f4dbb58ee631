"""What a person sees when a server does not start: the page's transcripts, played in the situations that it names."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable

from page import transcripts
from servers import SERVERS
from stage import Stage

_HEADING = "When it does not start"
#: As an installation has it.
_SOCKET = "/run/warder/client.sock"


def play(stage: Stage) -> None:
    """Compares each transcript with what is really said; leaves the servers registered."""
    found = transcripts(_HEADING)
    situations = _situations(stage)
    assert len(found) == len(situations), f"{len(found)} transcripts"
    for transcript, situation in zip(found, situations, strict=True):
        situation()
        said = _run(stage, transcript.command)
        assert said == transcript.output, f"$ {transcript.command}\n{said}instead of\n{transcript.output}"
    stage.vault.start()


def _situations(stage: Stage) -> list[Callable[[], object]]:
    """How the vault comes to be where each transcript finds it, in the page's order."""

    def is_registered() -> None:
        for server in SERVERS:
            stage.register(server.name, server.tool)
            stage.put(f"{server.name}/token", "not yet")

    def is_open() -> None:
        stage.vault.kill()
        stage.vault.start()

    def has_nothing_more() -> None:
        pass

    return [
        has_nothing_more,
        is_registered,
        has_nothing_more,
        lambda: stage.vault.ask("POST", "/v1/sys/seal"),
        is_open,
        has_nothing_more,
        stage.vault.kill,
    ]


def _run(stage: Stage, command: str) -> str:
    environment = {
        # Servers' programs are never reached: what is refused is refused before.
        "PATH": f"{stage.programs}:{os.environ['PATH']}",
        "WARDER_SOCKET": stage.vault.client_socket,
    }
    shell = ["sh", "-c", command]
    done = subprocess.run(shell, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode != 0 and not done.stdout, done
    said = done.stderr.replace(stage.vault.client_socket, _SOCKET)
    return re.sub(r"req_[0-9a-f]+_[0-9]+", "req_c35c44b62e75_1", said)

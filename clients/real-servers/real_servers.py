#!/usr/bin/env python3
"""Runs real MCP servers under `warder run`, with a real vault, driven by the official client.

    clients/real-servers/real_servers.py --programs .build/debug --environments .build/clients/servers [--only WORDS]

Needs a Python that has mcp 2, and root, who alone may look into a launcher. Exits with 1 if anything does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
import traceback
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path

import examples
import inventory
import page
import refusals
import refused_calls
import stories
from servers import SERVERS
from stage import Stage

Story = Callable[[], Coroutine[None, None, None]]


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(description="Runs real MCP servers under `warder run`.")
    parser.add_argument("--programs", type=Path, required=True, help="directory of warderd, warder, the example")
    parser.add_argument("--environments", type=Path, required=True, help="directory of the servers' environments")
    parser.add_argument("--only", default="", metavar="WORDS", help="stories whose name has these words")
    options = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("this looks into other processes, a launcher's among them: run it as root")
    stage = Stage(options.programs.resolve(), options.environments.resolve())
    try:
        stage.begin()
        refusals.play(stage)
        print("  ok   what is said when a server does not start", flush=True)
        told = {name: story for name, story in _stories(stage).items() if options.only in name}
        if not told:
            parser.error("no story has these words in its name")
        failed = [name for name, story in told.items() if not _holds(stage, name, story)]
    finally:
        stage.end()
    print(f"real servers: {'failed: ' + '; '.join(failed) if failed else 'all hold'}")
    return 1 if failed else 0


def _stories(stage: Stage) -> dict[str, Story]:
    """By what is printed of them, in the order in which they are told."""
    told: dict[str, Story] = {}
    behind_proxy = page.configured("With the proxy")
    with_credential = page.configured("With the credential in the environment")
    for server in SERVERS:
        stage.grant(server.name, server.tool)
        told[f"{server.name} is asked for its tools"] = partial(
            inventory.listed, stage, server, with_credential[server.name]
        )
        for era in server.eras:
            in_era = f"{era.version} ({era.mode})"
            told[f"{server.name} --proxy, {in_era}"] = partial(
                stories.proxied, stage, server, era, behind_proxy[server.name]
            )
            told[f"{server.name} --env, {in_era}"] = partial(
                stories.in_environment, stage, server, era, with_credential[server.name]
            )
    stage.register("notes", "create_note")
    stage.put("notes/api-key", "not yet")
    stage.grant("notes", "create_note", "api-key")
    for language, command in examples.servers(stage.programs).items():
        for era in examples.ERAS:
            told[f"the example in {language}, {era.version}"] = partial(examples.asks_by_itself, stage, command, era)
    (gitlab,) = [server for server in SERVERS if server.name == "gitlab"]
    told["a call that nobody granted"] = partial(refused_calls.not_granted, stage, gitlab, behind_proxy[gitlab.name])
    told["a call that people approve"] = partial(refused_calls.approved, stage, gitlab, behind_proxy[gitlab.name])
    return told


def _holds(stage: Stage, name: str, story: Story) -> bool:
    start = time.monotonic()
    try:
        asyncio.run(story())
    except Exception:  # Whatever it is, the other stories are told as well.
        print(f"  FAIL {name}\n{traceback.format_exc()}\n{stage.last_words()}", flush=True)
        return False
    print(f"  ok   {name} ({time.monotonic() - start:.1f} s)", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Holds client libraries against behaviours.json, with a real vault.

    clients/conformance/run.py --programs .build/debug [--only WORDS] [--runner NAME=COMMAND]...

Without --runner it runs all that are named in RUNNERS. Exits with 1 if any behaviour does not hold, or a runner leaves
one out that it must not.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from contextlib import closing
from pathlib import Path

from runner import Failure, Runner
from scenario import Behaviour, Scenario, behaviours
from vault import Vault

_HERE = Path(__file__).resolve().parent

#: What is run where nobody says otherwise.
RUNNERS = {
    "python-threads": [sys.executable, str(_HERE / "runners/python_runner.py"), "threads"],
    "python-asyncio": [sys.executable, str(_HERE / "runners/python_runner.py"), "asyncio"],
    "node": ["node", str(_HERE / "runners/node-runner.js")],
}

#: What a language may lack. Node has no fork, and Swift's concurrency does not survive one without exec: there is no way
#: in which a child could resolve. That programs which they start have nothing of theirs is a behaviour for all.
LACKING = {"node": {"fork"}, "swift": {"fork"}}


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(description="Holds client libraries against one table of behaviours.")
    parser.add_argument("--programs", type=Path, required=True, help="directory of warderd and warder")
    parser.add_argument("--runner", action="append", default=[], metavar="NAME=COMMAND", help="instead of all")
    parser.add_argument("--only", default="", metavar="WORDS", help="behaviours whose name has these words")
    options = parser.parse_args()
    runners = {name: shlex.split(command) for name, _, command in (each.partition("=") for each in options.runner)}
    # A name alone means the one that is known by it.
    # Swift's is built beside the programs.
    known = {**RUNNERS, "swift": [str(options.programs / "conformance-runner")]}
    runners = {name: command or known[name] for name, command in runners.items()} or known
    table = [behaviour for behaviour in behaviours(_HERE / "behaviours.json") if options.only in behaviour.name]
    if not table:
        parser.error("no behaviour has these words in its name")
    failed = [name for name, command in runners.items() if not _holds(name, command, table, options.programs)]
    print(f"conformance: {'failed: ' + ', '.join(failed) if failed else 'all hold'}")
    return 1 if failed else 0


def _holds(name: str, command: list[str], table: list[Behaviour], programs: Path) -> bool:
    print(f"== {name}", flush=True)
    failures = 0
    # There the one operator there is says yes to calls; in a team it would have to be another user of the machine.
    vault = Vault(programs, profile="single-user")
    try:
        vault.start()
        vault.initialise()
        scenario = Scenario(vault)
        for number, behaviour in enumerate(table, 1):
            failures += not _passes(scenario, number, behaviour, name, command)
    finally:
        vault.remove()
    return failures == 0


def _passes(scenario: Scenario, number: int, behaviour: Behaviour, name: str, command: list[str]) -> bool:
    start = time.monotonic()
    try:
        with closing(Runner(command, scenario.vault.client_socket)) as runner:
            missing = {need for need in behaviour.needs if need not in runner.features or need in scenario.lacking}
            unexcused = missing - scenario.lacking - LACKING.get(name, set())
            if unexcused:
                raise Failure(f"the runner says that it has no {', '.join(sorted(unexcused))}")
            if missing:
                print(f"  -    {behaviour.name} (without {', '.join(sorted(missing))})", flush=True)
                return True
            scenario.play(number, behaviour, runner)
    except Failure as failure:
        print(f"  FAIL {behaviour.name}\n       {failure}", flush=True)
        return False
    print(f"  ok   {behaviour.name} ({time.monotonic() - start:.1f} s)", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())

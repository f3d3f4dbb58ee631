#!/usr/bin/env python3
"""Runs `swift test` with the arguments given, on what is built already.

Tests here use real processes and real clocks, and a machine that others share can keep one from its processor until it runs out of
time. With SECOND_CHANCE=FILE, up to five tests that failed run once more, alone; whoever fails then has failed, and the names of the
others are added to FILE, so that a test that needs this often is seen and mended. A run that ended by itself without a result, or in
which more failed, has failed; and so has one in which a test failed that looks for what leaks or is believed wrongly: what shows
only beside others is what such a test is there for.
"""

import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

MOST = 5
NEVER = re.compile(r"Canary|Attack|Damage|Mutation|Property|Hostile")


def run(arguments: list[str], results: str) -> int:
    return subprocess.run(["swift", "test", "--skip-build", "--xunit-output", f"{results}/all.xml", *arguments]).returncode


def failed(results: str) -> list[str] | None:
    """Names as `swift test list` has them; none at all where the run left no results."""
    try:
        cases = xml.parse(f"{results}/all-swift-testing.xml").iter("testcase")
    except (OSError, xml.ParseError):
        return None
    return [f"{case.get('classname')}.{case.get('name')}" for case in cases if case.find("failure") is not None]


def pattern(name: str) -> str:
    """Suites within suites are set off by strokes there, and by points here."""
    path, arguments = name.split("(", 1)
    return "^" + "[./]".join(re.escape(part) for part in path.split(".")) + re.escape("(" + arguments)


def main() -> int:
    with tempfile.TemporaryDirectory() as results:
        code = run(sys.argv[1:], results)
        account = os.environ.get("SECOND_CHANCE")
        if code == 0 or not account:
            return code
        names = failed(results)
        if not names or len(names) > MOST or any(map(NEVER.search, names)):
            return code
    print(f"Once more, alone: {', '.join(names)}", flush=True)
    for name in names:
        with tempfile.TemporaryDirectory() as results:
            if run(["--no-parallel", "--filter", pattern(name)], results) != 0 or failed(results) != []:
                return code
            if not any(True for _ in xml.parse(f"{results}/all-swift-testing.xml").iter("testcase")):
                print(f"{name} was not found again", file=sys.stderr)
                return code
    with open(account, "a") as file:
        file.writelines(name + "\n" for name in names)
    return 0


sys.exit(main())

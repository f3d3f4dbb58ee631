#!/usr/bin/env python3
"""Measures what the clients for Python and Node add to a request: ``measure.py --programs .build/release [--output FILE]``.

Starts a vault of its own with one secret. Prints a table; nothing here passes or fails by a time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parents[1] / "clients/conformance"))

from vault import Vault  # noqa: E402

#: Microseconds that a client may add.
TARGETS = {"node_overhead_us": 100, "python_threads_overhead_us": 150, "python_asyncio_overhead_us": 150}


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(description="Measures what the clients for Python and Node add to a request.")
    parser.add_argument("--programs", type=Path, required=True, help="directory of warderd and warder")
    parser.add_argument("--output", type=Path, help="file for the figures, as JSON")
    options = parser.parse_args()
    # Its events go to memory: the sync of a disk would be all that is seen.
    vault = Vault(options.programs, root="/dev/shm")
    try:
        vault.start()
        vault.initialise()
        vault.ask("PUT", "/v1/secrets/bench/key", {"fields": {"value": "a value of a usual length, as tokens have it"}})
        vault.ask("POST", "/v1/servers", {"name": "bench", "selectors": {"uid": os.getuid()}})
        vault.ask("POST", "/v1/tools", {"name": "bench/read", "risk": "read-only"})
        vault.ask("POST", "/v1/grants", {"tool": "bench/read", "secret": "bench/key", "ttl": 3600})
        figures: dict[str, float] = {}
        for interpreter, script in ((sys.executable, "python_overhead.py"), ("node", "node-overhead.js")):
            command = [interpreter, str(_HERE / script)]
            done = subprocess.run([*command, vault.client_socket], stdout=subprocess.PIPE, check=True)
            figures.update(json.loads(done.stdout))
    finally:
        vault.remove()
    for name, figure in figures.items():
        target = f"   (target: at most {TARGETS[name]})" if name in TARGETS else ""
        print(f"{name:28} {figure:8.1f}{target}")
    if options.output is not None:
        options.output.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""docs/operations/unmodified-servers.md, taken at its word: what it tells people to configure is what is run here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

_PAGE = Path(__file__).resolve().parents[2] / "docs/operations/unmodified-servers.md"


@dataclass(frozen=True)
class Configured:
    """An entry of an MCP client's configuration."""

    #: Of `warder run`, up to the two dashes.
    options: list[str]
    #: The server's program and its arguments.
    command: list[str]
    variables: dict[str, str]

    def at(self, address: str) -> Configured:
        """The same with its upstream at another address."""
        example = re.compile(r"https://[a-z]+\.example\.org")
        return Configured(
            [example.sub(address, option) for option in self.options],
            self.command,
            {name: example.sub(address, value) for name, value in self.variables.items()},
        )


@dataclass(frozen=True)
class Transcript:
    """A command, and what a person sees of it."""

    command: str
    output: str


def configured(heading: str) -> dict[str, Configured]:
    """The servers of the configuration below a heading."""
    (block,) = _blocks(heading, "json")
    entries = {}
    for name, entry in json.loads(block)["mcpServers"].items():
        assert entry["command"] == "warder" and entry["args"][0] == "run", entry
        dashes = entry["args"].index("--")
        entries[name] = Configured(entry["args"][1:dashes], entry["args"][dashes + 1 :], entry.get("env", {}))
    return entries


def transcripts(heading: str) -> list[Transcript]:
    """The commands below a heading, each with its output, in the page's order."""
    found = []
    for block in _blocks(heading, "console"):
        for text in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            # A command goes on behind a backslash.
            command = re.match(r"(?:.*\\\n)*.*\n", text)
            assert command, text
            found.append(Transcript(command[0].strip(), text[command.end() :]))
    return found


def printed(heading: str) -> list[str]:
    """What is said below a heading to be printed."""
    return _blocks(heading, "text")


def _blocks(heading: str, language: str) -> list[str]:
    page = _PAGE.read_text()
    sections = re.split(r"^## ", page, flags=re.MULTILINE)
    (section,) = [section for section in sections if section.startswith(heading + "\n")]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)

"""Looks for a credential wherever a server could have put it: its environment, arguments, memory and files.

Each place is looked at together with a canary that was put there on purpose. A scan that does not find the canary has
seen nothing, and fails.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: At once, of a process's memory; pieces overlap by more than anything that is looked for.
_PIECE = 16 << 20
_OVERLAP = 4096

#: The kernel's own pages in a process, which not even root reads.
_OF_KERNEL = re.compile(r"\[(vvar|vvar_vclock|vsyscall|vdso)\]")


class Blind(Exception):
    """What was put into a place was not found there: the scan has seen nothing."""


def spellings(secret: str) -> list[bytes]:
    """A secret as it may lie in memory or in a file."""
    plain = secret.encode()
    wide = [secret.encode(code) for code in ("utf-16-le", "utf-32-le")]
    # Behind other bytes base64 looks different, three ways; what depends on the neighbours is left out.
    inner = [base64.b64encode(b"x" * shift + plain)[4 * bool(shift) : -4] for shift in range(3)]
    return [plain, plain[::-1], plain.hex().encode(), plain.hex().upper().encode(), *wide, *inner]


@dataclass(frozen=True)
class Process:
    """A process, told apart from a later one of the same number."""

    pid: int
    start: str

    @classmethod
    def of(cls, pid: int) -> Process:
        return cls(pid, _start(pid))

    @property
    def lives(self) -> bool:
        """What has ended and was not waited for does not."""
        return _start(self.pid) == self.start != ""

    def environment(self) -> bytes:
        return Path(f"/proc/{self.pid}/environ").read_bytes()

    def arguments(self) -> bytes:
        return Path(f"/proc/{self.pid}/cmdline").read_bytes()

    def memory(self, without: str = "[]") -> Iterable[bytes]:
        """Everything that can be read of it, in pieces that overlap; `without` what the kernel calls so."""
        with open(f"/proc/{self.pid}/mem", "rb", buffering=0) as memory:
            for first, last in self._ranges(without):
                for at in range(first, last, _PIECE):
                    yield _read(memory.fileno(), at, min(at + _PIECE + _OVERLAP, last))

    def _ranges(self, without: str) -> list[tuple[int, int]]:
        """Readable ranges of addresses; what lies side by side is one, because a value may lie across."""
        ranges: list[tuple[int, int]] = []
        for line in Path(f"/proc/{self.pid}/maps").read_text().splitlines():
            addresses, rights, *_ = line.split()
            if not rights.startswith("r") or _OF_KERNEL.search(line) or without in line:
                continue
            first, last = (int(text, 16) for text in addresses.split("-"))
            if ranges and ranges[-1][1] == first:
                ranges[-1] = (ranges[-1][0], last)
            else:
                ranges.append((first, last))
        return ranges


def below(pid: int) -> list[Process]:
    """Every process that a process has started, and those that they have started."""
    found: list[Process] = []
    for child in _children(pid):
        process = Process.of(child)
        if process.start:
            found += [process, *below(child)]
    return found


def contents(directory: Path) -> Iterable[bytes]:
    """Names and contents of what lies below a directory."""
    for folder, _, names in os.walk(directory):
        for path in (Path(folder) / name for name in names):
            yield os.fsencode(path)
            if path.is_file():
                yield path.read_bytes()


def find(pieces: Iterable[bytes], needles: list[bytes]) -> set[bytes]:
    """Which of the needles stand in one of the pieces."""
    return {needle for piece in pieces for needle in needles if needle in piece}


def _read(memory: int, first: int, last: int) -> bytes:
    content = bytearray()
    while first + len(content) < last:
        try:
            piece = os.pread(memory, last - first - len(content), first + len(content))
        except OSError:
            piece = b""
        # A page that is reserved and has nothing in it, such as one behind the end of a mapped file.
        content += piece or bytes(4096)
    return bytes(content)


def _children(pid: int) -> list[int]:
    """Those of each thread; what ends meanwhile has none."""
    found: list[int] = []
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except (FileNotFoundError, ProcessLookupError):
        return found
    for task in tasks:
        try:
            found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _start(pid: int) -> str:
    """When it began; empty for what is gone, and for what has ended and was not waited for."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if state in "ZX" else rest[18]

"""Where a vault listens: the same rule as the daemon and the command have, so that they meet."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Mapping


def client_socket(environment: Mapping[str, str], *, run: str = "/run") -> str | None:
    """The client socket that a process of this user means, or ``None`` where there is no place for one.

    ``WARDER_SOCKET`` goes before everything. Root means the machine's vault; another user as well where its socket
    exists, else their own. Neither ``HOME`` nor ``XDG_RUNTIME_DIR`` is asked: programs started by an MCP client often
    lack them.
    """
    named = environment.get("WARDER_SOCKET")
    if named:
        return named
    machine = f"{run}/warder/client.sock"
    uid = os.geteuid()
    if uid == 0 or _is_socket(machine):
        return machine
    session = f"{run}/user/{uid}"
    if _is_private(session, uid):
        return f"{session}/warder/client.sock"
    try:
        home = pwd.getpwuid(uid).pw_dir
    except KeyError:
        return None
    return f"{home}/.local/state/warder/run/client.sock" if home.startswith("/") else None


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.lstat(path).st_mode)
    except OSError:
        return False


def _is_private(directory: str, uid: int) -> bool:
    """Whether the session directory is the user's alone: in any other, somebody else could wait for us."""
    try:
        status = os.lstat(directory)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == uid and stat.S_IMODE(status.st_mode) == 0o700

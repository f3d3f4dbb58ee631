"""How a client finds the vault and how much it asks of it."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from . import places
from .errors import Code, WarderClientError


def _awake_or_asleep() -> float:
    """Seconds on a clock that nobody can set, and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True)
class WarderClientConfiguration:
    """Settings of a client; the defaults are right for most."""

    #: Absolute path of the vault's client socket, at most 107 bytes; ``None`` means ``WARDER_SOCKET``, else where the
    #: vault of the machine or of this user listens.
    socket_path: str | None = None
    #: Longest time in seconds that one call may take, token and value together.
    timeout: float = 10.0
    #: How long in seconds a call waits for people who have to approve it; unless changed it does not, and fails as
    #: ``approval_required`` at once. The call itself may take ``timeout`` besides.
    approval_patience: float = 0.0
    #: Connections that are kept at most, each with one request at a time; 1 to 64.
    maximum_connections: int = 8
    #: Calls that may wait at the same time, for people as well; one more is refused as ``overloaded``.
    maximum_calls: int = 4096
    #: Measures the life of tokens, in seconds. It must go on while the machine sleeps, as the default does.
    clock: Callable[[], float] = _awake_or_asleep
    #: Told when the outcome of a call could not be reported; the call itself is not disturbed. Runs where the call runs, or
    #: for a report that had to wait for the vault in the background: on another thread, or in a task of the event loop. Of
    #: those that wait, the oldest is lost as ``overloaded`` where there are more than 256, and each as ``closed`` with the
    #: client. Close it before the process ends: they do not keep the process, and are lost with it and nobody is told. An
    #: exception of this function's own goes to ``sys.excepthook``.
    report_failed: Callable[[WarderClientError], None] | None = None
    #: Draws from 0 <= x < 1 where renewals of many processes must not fall together.
    jitter: Callable[[], float] = field(default=random.random, repr=False)

    def resolved_socket_path(self) -> str:
        """The path to connect to.

        Raises:
            WarderClientError: ``invalid_configuration`` if it is relative, too long, or if this user has no place for
                a vault.
        """
        path = self.socket_path
        if path is None:
            path = places.client_socket(os.environ)
        # `sun_path` has 108 bytes, and the last one is NUL.
        if path is None or not path.startswith("/") or "\0" in path or len(os.fsencode(path)) > 107:
            raise WarderClientError(Code.INVALID_CONFIGURATION)
        return path

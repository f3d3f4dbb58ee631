"""Follows changes, one blocking question after the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator

from .._core.following import Following
from ..configuration import WarderClientConfiguration
from ..errors import Code, WarderClientError
from ..messages import Change
from .pool import Broken, Connection

# An older vault, which has no such route, may be replaced by a later one while this process lives.
_REFUSED_PAUSE = 600.0


class Follower:
    """Asks ``GET /v1/changes``, over a connection of its own: one that waits must not be missing elsewhere."""

    def __init__(self, path: str, configuration: WarderClientConfiguration) -> None:
        self._path = path
        self._configuration = configuration
        self._closing = threading.Event()
        self._connection: Connection | None = None

    def changes(self, max_stale: float) -> Generator[Change, None, None]:
        """What changes, for as long as somebody asks for the next change.

        Raises:
            WarderClientError: What asking again does not mend: a refusal, ``closed``.
        """
        following = Following(self._configuration, max_stale)
        try:
            while True:
                self._pause(following.rest())
                try:
                    news, pause = self._ask(following), 0.0
                except (WarderClientError, Broken) as error:
                    self._hang_up()
                    known = error if isinstance(error, WarderClientError) else WarderClientError(Code.UNREACHABLE)
                    self._pause(0)
                    pause, news = following.failed(known)
                yield from news
                self._pause(pause)
        finally:
            self._hang_up()

    def follow(self, heard: Callable[[Change], None]) -> None:
        """Follows for the client itself, on a thread, until it is closed."""
        threading.Thread(target=self._follow, args=(heard,), name="warder-changes", daemon=True).start()

    def close(self) -> None:
        """Ends whoever asks, from another thread."""
        self._closing.set()
        connection = self._connection
        if connection is not None:
            connection.interrupt()

    def abandon(self) -> None:
        """Lets go of a connection of the parent's."""
        if self._connection is not None:
            self._connection.close()

    def _follow(self, heard: Callable[[Change], None]) -> None:
        while not self._closing.is_set():
            try:
                changes = self.changes(float("inf"))
                # What was kept before the first answer is as new as that.
                next(changes)
                for change in changes:
                    heard(change)
            except WarderClientError:
                self._closing.wait(_REFUSED_PAUSE)

    def _ask(self, following: Following) -> list[Change]:
        request, seconds = following.question()
        deadline = time.monotonic() + seconds
        if self._connection is None:
            self._connection = Connection(self._path, deadline)
        answer = self._connection.exchange(request, deadline)
        if not answer.is_keep_alive:
            self._hang_up()
        return following.answered(answer)

    def _pause(self, seconds: float) -> None:
        if self._closing.wait(seconds) if seconds > 0 else self._closing.is_set():
            raise WarderClientError(Code.CLOSED)

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

"""Follows changes, one blocking question after the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing

from .._core.following import Following
from ..configuration import WarderClientConfiguration
from ..errors import Code, WarderClientError
from ..messages import Change
from .pool import Broken, Connection

# A server that was blocked may be let in again while this process lives, and an older vault, which has no such route, be
# replaced by a later one.
_REFUSED_PAUSE = 60.0


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
        with closing(self._news(max_stale, lambda _: None)) as answers:
            for news in answers:
                yield from news

    def follow(self, heard: Callable[[list[Change]], None], unheard: Callable[[WarderClientError], None]) -> None:
        """Follows for the client itself, on a thread, until it is closed.

        Args:
            heard: Takes the changes of each answer, which may be none.
            unheard: Takes why a question had no answer.
        """
        follow = threading.Thread(target=self._follow, args=(heard, unheard), name="warder-changes", daemon=True)
        follow.start()

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

    def _follow(
        self, heard: Callable[[list[Change]], None], unheard: Callable[[WarderClientError], None]
    ) -> None:
        while not self._closing.is_set():
            try:
                for news in self._news(float("inf"), unheard):
                    heard(news)
            except WarderClientError:
                self._closing.wait(_REFUSED_PAUSE)

    def _news(
        self, max_stale: float, failed: Callable[[WarderClientError], None]
    ) -> Generator[list[Change], None, None]:
        """What each answer says, and what is to be said in between."""
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
                    failed(known)
                    pause, news = following.failed(known)
                    if not news:
                        self._pause(pause)
                        continue
                yield news
                self._pause(pause)
        finally:
            self._hang_up()

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

"""Follows changes, one awaited question after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

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
        self._closing = asyncio.Event()
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None

    async def changes(self, max_stale: float) -> AsyncGenerator[Change, None]:
        """What changes, for as long as somebody asks for the next change.

        Raises:
            WarderClientError: What asking again does not mend: a refusal, ``closed``.
        """
        async with aclosing(self._news(max_stale, lambda _: None)) as answers:
            async for news in answers:
                for change in news:
                    yield change

    def follow(self, heard: Callable[[list[Change]], None], unheard: Callable[[WarderClientError], None]) -> None:
        """Follows for the client itself, in a task, until it is closed.

        Args:
            heard: Takes the changes of each answer, which may be none.
            unheard: Takes why a question had no answer.
        """
        work = self._follow(heard, unheard)
        self._task = asyncio.get_running_loop().create_task(work, name="warder-changes")

    async def close(self) -> None:
        """Ends whoever asks."""
        self._closing.set()
        self._hang_up()
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _follow(
        self, heard: Callable[[list[Change]], None], unheard: Callable[[WarderClientError], None]
    ) -> None:
        while not self._closing.is_set():
            try:
                async for news in self._news(float("inf"), unheard):
                    heard(news)
            except WarderClientError:
                await self._wait(_REFUSED_PAUSE)

    async def _news(
        self, max_stale: float, failed: Callable[[WarderClientError], None]
    ) -> AsyncGenerator[list[Change], None]:
        """What each answer says, and what is to be said in between."""
        following = Following(self._configuration, max_stale)
        try:
            while True:
                await self._pause(following.rest())
                try:
                    news, pause = await self._ask(following), 0.0
                except (WarderClientError, Broken) as error:
                    self._hang_up()
                    known = error if isinstance(error, WarderClientError) else WarderClientError(Code.UNREACHABLE)
                    await self._pause(0)
                    failed(known)
                    pause, news = following.failed(known)
                    if not news:
                        await self._pause(pause)
                        continue
                yield news
                await self._pause(pause)
        finally:
            self._hang_up()

    async def _ask(self, following: Following) -> list[Change]:
        request, seconds = following.question()
        deadline = time.monotonic() + seconds
        if self._connection is None:
            self._connection = await Connection.open(self._path, deadline, lambda _: None)
        answer = await self._connection.exchange(request, deadline)
        if not answer.is_keep_alive:
            self._hang_up()
        return following.answered(answer)

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            await self._wait(seconds)
        if self._closing.is_set():
            raise WarderClientError(Code.CLOSED)

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except asyncio.TimeoutError:
            pass

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

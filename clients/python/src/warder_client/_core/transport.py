"""How requests travel and calls wait, as the parts of the client see it."""

from __future__ import annotations

from collections.abc import Coroutine
from contextlib import AbstractContextManager
from typing import Any, Protocol

from .http import Answer, Request
from .tokens import Flight


class Transport(Protocol[Flight]):
    """How requests travel and calls wait: threads and event loops have one each."""

    @property
    def lock(self) -> AbstractContextManager[Any, Any]:
        """Guards what calls share. Nobody waits for anything while it is held."""

    async def send(self, request: Request, deadline: float) -> Answer:
        """One request and its answer. ``deadline`` is a moment of ``time.monotonic``."""

    async def poll(self, request: Request, deadline: float) -> Answer:
        """The same for a request that waits at the vault, over connections that calls do not miss."""

    def new_flight(self) -> Flight:
        """Something that calls can wait for."""

    async def wait(self, flight: Flight, deadline: float) -> Any:
        """Waits for what somebody else asks for: what it landed with, which is raised if it is an error.

        Raises:
            WarderClientError: ``timed_out`` if it does not land before ``deadline``, and the one it landed with.
        """

    def land(self, flight: Flight, result: object) -> None:
        """Ends the waiting. What has landed stays as it is."""

    async def finish(self, work: Coroutine[Any, Any, None]) -> None:
        """Does work that others depend on, to its end, even if the caller goes away meanwhile."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Does work in the background."""

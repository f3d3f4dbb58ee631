"""How requests travel and calls wait in programs with an event loop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from typing import Any, TypeAlias

from .._core.http import Answer, Request
from ..errors import Code, WarderClientError
from .pool import ConnectionPool

LoopFlight: TypeAlias = "asyncio.Future[object]"


class LoopTransport:
    """A transport for one event loop. Everything runs on its thread, so there is nothing to lock."""

    def __init__(self, pool: ConnectionPool, patient: ConnectionPool) -> None:
        # Nobody ever waits for it, and it costs less than `nullcontext`, which is written in Python.
        self.lock = threading.Lock()
        self._pool = pool
        self._patient = patient
        # The loop itself holds tasks by weak references only.
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, request: Request, deadline: float) -> Answer:
        return await self._pool.send(request, deadline)

    async def poll(self, request: Request, deadline: float) -> Answer:
        return await self._patient.send(request, deadline)

    def new_flight(self) -> LoopFlight:
        return asyncio.get_running_loop().create_future()

    async def wait(self, flight: LoopFlight, deadline: float) -> Any:
        # Not cancelled with one caller of many.
        done, _ = await asyncio.wait({flight}, timeout=max(deadline - time.monotonic(), 0))
        if not done:
            raise WarderClientError(Code.TIMED_OUT)
        result = flight.result()
        if isinstance(result, WarderClientError):
            raise result.again()
        return result

    def land(self, flight: LoopFlight, result: object) -> None:
        if not flight.done():
            flight.set_result(result)

    async def finish(self, work: Coroutine[Any, Any, None]) -> None:
        # The caller waits for the flight that the work ends; a caller that is cancelled takes nobody with it.
        self.spawn(work)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Waits for what was begun in the background."""
        while self._tasks:
            await asyncio.wait(self._tasks)

"""How requests travel and calls wait in programs with threads: they block."""

from __future__ import annotations

import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, TypeAlias

from .._core.http import Answer, Request
from .._core.resolver import run
from ..errors import Code, WarderClientError
from .pool import ConnectionPool

ThreadFlight: TypeAlias = "Future[object]"


class ThreadTransport:
    """A transport whose coroutines never wait: they come back when there is a result."""

    def __init__(self, pool: ConnectionPool, patient: ConnectionPool) -> None:
        self.lock = threading.Lock()
        self._pool = pool
        self._patient = patient

    async def send(self, request: Request, deadline: float) -> Answer:
        return self._pool.send(request, deadline)

    async def poll(self, request: Request, deadline: float) -> Answer:
        return self._patient.send(request, deadline)

    def new_flight(self) -> ThreadFlight:
        return Future()

    async def wait(self, flight: ThreadFlight, deadline: float) -> Any:
        try:
            result = flight.result(max(deadline - time.monotonic(), 0))
        except FutureTimeoutError:
            raise WarderClientError(Code.TIMED_OUT) from None
        if isinstance(result, WarderClientError):
            raise result.again()
        return result

    def land(self, flight: ThreadFlight, result: object) -> None:
        try:
            flight.set_result(result)
        except InvalidStateError:
            # Another thread was faster.
            pass

    async def finish(self, work: Coroutine[Any, Any, None]) -> None:
        # Nothing can cancel a thread.
        run(work)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            threading.Thread(target=run, args=(work,), name="warder", daemon=True).start()
        except RuntimeError:
            # No thread is to be had, as at the end of the interpreter.
            run(work)

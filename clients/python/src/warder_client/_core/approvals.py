"""Waiting for people: whether somebody has decided about a call."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic

from ..errors import Code, WarderClientError
from . import answers, requests
from .tokens import Flight
from .transport import Transport

#: Questions that wait at the vault at the same time. It lets one process have a few, and all of a user's not many more.
MAXIMUM_QUESTIONS = 4
#: How long a question waits there, the pause after one that could not be asked, and the one that lets others go first.
_WAIT_SECONDS = 55
_PAUSE_SECONDS = 1.0
_TURN_SECONDS = 0.1
#: What the system can wait for in one go. Patience may be longer.
_LONGEST_SECONDS = 3_600.0


class Approvals(Generic[Flight]):
    """Asks the vault what became of approvals. Calls that wait for the same one share a question."""

    def __init__(self, transport: Transport[Flight], clock: Callable[[], float], timeout: float) -> None:
        self._transport = transport
        self._clock = clock
        self._timeout = timeout
        #: What calls wait for, by the approval: a question and the pause after it.
        self._questions: dict[str, Flight] = {}
        #: No question leaves before this, on the clock of ``time.monotonic``: the vault had too many, or was away.
        self._quiet_until = 0.0
        self._is_closed = False

    async def is_decided(self, approval: str, end: float) -> bool:
        """Whether anybody decided before ``end``; what they decided says the next attempt."""
        while (left := end - self._clock()) > 0:
            with self._transport.lock:
                if self._is_closed:
                    raise WarderClientError(Code.CLOSED)
                flight = self._questions.get(approval)
                is_first = flight is None
                if flight is None:
                    flight = self._questions[approval] = self._transport.new_flight()
            if is_first:
                await self._ask_for_all(approval, left, flight)
            try:
                if await self._transport.wait(flight, time.monotonic() + min(left, _LONGEST_SECONDS)):
                    return True
            except WarderClientError as error:
                if error.code is not Code.TIMED_OUT:
                    raise
        return False

    def close(self) -> None:
        """Ends all waiting as closed."""
        with self._transport.lock:
            self._is_closed = True
            flights = list(self._questions.values())
        for flight in flights:
            self._transport.land(flight, WarderClientError(Code.CLOSED))

    async def _ask_for_all(self, approval: str, left: float, flight: Flight) -> None:
        """Asks once. Where nobody has decided, or the caller goes away, the first that waits on asks again."""
        result: bool | WarderClientError = False
        try:
            result = await self._ask(approval, left, flight)
        except WarderClientError as error:
            result = error
        finally:
            with self._transport.lock:
                del self._questions[approval]
            self._transport.land(flight, result)

    async def _ask(self, approval: str, left: float, flight: Flight) -> bool:
        quiet = self._quiet_until - time.monotonic()
        if quiet > 0:
            await self._pause(min(left, quiet), flight)
            return False
        patience = int(min(max(left, 1), _WAIT_SECONDS))
        # Where more approvals are waited for than may be asked about, they take turns.
        crowd = len(self._questions)
        wait = min(patience, max(_WAIT_SECONDS * MAXIMUM_QUESTIONS // max(crowd, MAXIMUM_QUESTIONS), 1))
        try:
            answer = await self._transport.poll(
                requests.approval(approval, wait), time.monotonic() + self._timeout + patience
            )
            if not answers.is_pending(answer):
                return True
        except WarderClientError as error:
            if error.code is Code.NOT_FOUND:
                # The vault forgot it, as after a restore: the call has to be asked about anew.
                return True
            if not error.is_retryable:
                raise
            pause = max(error.retry_after or 0.0, _PAUSE_SECONDS)
            with self._transport.lock:
                self._quiet_until = max(self._quiet_until, time.monotonic() + pause)
            return False
        if crowd > MAXIMUM_QUESTIONS:
            await self._pause(_TURN_SECONDS, flight)
        return False

    async def _pause(self, seconds: float, flight: Flight) -> None:
        """Lets time go by; closing the client ends it."""
        try:
            await self._transport.wait(flight, time.monotonic() + seconds)
        except WarderClientError as error:
            if error.code is not Code.TIMED_OUT:
                raise

"""What a question for changes comes to, and when to ask again. Decides only: whoever holds it asks and waits."""

from __future__ import annotations

from collections.abc import Callable

from ..configuration import WarderClientConfiguration
from ..errors import Code, WarderClientError
from ..messages import Change, ChangeKind
from . import answers, requests
from .http import Answer, Request

#: How long a question waits at the vault.
WAIT_SECONDS = 55
#: Shortest time between two questions. Changes that come together come in one answer.
RHYTHM = 0.1

_SHORTEST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0

_EVERYTHING = Change(ChangeKind.EVERYTHING)
_OUT_OF_TOUCH = Change(ChangeKind.OUT_OF_TOUCH)


class Following:
    """Goes on where the last answer ended, and says so when there is none for too long."""

    def __init__(self, configuration: WarderClientConfiguration, max_stale: float) -> None:
        self._clock: Callable[[], float] = configuration.clock
        self._jitter = configuration.jitter
        self._timeout = configuration.timeout
        self._max_stale = max(max_stale, 0.0)
        self._cursor: str | None = None
        self._asked: float | None = None
        #: Of an outage: since when, how many questions failed, whether its length was told.
        self._since: float | None = None
        self._failures = 0
        self._is_told = False

    def rest(self) -> float:
        """Seconds before the next question: a vault that answers at once must not make this a loop without rest."""
        now = self._clock()
        rest = 0.0 if self._asked is None else max(self._asked + RHYTHM - now, 0.0)
        self._asked = now + rest
        return rest

    def question(self) -> tuple[Request, float]:
        """What to ask, and the seconds in which there is an answer. The first one is answered at once."""
        wait = 0 if self._cursor is None else WAIT_SECONDS
        return requests.changes(self._cursor, wait), self._timeout + wait

    def answered(self, answer: Answer) -> list[Change]:
        """The news of an answer.

        Raises:
            WarderClientError: It is none.
        """
        found = answers.changes(answer)
        # Nobody can know what was there before the first question.
        is_new = found.reset or self._cursor is None or self._is_told
        self._cursor = found.next
        self._since, self._failures, self._is_told = None, 0, False
        return [_EVERYTHING] if is_new else found.changes

    def failed(self, error: WarderClientError) -> tuple[float, list[Change]]:
        """Seconds before the next question, and what to say meanwhile, once for each outage.

        Raises:
            WarderClientError: Asking again does not mend it.
        """
        if not error.is_retryable or error.code is Code.OVERLOADED:
            raise error
        now = self._clock()
        if self._since is None:
            self._since = now
        left = self._max_stale - (now - self._since)
        if not self._is_told and left <= 0:
            self._is_told = True
            return 0.0, [_OUT_OF_TOUCH]
        # Between half of it and all of it, so that many servers do not come back together.
        pause = min(_SHORTEST_PAUSE * 2 ** min(self._failures, 6), _LONGEST_PAUSE) * (0.5 + 0.5 * self._jitter())
        self._failures += 1
        pause = max(pause, error.retry_after or 0.0)
        return pause if self._is_told else min(pause, left), []

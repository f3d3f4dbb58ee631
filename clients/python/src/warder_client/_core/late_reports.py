"""Reports of calls that used a kept value, which the vault hears of when it is back."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from ..errors import Code
from ..messages import CallReport
from .tokens import TokenDemand

#: Reports that wait at most; the oldest make room.
MAXIMUM_LATE_REPORTS = 256


@dataclass(frozen=True)
class LateReport:
    """A report, and what a token for it is asked for with: the value was resolved with none that works still."""

    report: CallReport
    demand: TokenDemand


class LateReports:
    """Reports that wait for the vault, the oldest first; one is on its way at a time.

    Decides only: whoever holds it sends them, and says which are lost.
    """

    def __init__(self) -> None:
        self._waiting: deque[LateReport] = deque()
        self._is_sending = False
        self._is_over = False

    def __bool__(self) -> bool:
        """Whether there is one to send now."""
        return bool(self._waiting) and not self._is_sending

    def next(self) -> LateReport | None:
        """The report to send now; ``sent`` or ``put_back`` is to follow."""
        if not self:
            return None
        self._is_sending = True
        return self._waiting.popleft()

    def sent(self) -> None:
        """The vault has it, or never will."""
        self._is_sending = False

    def add(self, report: LateReport) -> list[Code]:
        """Lets one more wait.

        Returns:
            Why each is lost that is lost by it.
        """
        if self._is_over:
            return [Code.CLOSED]
        self._waiting.append(report)
        if len(self._waiting) <= MAXIMUM_LATE_REPORTS:
            return []
        self._waiting.popleft()
        return [Code.OVERLOADED]

    def put_back(self, report: LateReport) -> list[Code]:
        """The vault cannot take it yet.

        Returns:
            Why each is lost that is lost by it: the oldest is this one.
        """
        self._is_sending = False
        if self._is_over:
            return [Code.CLOSED]
        if len(self._waiting) >= MAXIMUM_LATE_REPORTS:
            return [Code.OVERLOADED]
        self._waiting.appendleft(report)
        return []

    def end(self) -> list[Code]:
        """Nothing waits any more.

        Returns:
            Why each is lost that is lost by it.
        """
        lost = [Code.CLOSED] * len(self._waiting)
        self._waiting.clear()
        self._is_over = True
        return lost

"""Tells the vault how calls went."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import Generic

from ..configuration import WarderClientConfiguration
from ..errors import Code, WarderClientError
from ..messages import CallReport
from ..resolved_secret import ResolvedSecret
from . import answers, requests
from .kept import leaves_reports
from .late_reports import LateReport, LateReports
from .token_source import TokenSource
from .tokens import Flight, VaultToken
from .transport import Transport

_REPORT_SECONDS = 2.0
#: For what is on its way when the client is closed: it has failed by then, and only has to be told.
_CLOSING_SECONDS = 1.0

#: Bytes that the vault takes of what a call changed.
_MAXIMUM_CHANGED = 500


class Reporter(Generic[Flight]):
    """Sends reports: of a call at once, of one that used a kept value in the background."""

    def __init__(
        self, transport: Transport[Flight], configuration: WarderClientConfiguration, tokens: TokenSource[Flight]
    ) -> None:
        self._transport = transport
        self._configuration = configuration
        self._tokens = tokens
        self._late = LateReports()
        #: Of those who send late ones.
        self._sending: set[Flight] = set()

    async def report(self, report: CallReport, secret: ResolvedSecret) -> None:
        """Tells the vault how a call went.

        A call that used a kept value has no token that works, so its report goes out under another, now or when the
        vault is back, and nobody waits for it.
        """
        demand = secret._request.demand
        if secret.stale is None:
            await self._send(report, secret._token, demand.traceparent)
            return
        note = f"used version {secret.version} as the vault gave it {secret.stale:.0f} s before, while it was away"
        changed = note if report.changed is None else _cut(f"{note}; {report.changed}")
        with self._transport.lock:
            lost = self._late.add(LateReport(replace(report, changed=changed), demand.shared))
        self._say_lost(lost)
        self.send_late()

    def send_late(self) -> None:
        """Sends what waits, in the background."""
        if not self._late:
            return
        flight = self._transport.new_flight()
        with self._transport.lock:
            self._sending.add(flight)
        self._transport.spawn(self._send_all_late(flight))

    async def end(self) -> None:
        """Lets go of reports that the vault will not hear, because the client is closed."""
        with self._transport.lock:
            lost = self._late.end()
            sending = list(self._sending)
        self._say_lost(lost)
        deadline = time.monotonic() + _CLOSING_SECONDS
        for flight in sending:
            try:
                await self._transport.wait(flight, deadline)
            except WarderClientError:
                # Whoever is told takes long over it.
                return

    # -- Late ones

    async def _send_all_late(self, flight: Flight) -> None:
        try:
            # After a failure the others wait for the next call that gets its value.
            while await self._send_next():
                pass
        finally:
            with self._transport.lock:
                self._sending.discard(flight)
            self._transport.land(flight, None)

    async def _send_next(self) -> bool:
        """Whether there was one, and the vault has it."""
        with self._transport.lock:
            late = self._late.next()
        if late is None:
            return False
        try:
            await self._send_one(late)
        except WarderClientError as error:
            if leaves_reports(error):
                self._put_back(late)
                return False
            with self._transport.lock:
                self._late.sent()
            self._say(error)
            return False
        except BaseException:
            # Such as the end of an event loop.
            self._put_back(late)
            raise
        with self._transport.lock:
            self._late.sent()
        return True

    async def _send_one(self, late: LateReport) -> None:
        deadline = time.monotonic() + _REPORT_SECONDS
        token = await self._tokens.token(late.demand, deadline)
        try:
            return await self._send(late.report, token, late.demand.traceparent)
        except WarderClientError as error:
            if error.code is not Code.TOKEN_INVALID:
                raise
        # Issued before the vault went away: worth one new token, as it is for a value.
        self._tokens.drop(token, late.demand)
        token = await self._tokens.token(late.demand, deadline)
        await self._send(late.report, token, late.demand.traceparent)

    async def _send(self, report: CallReport, token: VaultToken, traceparent: str | None) -> None:
        request = requests.report(report, token, traceparent)
        answers.nothing(await self._transport.send(request, time.monotonic() + _REPORT_SECONDS))

    def _put_back(self, late: LateReport) -> None:
        with self._transport.lock:
            lost = self._late.put_back(late)
        self._say_lost(lost)

    def _say_lost(self, codes: list[Code]) -> None:
        """Tells that reports never reach the vault."""
        for code in codes:
            self._say(WarderClientError(code))

    def _say(self, error: WarderClientError) -> None:
        say_failed(self._configuration, error)


def say_failed(configuration: WarderClientConfiguration, error: WarderClientError) -> None:
    """Tells that a report did not reach the vault. What is raised by whoever is told ends neither calls nor other reports."""
    if configuration.report_failed is None:
        return
    try:
        configuration.report_failed(error)
    except Exception as fault:
        sys.excepthook(type(fault), fault, fault.__traceback__)


def _cut(changed: str) -> str:
    """As much as the vault takes, with no letter in halves."""
    return changed.encode(errors="replace")[:_MAXIMUM_CHANGED].decode(errors="ignore")

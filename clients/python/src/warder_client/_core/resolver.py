"""What the client does for its calls: finds a token, asks for the value, and once more where the token was refused.

Written once, as coroutines over a ``Transport``. With an event loop they wait; with threads, whose transport blocks
instead, they never do, and :func:`run` takes them from start to end in one go.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

from ..configuration import WarderClientConfiguration
from ..errors import Code, WarderClientError
from ..messages import CallReport, Change
from ..resolved_secret import ResolvedSecret
from ..secret import Secret
from . import answers, requests
from .approvals import Approvals
from .http import Answer, Request
from .kept import OUTAGES, Kept, KeptValues, Question
from .reporter import Reporter
from .secret_request import SecretRequest
from .token_source import TokenSource
from .tokens import Flight, VaultToken
from .transport import Transport

Result = TypeVar("Result")

_GIVE_BACK_SECONDS = 1.0

#: Of a kept value, which was not resolved with any.
_NO_TOKEN = VaultToken(Secret(bytearray()), requested=0, life=0, jitter=0, is_for_one_call=False)


class Resolver(Generic[Flight]):
    """The client of one process, or of one event loop in it."""

    def __init__(self, transport: Transport[Flight], configuration: WarderClientConfiguration) -> None:
        self._transport = transport
        self._configuration = configuration
        self._clock = configuration.clock
        self._timeout = min(max(configuration.timeout, 0.001), 3_600.0)
        self._tokens = TokenSource(transport, configuration, self._timeout)
        self._approvals = Approvals(transport, configuration.clock, self._timeout)
        self._calls = 0
        #: Tokens of one call on their way back.
        self._returning: set[Flight] = set()
        self._reporter = Reporter(transport, configuration, self._tokens)
        #: For calls that name ``max_stale``.
        self._kept = KeptValues()
        #: Until the vault was asked what changes; ``None`` from then on.
        self._following: Flight | None = transport.new_flight()
        #: Tools whose calls people were asked about.
        self._asked_about: set[str] = set()

    async def resolve(self, wanted: SecretRequest, *, is_patient: bool = True) -> ResolvedSecret:
        """The value as it is now. A call counts as long as it waits, for people as well."""
        with self._transport.lock:
            if self._calls >= self._configuration.maximum_calls:
                raise WarderClientError(Code.OVERLOADED)
            self._calls += 1
        try:
            if is_patient and self._configuration.approval_patience > 0:
                return await self._resolve_patiently(wanted)
            return await self._resolve(wanted)
        finally:
            with self._transport.lock:
                self._calls -= 1

    async def _resolve(self, wanted: SecretRequest) -> ResolvedSecret:
        deadline = time.monotonic() + self._timeout
        try:
            following = self._following
            if wanted.max_stale > 0 and following is not None:
                # A value that was asked for before could change with nobody to tell, and would not be kept.
                await self._transport.wait(following, deadline)
            secret, limit, question = await self._ask(wanted, deadline)
        except WarderClientError as error:
            return self._in_place_of(error, wanted)
        self._keep(secret, limit, question)
        self._reporter.send_late()
        return secret

    async def another(self, refused: ResolvedSecret) -> ResolvedSecret | None:
        """Another version than the one that its upstream did not accept; ``None`` where there is none.

        It is asked for with the token that is there: so nobody is asked for an approval once more, and what was let
        through once is not let through again. A shared one that has ended meanwhile is replaced, once and without
        waiting for people.

        Raises:
            WarderClientError: It cannot be had; ``token_invalid`` also for a token that was for one use.
        """
        wanted = refused._request
        if refused.stale is None:
            try:
                return await self._newer(refused)
            except WarderClientError as error:
                if error.code is not Code.TOKEN_INVALID or not self._may_replace(refused._token, wanted):
                    raise
        # A value that was kept came with no token, so that the vault has not heard of this call yet.
        other = await self.resolve(wanted, is_patient=refused.stale is not None)
        if other.version != refused.version:
            return other
        other.wipe()
        await self.finish(other)
        return None

    async def _newer(self, old: ResolvedSecret) -> ResolvedSecret | None:
        wanted, token = old._request, old._token
        question = self._kept.question(self._clock())
        request = requests.secret(wanted.name, wanted.fields, token, wanted.demand.traceparent, known=old.version)
        try:
            found = await self.ask(request, lambda answer: answers.other_values(answer, wanted.name, wanted.fields))
        except WarderClientError as error:
            self._heed(wanted, error)
            raise
        if found is None:
            return None
        if found.version == old.version:
            for value in found.values:
                value.wipe()
            return None
        secret = ResolvedSecret._of(wanted, found.version, found.values, token)
        self._keep(secret, found.max_stale, question)
        return secret

    def _may_replace(self, token: VaultToken, wanted: SecretRequest) -> bool:
        """Forgets a shared token that the vault did not accept any more; whether another is worth asking for.

        Not where people are asked: it may have been for one use, and they have just let this call through.
        """
        if token.is_for_one_call:
            return False
        self._tokens.drop(token, wanted.demand)
        return wanted.demand.key.tool not in self._asked_about

    async def report(self, report: CallReport, secret: ResolvedSecret) -> None:
        """Tells the vault how a call went; of one that used a kept value, in the background.

        A value that its upstream did not accept is kept no more.
        """
        if report.outcome == "refused":
            with self._transport.lock:
                self._kept.forget(secret._request.key)
        await self._reporter.report(report, secret)

    async def ask(self, request: Request, read: Callable[[Answer], Result], within: float | None = None) -> Result:
        """Sends a request that needs no token, or brings its own."""
        return read(await self._transport.send(request, time.monotonic() + (within or self._timeout)))

    # -- Waiting for people

    async def _resolve_patiently(self, wanted: SecretRequest) -> ResolvedSecret:
        """Where people have to approve the call first, resolves once more when they have decided."""
        end = self._clock() + self._configuration.approval_patience
        waited_for: str | None = None
        while True:
            try:
                return await self._resolve(wanted)
            except WarderClientError as error:
                approval = error.approval
                # A vault that decides, and then asks for the same again, would be asked for ever.
                if approval is None or approval == waited_for or not await self._approvals.is_decided(approval, end):
                    raise
            waited_for = approval

    # -- Tokens that go back

    async def finish(self, secret: ResolvedSecret) -> None:
        """Gives back a token that was issued for this call alone. It would end by itself, so nobody waits for it."""
        if secret._token.is_for_one_call:
            self._begin_return(secret._token)

    async def give_all_back(self) -> None:
        """Ends what the client holds, before it is closed; a vault that is away does not hold that up for long."""
        end = time.monotonic() + _GIVE_BACK_SECONDS
        tokens = self._tokens.take_all()
        with self._transport.lock:
            returning = list(self._returning)
            self._kept.end()
        for token in tokens:
            await self._give_back(token, max(end - time.monotonic(), 0.001))
        for flight in returning:
            await self._landed(flight, end)

    async def end_waiting(self) -> None:
        """Ends the waiting for people and that of reports, once the client is closed."""
        self._approvals.close()
        self._follows()
        await self._reporter.end()

    def _begin_return(self, token: VaultToken) -> Flight:
        """Gives a token back in the background, whatever becomes of the caller."""
        flight = self._transport.new_flight()
        with self._transport.lock:
            self._returning.add(flight)
        self._transport.spawn(self._return(token, flight))
        return flight

    async def _return(self, token: VaultToken, flight: Flight) -> None:
        try:
            await self._give_back(token, _GIVE_BACK_SECONDS)
        finally:
            with self._transport.lock:
                self._returning.discard(flight)
            self._transport.land(flight, None)

    async def _landed(self, flight: Flight, deadline: float) -> None:
        try:
            await self._transport.wait(flight, deadline)
        except WarderClientError:
            # Time is up. It goes on by itself.
            pass

    async def _give_back(self, token: VaultToken, within: float) -> None:
        try:
            await self.ask(requests.give_back(token), answers.nothing, within)
        except WarderClientError:
            # It ends by itself.
            pass
        token.text.wipe()

    # -- Values

    async def _ask(self, wanted: SecretRequest, deadline: float) -> tuple[ResolvedSecret, int, Question]:
        try:
            return await self._ask_once(wanted, deadline)
        except WarderClientError as error:
            if error.code is not Code.TOKEN_INVALID:
                raise
            # If nobody can be asked for a new token, this was the vault's last word.
            self._heed(wanted, error)
        # Expired, revoked, or issued by a vault that was restarted since: worth one new token, and only one.
        return await self._ask_once(wanted, deadline)

    async def _ask_once(self, wanted: SecretRequest, deadline: float) -> tuple[ResolvedSecret, int, Question]:
        question = self._kept.question(self._clock())
        token = await self._tokens.token(wanted.demand, deadline)
        try:
            secret, limit = await self._fetch(wanted, token, deadline)
        except WarderClientError as error:
            if error.code is Code.TOKEN_INVALID:
                self._tokens.drop(token, wanted.demand)
            raise
        return secret, limit, question

    async def _fetch(
        self, wanted: SecretRequest, token: VaultToken, deadline: float
    ) -> tuple[ResolvedSecret, int]:
        request = requests.secret(wanted.name, wanted.fields, token, wanted.demand.traceparent)
        try:
            found = answers.values(await self._transport.send(request, deadline), wanted.name, wanted.fields)
        except BaseException as error:
            await self._failed(token, error, deadline)
            raise
        return ResolvedSecret._of(wanted, found.version, found.values, token), found.max_stale

    async def _failed(self, token: VaultToken, error: BaseException, deadline: float) -> None:
        """Gives back the token of a call that got no value: what people said for it can then serve the next attempt.

        Whether the value had left already is the vault's to know: it takes a yes back only for a token that opened
        nothing. The next attempt finds the yes there, so the call waits for it, within its own time.
        """
        if not token.is_for_one_call:
            return
        if isinstance(error, WarderClientError) and error.code is Code.TOKEN_INVALID:
            token.text.wipe()
            return
        flight = self._begin_return(token)
        # Who is cancelled or interrupted does not wait.
        if isinstance(error, WarderClientError):
            await self._landed(flight, min(deadline, time.monotonic() + _GIVE_BACK_SECONDS))

    def _keep(self, secret: ResolvedSecret, limit: int, question: Question) -> None:
        """Keeps a value where its call allows that."""
        wanted = secret._request
        if wanted.max_stale > 0:
            with self._transport.lock:
                copies = tuple(value.copy() for value in secret._values())
                self._kept.keep(wanted.key, Kept(secret.version, copies, question.asked, limit), question)

    def _heed(self, wanted: SecretRequest, error: WarderClientError) -> None:
        """Forgets what is not to be used any more."""
        if error.code not in OUTAGES:
            with self._transport.lock:
                self._kept.failed(wanted.key, error.code, is_refusal=error.is_refusal)

    def _in_place_of(self, error: WarderClientError, wanted: SecretRequest) -> ResolvedSecret:
        """The kept value where the vault could not be asked and the call allows it; else the error."""
        if error.code is Code.APPROVAL_REQUIRED:
            self._asked_about.add(wanted.demand.key.tool)
        if error.code not in OUTAGES:
            self._heed(wanted, error)
            raise error
        with self._transport.lock:
            now = self._clock()
            kept = self._kept.usable(wanted.key, wanted.max_stale, now) if wanted.max_stale > 0 else None
            if kept is None:
                raise error
            values, age = kept.copies(), now - kept.asked
        return ResolvedSecret._of(wanted, kept.version, values, _NO_TOKEN, stale=age)

    def heard(self, changes: Sequence[Change]) -> None:
        """Forgets what the vault has told of."""
        with self._transport.lock:
            self._kept.heard(changes)
        self._follows()

    def unheard(self, error: WarderClientError) -> None:
        """Forgets everything where the vault refuses to say what changes."""
        with self._transport.lock:
            self._kept.unheard(error)
        self._follows()

    def _follows(self) -> None:
        following, self._following = self._following, None
        if following is not None:
            self._transport.land(following, None)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Takes a coroutine over a transport that blocks from start to end."""
    try:
        work.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    raise AssertionError("a transport that blocks does not wait")

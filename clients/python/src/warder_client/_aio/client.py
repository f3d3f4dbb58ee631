"""Resolves credentials at the moment a tool is called, for programs with an event loop."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from types import TracebackType
from typing import TypeVar

from .._core import answers, requests
from .._core.approvals import MAXIMUM_QUESTIONS
from .._core.reporter import say_failed
from .._core.resolver import Resolver
from .._core.secret_request import SecretRequest
from ..configuration import WarderClientConfiguration
from ..errors import Code, CredentialRefused, WarderClientError
from ..messages import CallContext, CallReport, Change, Health, WhoAmI
from ..resolved_secret import ResolvedSecret
from .following import Follower
from .pool import ConnectionPool
from .transport import LoopFlight, LoopTransport

Result = TypeVar("Result")


class AsyncWarderClient:
    """The same methods as :class:`~warder_client.WarderClient`, awaited; one client serves one event loop."""

    def __init__(self, configuration: WarderClientConfiguration | None = None) -> None:
        """A client that connects when it is first used; it may be made before the loop runs.

        Raises:
            WarderClientError: ``invalid_configuration``.
        """
        self._configuration = configuration or WarderClientConfiguration()
        self._path = self._configuration.resolved_socket_path()
        self._session: _Session | None = None
        self._is_closed = False

    @classmethod
    async def connect(cls, configuration: WarderClientConfiguration | None = None) -> AsyncWarderClient:
        """A client whose vault has answered. A sealed vault answers too.

        Raises:
            WarderClientError: ``unreachable`` if nobody listens, ``refused`` if the vault does not know this process,
                ``invalid_configuration``.
        """
        client = cls(configuration)
        try:
            await client.health()
        except BaseException:
            await client.close()
            raise
        return client

    async def resolve(
        self,
        secret: str,
        *,
        tool: str,
        field: str | Sequence[str] = "value",
        tool_digest: str | None = None,
        arguments: object = None,
        context: CallContext | None = None,
        max_stale: float = 0,
    ) -> ResolvedSecret:
        """The value of a secret, asked for now. See :meth:`warder_client.WarderClient.resolve`."""
        return await self._resolve(
            SecretRequest.of(secret, field, tool, tool_digest, arguments, context, max_stale)
        )

    async def with_credential(
        self,
        secret: str,
        body: Callable[[ResolvedSecret], Awaitable[Result]],
        *,
        tool: str,
        field: str | Sequence[str] = "value",
        tool_digest: str | None = None,
        arguments: object = None,
        context: CallContext | None = None,
        max_stale: float = 0,
        outcome: Callable[[Result], str] | None = None,
    ) -> Result:
        """Resolves a secret, runs ``body`` with it, and reports to the vault how the call went.

        See :meth:`warder_client.WarderClient.with_credential`. A cancelled call is reported like any other.
        """
        wanted = SecretRequest.of(secret, field, tool, tool_digest, arguments, context, max_stale)
        resolved = await self._resolve(wanted)
        reports: list[asyncio.Future[None]] = []
        try:
            try:
                return await self._reporting(resolved, body, outcome, reports)
            except CredentialRefused:
                other = await self._another(resolved)
                if other is None:
                    raise
                resolved = other
            return await self._reporting(resolved, body, outcome, reports)
        finally:
            # Not before: the question for another version goes out with its token as well.
            await self._finish(resolved, reports)

    @asynccontextmanager
    async def credential(
        self,
        secret: str,
        *,
        tool: str,
        field: str | Sequence[str] = "value",
        tool_digest: str | None = None,
        arguments: object = None,
        context: CallContext | None = None,
        max_stale: float = 0,
    ) -> AsyncIterator[ResolvedSecret]:
        """:meth:`with_credential` as an ``async with`` statement, which cannot run its body a second time."""
        wanted = SecretRequest.of(secret, field, tool, tool_digest, arguments, context, max_stale)
        resolved = await self._resolve(wanted)
        reports: list[asyncio.Future[None]] = []
        try:
            async with self._reported(resolved, reports):
                yield resolved
        finally:
            await self._finish(resolved, reports)

    async def report(self, report: CallReport, secret: ResolvedSecret) -> None:
        """Reports how a call went that was made with ``secret``; the two methods above do this by themselves.

        A call that used a kept value is reported when the vault is back, and nobody waits for that.

        Raises:
            WarderClientError: The vault did not take it.
        """
        await self._open_session().resolver.report(report, secret)

    async def health(self) -> Health:
        """Whether the vault is unsealed."""
        return await self._open_session().resolver.ask(requests.HEALTH, answers.health)

    async def who_am_i(self) -> WhoAmI:
        """What the vault sees of this process, and which tools it may be."""
        return await self._open_session().resolver.ask(requests.WHO_AM_I, answers.who_am_i)

    async def changes(self, max_stale: float = 60) -> AsyncGenerator[Change, None]:
        """What changes for this process's servers. See :meth:`warder_client.WarderClient.changes`."""
        async with aclosing(self._open_session().changes(max_stale)) as changes:
            async for change in changes:
                yield change

    async def close(self) -> None:
        """Gives the tokens back and closes the connections. Calls that still wait, and later ones, fail as closed."""
        session, self._session = self._session, None
        self._is_closed = True
        if session is not None and session.is_ours:
            await session.close()

    async def __aenter__(self) -> AsyncWarderClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # -- Sessions

    def _open_session(self) -> _Session:
        if self._is_closed:
            raise WarderClientError(Code.CLOSED)
        session = self._session
        if session is None or not session.is_ours:
            # A session of before belongs to a parent process, or to a loop that has ended: nothing of it is used. It is
            # not even released, because a child shares the loop's kernel objects with its parent.
            if session is not None:
                _abandoned.append(session)
            session = self._session = _Session(self._path, self._configuration)
        return session

    # -- Calls

    async def _resolve(self, wanted: SecretRequest) -> ResolvedSecret:
        session = self._open_session()
        if wanted.max_stale > 0:
            session.watch()
        try:
            return await session.resolver.resolve(wanted)
        except WarderClientError as error:
            # Without this library's own frames: they say nothing to a reader, and hold on to the request.
            raise error.with_traceback(None)

    async def _another(self, refused: ResolvedSecret) -> ResolvedSecret | None:
        """Another version than the one that was refused; ``None`` where there is none, or it cannot be had."""
        try:
            return await self._open_session().resolver.another(refused)
        except WarderClientError:
            # What the call fails with is the refusal.
            return None

    async def _reporting(
        self,
        secret: ResolvedSecret,
        body: Callable[[ResolvedSecret], Awaitable[Result]],
        outcome: Callable[[Result], str] | None,
        reports: list[asyncio.Future[None]],
    ) -> Result:
        async with self._reported(secret, reports) as say:
            result = await body(secret)
            if outcome is not None:
                say(outcome(result))
            return result

    @asynccontextmanager
    async def _reported(
        self, secret: ResolvedSecret, reports: list[asyncio.Future[None]]
    ) -> AsyncIterator[Callable[[str], None]]:
        start = time.monotonic()
        said = ["ok"]
        try:
            yield lambda outcome: said.__setitem__(0, outcome)
        except BaseException as error:
            said[0] = "refused" if isinstance(error, CredentialRefused) else "error"
            raise
        finally:
            secret.wipe()
            # Apart from the caller's task: a cancelled call has an outcome like any other.
            report = asyncio.ensure_future(self._conclude(secret, said[0], time.monotonic() - start))
            reports.append(report)
            await asyncio.shield(report)

    async def _conclude(self, secret: ResolvedSecret, outcome: str, seconds: float) -> None:
        try:
            await self.report(CallReport(outcome, duration_ms=int(seconds * 1_000)), secret)
        except WarderClientError as error:
            say_failed(self._configuration, error)

    async def _finish(self, secret: ResolvedSecret, reports: list[asyncio.Future[None]]) -> None:
        session = self._session
        if session is not None:
            await session.finish(secret, reports)


_abandoned: list[_Session] = []


class _Session:
    """What belongs to one event loop of one process: connections, tokens, kept values."""

    def __init__(self, path: str, configuration: WarderClientConfiguration) -> None:
        self._process_id = os.getpid()
        self._loop = asyncio.get_running_loop()
        self._path = path
        self._configuration = configuration
        self._pool = ConnectionPool(path, configuration.maximum_connections)
        #: For what waits at the vault: calls must not miss its connections.
        self._patient = ConnectionPool(path, MAXIMUM_QUESTIONS)
        self._transport = LoopTransport(self._pool, self._patient)
        self.resolver: Resolver[LoopFlight] = Resolver(self._transport, configuration)
        self._followers: set[Follower] = set()
        self._is_watching = False

    @property
    def is_ours(self) -> bool:
        """Whether it belongs to the process and the loop that run now.

        Raises:
            RuntimeError: It belongs to another loop that still runs, on another thread.
        """
        if self._process_id != os.getpid():
            return False
        if self._loop is asyncio.get_running_loop():
            return True
        if not self._loop.is_closed():
            raise RuntimeError("one AsyncWarderClient serves one event loop; make another for this loop")
        return False

    async def changes(self, max_stale: float) -> AsyncGenerator[Change, None]:
        """What changes, until the session is closed."""
        follower = Follower(self._path, self._configuration)
        self._followers.add(follower)
        try:
            async with aclosing(follower.changes(max_stale)) as changes:
                async for change in changes:
                    yield change
        finally:
            self._followers.discard(follower)

    def watch(self) -> None:
        """Listens for changes of what is kept, from the first call on whose value may be."""
        if not self._is_watching:
            self._is_watching = True
            follower = Follower(self._path, self._configuration)
            self._followers.add(follower)
            follower.follow(self.resolver.heard, self.resolver.unheard)

    async def finish(self, secret: ResolvedSecret, reports: list[asyncio.Future[None]]) -> None:
        """Gives back a token that was issued for one call alone, after the call's reports."""
        if all(report.done() for report in reports):
            await self.resolver.finish(secret)
        else:
            # The caller was cancelled, and waits for nothing.
            self._transport.spawn(self._finish_after(reports, secret))

    async def _finish_after(self, reports: list[asyncio.Future[None]], secret: ResolvedSecret) -> None:
        await asyncio.wait(reports)
        await self.resolver.finish(secret)

    async def close(self) -> None:
        """Gives the tokens back, within a second or two, and closes the connections."""
        # A call that ends only now begins no more.
        self._is_watching = True
        for follower in list(self._followers):
            await follower.close()
        await self.resolver.give_all_back()
        self._pool.close()
        self._patient.close()
        await self.resolver.end_waiting()
        await self._transport.settle()

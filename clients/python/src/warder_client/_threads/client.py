"""Resolves credentials at the moment a tool is called, for programs with threads."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TypeVar

from .._core import answers, requests
from .._core.approvals import MAXIMUM_QUESTIONS
from .._core.reporter import say_failed
from .._core.resolver import Resolver, run
from .._core.secret_request import SecretRequest
from ..configuration import WarderClientConfiguration
from ..errors import Code, CredentialRefused, WarderClientError
from ..messages import CallContext, CallReport, Change, Health, WhoAmI
from ..resolved_secret import ResolvedSecret
from .following import Follower
from .pool import ConnectionPool
from .transport import ThreadFlight, ThreadTransport

Result = TypeVar("Result")


class WarderClient:
    """One client serves a whole process, from any number of threads.

    It keeps a few connections and short-lived tokens, and no value unless a call names ``max_stale``: each call asks
    the vault, so a rotated secret is the new one in the very next call.
    """

    def __init__(self, configuration: WarderClientConfiguration | None = None) -> None:
        """A client that connects when it is first used, for servers that must start while the vault is away.

        Raises:
            WarderClientError: ``invalid_configuration``.
        """
        self._configuration = configuration or WarderClientConfiguration()
        self._path = self._configuration.resolved_socket_path()
        self._session: _Session | None = _Session(self._path, self._configuration)
        _living.add(self)

    @classmethod
    def connect(cls, configuration: WarderClientConfiguration | None = None) -> WarderClient:
        """A client whose vault has answered. A sealed vault answers too.

        Raises:
            WarderClientError: ``unreachable`` if nobody listens, ``refused`` if the vault does not know this process,
                ``invalid_configuration``.
        """
        client = cls(configuration)
        try:
            client.health()
        except BaseException:
            client.close()
            raise
        return client

    def resolve(
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
        """The value of a secret, asked for now.

        Calls that name arguments or a purpose get a token of their own; all others share one for each tool and context.
        Where people have to approve the call, it waits for ``WarderClientConfiguration.approval_patience``.

        Args:
            secret: Such as ``github/pat``.
            tool: ``server/tool``, or the tool alone where this process can be one server only.
            field: A part of the secret; or several, which then are of one version: ``secret["password"]``.
            tool_digest: SHA-256 of the tool's definition, 64 lowercase hex digits; needed for pinned tools.
            arguments: What the tool was called with, as JSON has it; a claim that approvers see.
            context: On whose behalf and why; claims as well.
            max_stale: Seconds for which an older value will do while the vault cannot be asked. 0, which is what
                critical tools should have, means never.

        Raises:
            WarderClientError: See ``is_refusal`` and ``is_retryable``.
        """
        wanted = SecretRequest.of(secret, field, tool, tool_digest, arguments, context, max_stale)
        return self._resolve(wanted)

    def with_credential(
        self,
        secret: str,
        body: Callable[[ResolvedSecret], Result],
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

        A ``CredentialRefused`` out of ``body`` is reported as a refusal; if the vault has another version by then, as
        after a rotation, ``body`` runs once more with that one. If it has none, or does not give it, the refusal comes
        out: nobody is asked for an approval once more. A report that fails goes to
        ``WarderClientConfiguration.report_failed`` and changes nothing for the caller.

        Args:
            body: The part of the call that needs the credential. The value is wiped when it returns.
            outcome: Names the outcome of what ``body`` returned, for tools that return their failures; else ``ok``.

        The others are those of :meth:`resolve`.

        Raises:
            WarderClientError: The secret could not be resolved.
            Exception: What ``body`` raises.
        """
        wanted = SecretRequest.of(secret, field, tool, tool_digest, arguments, context, max_stale)
        resolved = self._resolve(wanted)
        try:
            try:
                return self._reporting(resolved, body, outcome)
            except CredentialRefused:
                other = self._another(resolved)
                if other is None:
                    raise
                resolved = other
            return self._reporting(resolved, body, outcome)
        finally:
            # Not before: the question for another version goes out with its token as well.
            self._finish(resolved)

    @contextmanager
    def credential(
        self,
        secret: str,
        *,
        tool: str,
        field: str | Sequence[str] = "value",
        tool_digest: str | None = None,
        arguments: object = None,
        context: CallContext | None = None,
        max_stale: float = 0,
    ) -> Iterator[ResolvedSecret]:
        """:meth:`with_credential` as a ``with`` statement, which cannot run its body a second time."""
        wanted = SecretRequest.of(secret, field, tool, tool_digest, arguments, context, max_stale)
        resolved = self._resolve(wanted)
        try:
            with self._reported(resolved):
                yield resolved
        finally:
            self._finish(resolved)

    def report(self, report: CallReport, secret: ResolvedSecret) -> None:
        """Reports how a call went that was made with ``secret``; the two methods above do this by themselves.

        A call that used a kept value is reported when the vault is back, and nobody waits for that.

        Raises:
            WarderClientError: The vault did not take it.
        """
        run(self._open_session().resolver.report(report, secret))

    def health(self) -> Health:
        """Whether the vault is unsealed."""
        return run(self._open_session().resolver.ask(requests.HEALTH, answers.health))

    def who_am_i(self) -> WhoAmI:
        """What the vault sees of this process, and which tools it may be."""
        return run(self._open_session().resolver.ask(requests.WHO_AM_I, answers.who_am_i))

    def changes(self, max_stale: float = 60) -> Generator[Change, None, None]:
        """What changes for this process's servers, for as long as the next change is asked for.

        For whatever holds on to something that was made of a credential, such as a pool of connections. Calls need no
        such thing: each asks the vault, and gets what is current.

            for change in warder.changes():
                if change.concerns("app/db"):
                    pool.close()  # the next call resolves `app/db`, and opens the pool with what is current

        The first element is always ``EVERYTHING``: what is resolved after it misses no change.

        Args:
            max_stale: Seconds for which the vault may be out of reach before ``OUT_OF_TOUCH`` comes.

        Raises:
            WarderClientError: What asking again does not mend. From then on nothing is known about what changes. An
                older vault, which does not tell changes, answers ``not_found``.
        """
        yield from self._open_session().changes(max_stale)

    def close(self) -> None:
        """Gives the tokens back and closes the connections. Calls that still wait, and later ones, fail as closed."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def __enter__(self) -> WarderClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- Sessions

    def _open_session(self) -> _Session:
        session = self._session
        if session is None:
            raise WarderClientError(Code.CLOSED)
        if session.process_id != os.getpid():
            # A fork that the interpreter did not see, made by a library in C.
            self._forked()
            return self._open_session()
        return session

    def _forked(self) -> None:
        """Runs in a new child: the parent's session is let go of, and a session of the child's own begins."""
        session = self._session
        if session is not None:
            self._session = _Session(self._path, self._configuration)
            session.abandon()

    # -- Calls

    def _resolve(self, wanted: SecretRequest) -> ResolvedSecret:
        session = self._open_session()
        if wanted.max_stale > 0:
            session.watch()
        try:
            return run(session.resolver.resolve(wanted))
        except WarderClientError as error:
            # Without this library's own frames: they say nothing to a reader, and hold on to the request.
            raise error.with_traceback(None)

    def _another(self, refused: ResolvedSecret) -> ResolvedSecret | None:
        """Another version than the one that was refused; ``None`` where there is none, or it cannot be had."""
        try:
            return run(self._open_session().resolver.another(refused))
        except WarderClientError:
            # What the call fails with is the refusal.
            return None

    def _reporting(
        self, secret: ResolvedSecret, body: Callable[[ResolvedSecret], Result], outcome: Callable[[Result], str] | None
    ) -> Result:
        with self._reported(secret) as say:
            result = body(secret)
            if outcome is not None:
                say(outcome(result))
            return result

    @contextmanager
    def _reported(self, secret: ResolvedSecret) -> Iterator[Callable[[str], None]]:
        start = time.monotonic()
        said = ["ok"]
        try:
            yield lambda outcome: said.__setitem__(0, outcome)
        except BaseException as error:
            said[0] = "refused" if isinstance(error, CredentialRefused) else "error"
            raise
        finally:
            secret.wipe()
            self._conclude(secret, said[0], time.monotonic() - start)

    def _conclude(self, secret: ResolvedSecret, outcome: str, seconds: float) -> None:
        try:
            self.report(CallReport(outcome, duration_ms=int(seconds * 1_000)), secret)
        except WarderClientError as error:
            say_failed(self._configuration, error)

    def _finish(self, secret: ResolvedSecret) -> None:
        session = self._session
        if session is not None:
            run(session.resolver.finish(secret))


class _Session:
    """What belongs to one process: connections, tokens, kept values. None of it survives a fork."""

    def __init__(self, path: str, configuration: WarderClientConfiguration) -> None:
        self.process_id = os.getpid()
        self._path = path
        self._configuration = configuration
        self._pool = ConnectionPool(path, configuration.maximum_connections)
        #: For what waits at the vault: calls must not miss its connections.
        self._patient = ConnectionPool(path, MAXIMUM_QUESTIONS)
        self.resolver: Resolver[ThreadFlight] = Resolver(ThreadTransport(self._pool, self._patient), configuration)
        self._followers: set[Follower] = set()
        self._is_watching = False
        self._watching = threading.Lock()

    def changes(self, max_stale: float) -> Generator[Change, None, None]:
        """What changes, until the session is closed."""
        follower = Follower(self._path, self._configuration)
        self._followers.add(follower)
        try:
            yield from follower.changes(max_stale)
        finally:
            self._followers.discard(follower)

    def watch(self) -> None:
        """Listens for changes of what is kept, from the first call on whose value may be."""
        with self._watching:
            if not self._is_watching:
                follower = Follower(self._path, self._configuration)
                self._followers.add(follower)
                follower.follow(self.resolver.heard, self.resolver.unheard)
                self._is_watching = True

    def close(self) -> None:
        """Gives the tokens back, within a second or two, and closes the connections."""
        if self.process_id != os.getpid():
            self.abandon()
            return
        with self._watching:
            # A call that ends only now begins no more.
            self._is_watching = True
        for follower in list(self._followers):
            follower.close()
        run(self.resolver.give_all_back())
        self._pool.close()
        self._patient.close()
        run(self.resolver.end_waiting())

    def abandon(self) -> None:
        """Lets go of a parent's connections without using them. Its tokens and values are zeros already."""
        self._pool.abandon()
        self._patient.abandon()
        for follower in self._followers:
            follower.abandon()


_living: weakref.WeakSet[WarderClient] = weakref.WeakSet()


def _forked() -> None:
    for client in list(_living):
        client._forked()


os.register_at_fork(after_in_child=_forked)

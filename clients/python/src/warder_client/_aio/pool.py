"""Connections to the vault's socket for programs with an event loop."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections import deque
from collections.abc import Callable

from .._core.http import Answer, AnswerReader, Request
from ..errors import Code, WarderClientError

#: That one pool may keep.
MAXIMUM_CONNECTIONS = 64

_CONNECT_SECONDS = 2.0


class Broken(Exception):
    """The connection ended before an answer began, and it had been kept open since one before."""


class Connection(asyncio.BufferedProtocol):
    """One connection, with one request in flight at most.

    A protocol and not a pair of streams, because streams keep bytes, and values among them, where nobody can overwrite
    them; and it is the faster of the two.
    """

    def __init__(self, lost: Callable[[Connection], None]) -> None:
        self._lost = lost
        self._reader = AnswerReader()
        self._transport: asyncio.Transport | None = None
        self._reply: asyncio.Future[Answer] | None = None
        self._room: memoryview | None = None
        #: When the request in flight fails, and what looks whether that is now.
        self._deadline = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_time = 0.0
        #: Whether an answer came over it before: only then can the vault have closed it before the next request.
        self._is_kept = False

    @staticmethod
    async def open(path: str, deadline: float, lost: Callable[[Connection], None]) -> Connection:
        """Connects to a Unix socket.

        Raises:
            WarderClientError: ``unreachable`` with the kernel's reason.
        """
        peer = await _connect(path, deadline)
        _, connection = await asyncio.get_running_loop().create_unix_connection(lambda: Connection(lost), sock=peer)
        return connection

    async def exchange(self, request: Request, deadline: float) -> Answer:
        """Sends a request and waits for its answer; a caller that goes away meanwhile must close the connection.

        Raises:
            WarderClientError: ``timed_out``, ``unreachable``, ``protocol_violation``.
            Broken: The request may be sent once more.
        """
        if self._transport is None or self._transport.is_closing():
            raise Broken
        reply: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._reply = reply
        self._deadline = deadline
        if self._alarm is None or deadline < self._alarm_time:
            self._set_alarm()
        self._reader.expect(request.answer_limit)
        encoded = request.encoded()
        self._transport.write(encoded)
        try:
            return await reply
        finally:
            self._reply = None
            # Not before: the transport keeps a view of what the kernel did not take at once.
            encoded[:] = bytes(len(encoded))

    def close(self, code: Code = Code.CLOSED) -> None:
        """Closes it; whatever is in flight fails."""
        self._fail(code)
        if self._transport is not None:
            self._transport.abort()

    # -- From the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        self._room = self._reader.room()
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        if self._room is not None:
            self._room.release()
            self._room = None
        try:
            answer = self._reader.received(nbytes)
        except WarderClientError as error:
            # Whoever is at the other end does not keep to the protocol.
            self.close(error.code)
            return
        if answer is not None:
            self._is_kept = True
            if self._reply is not None and not self._reply.done():
                self._reply.set_result(answer)

    def eof_received(self) -> None:
        return None

    def connection_lost(self, error: Exception | None) -> None:
        if self._reply is not None and not self._reply.done():
            is_stale = self._is_kept and not self._reader.has_begun
            self._reply.set_exception(Broken() if is_stale else WarderClientError(Code.UNREACHABLE))
        if self._alarm is not None:
            self._alarm.cancel()
        self._reader.wipe()
        self._transport = None
        self._lost(self)

    # -- Deadlines

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_time = self._deadline
        left = max(self._deadline - time.monotonic(), 0)
        self._alarm = asyncio.get_running_loop().call_later(left, self._ring)

    def _ring(self) -> None:
        """An answer does not call its alarm off: the next request lets it stand, since nearly all come in time."""
        self._alarm = None
        if self._reply is None:
            return
        if time.monotonic() < self._deadline:
            self._set_alarm()
        else:
            self._fail(Code.TIMED_OUT)

    def _fail(self, code: Code) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(WarderClientError(code))


async def _connect(path: str, deadline: float) -> socket.socket:
    give_up = min(deadline, time.monotonic() + _CONNECT_SECONDS)
    while True:
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.setblocking(False)
        try:
            # A Unix socket connects at once or not at all, so the loop need not wait for it.
            peer.connect(path)
            return peer
        except OSError as error:
            peer.close()
            # The queue of whoever listens is full, and nothing tells when it is not.
            if error.errno != errno.EAGAIN or time.monotonic() >= give_up:
                raise WarderClientError(Code.UNREACHABLE, system_error=error.errno) from None
        await asyncio.sleep(0.005)


class ConnectionPool:
    """A few connections, kept open between requests. Requests go out first come, first served."""

    def __init__(self, path: str, limit: int) -> None:
        self._path = path
        self._limit = min(max(limit, 1), MAXIMUM_CONNECTIONS)
        #: Those that wait for a request; the one used last goes first, so that the others can end.
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
        self._connecting = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_closed = False

    async def send(self, request: Request, deadline: float) -> Answer:
        """One request and its answer, over the next free connection."""
        try:
            return await self._send(request, deadline)
        except Broken:
            # The other kept ones are as old, and go.
            for connection in self._idle.copy():
                self._discard(connection)
        try:
            return await self._send(request, deadline)
        except Broken:
            raise WarderClientError(Code.UNREACHABLE) from None

    def close(self) -> None:
        """Closes all connections; whatever waits or is in flight fails as closed."""
        self._is_closed = True
        for connection in self._open.copy():
            self._discard(connection)
        while self._waiting:
            self._wake()

    async def _send(self, request: Request, deadline: float) -> Answer:
        connection = self._take_idle(deadline) or await self._take(deadline)
        try:
            answer = await connection.exchange(request, deadline)
        except BaseException:
            # Also a cancelled task: what is still to come must not be taken for the next answer.
            self._discard(connection)
            raise
        if answer.is_keep_alive and connection in self._open:
            self._idle.append(connection)
            self._wake()
        else:
            self._discard(connection)
        return answer

    def _take_idle(self, deadline: float) -> Connection | None:
        if self._is_closed:
            raise WarderClientError(Code.CLOSED)
        if deadline <= time.monotonic():
            raise WarderClientError(Code.TIMED_OUT)
        return self._idle.pop() if self._idle else None

    async def _take(self, deadline: float) -> Connection:
        while True:
            connection = self._take_idle(deadline)
            if connection is not None:
                return connection
            if len(self._open) + self._connecting < self._limit:
                return await self._connect(deadline)
            await self._wait(deadline)

    async def _connect(self, deadline: float) -> Connection:
        self._connecting += 1
        try:
            connection = await Connection.open(self._path, deadline, self._lost)
        except BaseException:
            self._connecting -= 1
            self._wake()
            raise
        self._connecting -= 1
        self._open.add(connection)
        if self._is_closed:
            self._discard(connection)
            raise WarderClientError(Code.CLOSED)
        return connection

    async def _wait(self, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        alarm = loop.call_later(max(deadline - time.monotonic(), 0), _wake, turn)
        try:
            await turn
        except asyncio.CancelledError:
            # Its turn may have come at the same moment; then it is somebody else's.
            if turn.done() and not turn.cancelled():
                self._wake()
            raise
        finally:
            alarm.cancel()

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                _wake(turn)
                return

    def _lost(self, connection: Connection) -> None:
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._wake()

    def _discard(self, connection: Connection) -> None:
        connection.close()
        self._lost(connection)


def _wake(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)

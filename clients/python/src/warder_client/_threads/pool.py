"""Connections to the vault's socket for programs with threads."""

from __future__ import annotations

import errno
import select
import socket
import threading
import time

from .._core.http import Answer, AnswerReader, Request
from ..errors import Code, WarderClientError

#: That one pool may keep.
MAXIMUM_CONNECTIONS = 64

_CONNECT_SECONDS = 2.0


def connect(path: str, deadline: float) -> socket.socket:
    """Connects to a Unix socket, which does not block.

    Raises:
        WarderClientError: ``unreachable`` with the kernel's reason.
    """
    give_up = min(deadline, time.monotonic() + _CONNECT_SECONDS)
    while True:
        # Close-on-exec, as all descriptors that Python makes.
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.setblocking(False)
        try:
            peer.connect(path)
            return peer
        except OSError as error:
            peer.close()
            # The queue of whoever listens is full, and nothing tells when it is not.
            if error.errno != errno.EAGAIN or time.monotonic() >= give_up:
                raise WarderClientError(Code.UNREACHABLE, system_error=error.errno) from None
        time.sleep(0.005)


class Broken(Exception):
    """A connection that had been kept open is of no use: the request went unanswered, or was not sent at all."""


class Connection:
    """One connection, with one request in flight at most."""

    def __init__(self, path: str, deadline: float) -> None:
        self._socket = connect(path, deadline)
        # Made once. A socket with a timeout would set it anew, and wait, before each of its steps.
        self._arrivals = select.poll()
        self._arrivals.register(self._socket, select.POLLIN)
        self._reader = AnswerReader()
        #: Whether an answer came over it before: only then can the vault have closed it before the next request.
        self._is_kept = False

    def exchange(self, request: Request, deadline: float) -> Answer:
        """Sends a request and waits for its answer.

        Raises:
            WarderClientError: ``timed_out``, ``unreachable``, ``protocol_violation``.
            Broken: The request may be sent once more.
        """
        if self._is_kept and self._arrivals.poll(0):
            # The other end closed it, or sent something while nobody listened.
            raise Broken
        encoded = request.encoded()
        try:
            self._reader.expect(request.answer_limit)
            self._send(encoded, deadline)
            while True:
                _wait(self._arrivals, deadline)
                with self._reader.room() as room:
                    count = self._socket.recv_into(room)
                if count == 0:
                    raise ConnectionResetError
                answer = self._reader.received(count)
                if answer is not None:
                    self._is_kept = True
                    return answer
        except TimeoutError:
            raise WarderClientError(Code.TIMED_OUT) from None
        except OSError:
            if self._is_kept and not self._reader.has_begun:
                raise Broken from None
            raise WarderClientError(Code.UNREACHABLE) from None
        finally:
            encoded[:] = bytes(len(encoded))

    def interrupt(self) -> None:
        """Wakes whoever waits on it, from another thread."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            # It is closed already.
            pass

    def close(self) -> None:
        """Closes it without a word to the other end; safe in a forked child, whose parent goes on with it."""
        self._socket.close()
        self._reader.wipe()

    def _send(self, encoded: bytearray, deadline: float) -> None:
        if deadline <= time.monotonic():
            raise TimeoutError
        rest = memoryview(encoded)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                room = select.poll()
                room.register(self._socket, select.POLLOUT)
                _wait(room, deadline)


def _wait(poller: select.poll, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0 or not poller.poll(left * 1_000):
        raise TimeoutError


class ConnectionPool:
    """A few connections, kept open between requests; calls wait for a free one."""

    def __init__(self, path: str, limit: int) -> None:
        self._path = path
        self._limit = min(max(limit, 1), MAXIMUM_CONNECTIONS)
        self._free = threading.Condition()
        #: Those that wait for a request; the one used last goes first, so that the others can end.
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._connecting = 0
        self._is_closed = False

    def send(self, request: Request, deadline: float) -> Answer:
        """One request and its answer, over the next free connection."""
        try:
            return self._send(request, deadline)
        except Broken:
            # The other kept ones are as old, and go.
            self._close_idle()
        try:
            return self._send(request, deadline)
        except Broken:
            raise WarderClientError(Code.UNREACHABLE) from None

    def close(self) -> None:
        """Closes all connections; whatever waits or is in flight fails as closed."""
        with self._free:
            self._is_closed = True
            for connection in self._busy:
                connection.interrupt()
            self._free.notify_all()
        self._close_idle()

    def abandon(self) -> None:
        """Lets go of what belongs to a parent process, without touching locks that its threads may have held."""
        for connection in [*self._idle, *self._busy]:
            connection.close()

    def _send(self, request: Request, deadline: float) -> Answer:
        connection = self._take(deadline)
        try:
            answer = connection.exchange(request, deadline)
        except BaseException as error:
            # Also an interrupt from the keyboard: what is still to come must not be taken for the next answer.
            self._discard(connection)
            if self._is_closed and isinstance(error, (WarderClientError, Broken)):
                raise WarderClientError(Code.CLOSED) from None
            raise
        if answer.is_keep_alive:
            self._put_back(connection)
        else:
            self._discard(connection)
        return answer

    def _take(self, deadline: float) -> Connection:
        with self._free:
            while True:
                if self._is_closed:
                    raise WarderClientError(Code.CLOSED)
                if self._idle:
                    connection = self._idle.pop()
                    self._busy.add(connection)
                    return connection
                if len(self._busy) + self._connecting < self._limit:
                    self._connecting += 1
                    break
                if not self._free.wait(max(deadline - time.monotonic(), 0)) and time.monotonic() >= deadline:
                    raise WarderClientError(Code.TIMED_OUT)
        fresh: Connection | None = None
        try:
            fresh = Connection(self._path, deadline)
            return fresh
        finally:
            with self._free:
                self._connecting -= 1
                if fresh is not None:
                    self._busy.add(fresh)
                self._free.notify()

    def _put_back(self, connection: Connection) -> None:
        with self._free:
            self._busy.discard(connection)
            if not self._is_closed:
                self._idle.append(connection)
                self._free.notify()
                return
        connection.close()

    def _discard(self, connection: Connection) -> None:
        with self._free:
            self._busy.discard(connection)
            self._free.notify()
        connection.close()

    def _close_idle(self) -> None:
        with self._free:
            stale, self._idle = self._idle, []
        for connection in stale:
            connection.close()

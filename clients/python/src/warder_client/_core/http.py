"""HTTP/1.1 as far as one local peer needs it (RFC 9112): no more than the vault says, and nothing it does not."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field

from ..errors import Code, WarderClientError
from ..secret import Secret

_HEAD_LIMIT = 16_384
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: [^\r\n]*)?")
_FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\x00]*?)[ \t]*")
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]*")


@dataclass(slots=True)
class Request:
    """One request, ready to be written apart from its token."""

    #: Method and path, such as ``GET /v1/health``. Put together from parsed names, so nothing in it needs escaping.
    line: str
    #: Stays in its own memory until the bytes are made.
    token: Secret | None = None
    #: W3C trace context of the call.
    traceparent: str | None = None
    body: bytes | None = field(default=None, repr=False)
    #: Bytes that the answer's body may have.
    answer_limit: int = 65_536
    #: The version that is there already: the vault says so in place of its value.
    known_version: int | None = None

    def encoded(self) -> bytearray:
        """The request as it goes over the wire. It holds a token: wipe it once it was sent."""
        head = f"{self.line} HTTP/1.1\r\nHost: warder\r\n"
        if self.traceparent is not None:
            head += f"traceparent: {self.traceparent}\r\n"
        if self.known_version is not None:
            head += f'If-None-Match: "v{self.known_version}"\r\n'
        if self.body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n"
        if self.token is None:
            return bytearray(head.encode() + b"\r\n" + (self.body or b""))
        # Joined in one step: a byte array that grows leaves its old bytes where they were.
        with self.token.view() as text:
            return bytearray().join((head.encode(), b"Authorization: Bearer ", text, b"\r\n\r\n", self.body or b""))


@dataclass(slots=True)
class Answer:
    """An answer of the vault: a status and a body, which may hold a secret."""

    status: int
    #: Seconds, as the vault says it.
    retry_after: int | None
    is_keep_alive: bool
    body: bytearray = field(repr=False)


class AnswerReader:
    """Puts one answer after the other together from whatever pieces arrive, and leaves none of them behind."""

    def __init__(self) -> None:
        self._buffer = bytearray(4_096)
        self._length = 0
        self._limit = 0
        self._head: _Head | None = None
        self._is_expecting = False

    @property
    def has_begun(self) -> bool:
        """Whether any byte of an answer is there."""
        return self._length > 0

    def expect(self, limit: int) -> None:
        """Begins an answer whose body has at most ``limit`` bytes."""
        self._limit = limit
        self._head = None
        self._length = 0
        self._is_expecting = True

    def room(self) -> memoryview:
        """Where to put the next bytes; say how many by ``received``."""
        if self._length == len(self._buffer):
            self._grow(2 * self._length)
        return memoryview(self._buffer)[self._length :]

    def received(self, count: int) -> Answer | None:
        """The answer, once it is whole.

        Raises:
            WarderClientError: ``protocol_violation`` for what is no answer, too long, or was not asked for.
        """
        searched = max(self._length - 3, 0)
        self._length += count
        if not self._is_expecting:
            raise WarderClientError(Code.PROTOCOL_VIOLATION)
        if self._head is None:
            end = self._buffer.find(b"\r\n\r\n", searched, self._length)
            if (end if end >= 0 else self._length) > _HEAD_LIMIT:
                raise WarderClientError(Code.PROTOCOL_VIOLATION)
            if end < 0:
                return None
            self._head = _Head.parse(bytes(self._buffer[:end]))
            self._make_room(self._head)
        return self._body(self._head)

    def wipe(self) -> None:
        """Overwrites what has arrived."""
        self._buffer[: self._length] = bytes(self._length)
        self._length = 0
        self._head = None
        self._is_expecting = False

    def _make_room(self, head: _Head) -> None:
        if head.length is not None:
            if head.length > self._limit:
                raise WarderClientError(Code.PROTOCOL_VIOLATION)
            if head.end + head.length > len(self._buffer):
                self._grow(head.end + head.length)

    def _body(self, head: _Head) -> Answer | None:
        if head.length is None:
            body = self._unchunked(head)
            if body is None:
                return None
        else:
            end = head.end + head.length
            if self._length < end:
                return None
            if self._length > end:
                # Nobody asked for more. It must not be taken for the next answer.
                raise WarderClientError(Code.PROTOCOL_VIOLATION)
            with memoryview(self._buffer) as view:
                body = bytearray(view[head.end : end])
        answer = Answer(head.status, head.retry_after, head.is_keep_alive, body)
        self.wipe()
        return answer

    def _unchunked(self, head: _Head) -> bytearray | None:
        """The body of an answer in chunks. Walks through all of it each time: the vault sends none so far."""
        chunks: list[tuple[int, int]] = []
        at, total = head.end, 0
        while True:
            line_end = self._buffer.find(b"\r\n", at, self._length)
            if line_end < 0:
                if self._length - at > 1_024:
                    raise WarderClientError(Code.PROTOCOL_VIOLATION)
                return None
            match = _CHUNK_SIZE.fullmatch(self._buffer, at, line_end)
            if match is None:
                raise WarderClientError(Code.PROTOCOL_VIOLATION)
            size = int(match.group(1), 16)
            start, end = line_end + 2, line_end + 2 + size
            total += size
            if total > self._limit:
                raise WarderClientError(Code.PROTOCOL_VIOLATION)
            if self._length < end + 2:
                return None
            if self._buffer[end : end + 2] != b"\r\n":
                raise WarderClientError(Code.PROTOCOL_VIOLATION)
            at = end + 2
            if size == 0:
                break
            chunks.append((start, end))
        if self._length > at:
            raise WarderClientError(Code.PROTOCOL_VIOLATION)
        with memoryview(self._buffer) as view:
            return bytearray().join([view[start:end] for start, end in chunks])

    def _grow(self, size: int) -> None:
        """An array that grows by itself leaves its old bytes as they were."""
        larger = bytearray(size)
        larger[: self._length] = memoryview(self._buffer)[: self._length]
        self._buffer[: self._length] = bytes(self._length)
        self._buffer = larger


@dataclass(frozen=True)
class _Head:
    status: int
    retry_after: int | None
    is_keep_alive: bool
    #: Bytes of the body; ``None`` where it comes in chunks.
    length: int | None
    #: Where the body begins.
    end: int

    @staticmethod
    # A vault begins nearly all of its answers with the very same bytes.
    @functools.lru_cache(maxsize=16)
    def parse(head: bytes) -> _Head:
        """What the lines before a body say; without the empty one, which ends them."""
        status_line, *lines = head.split(b"\r\n")
        status = _STATUS_LINE.fullmatch(status_line)
        fields: dict[bytes, bytes] = {}
        for line in lines:
            match = _FIELD_LINE.fullmatch(line)
            if match is None:
                raise WarderClientError(Code.PROTOCOL_VIOLATION)
            name = match.group(1).lower()
            # Twice the same length is two opinions about where the answer ends.
            if name in fields and name in (b"content-length", b"transfer-encoding"):
                raise WarderClientError(Code.PROTOCOL_VIOLATION)
            fields[name] = match.group(2)
        if status is None or len(lines) > 64:
            raise WarderClientError(Code.PROTOCOL_VIOLATION)
        code = int(status.group(2))
        length = _length(code, fields)
        retry_after = fields.get(b"retry-after", b"")
        connection = fields.get(b"connection", b"").lower()
        return _Head(
            code,
            int(retry_after) if re.fullmatch(rb"-?[0-9]{1,9}", retry_after) else None,
            connection != b"close" if status.group(1) == b"1" else connection == b"keep-alive",
            length,
            len(head) + 4,
        )


def _length(status: int, fields: dict[bytes, bytes]) -> int | None:
    encoding, length = fields.get(b"transfer-encoding"), fields.get(b"content-length")
    if status in (204, 304):
        return 0
    if encoding is not None:
        if encoding.lower() != b"chunked" or length is not None:
            raise WarderClientError(Code.PROTOCOL_VIOLATION)
        return None
    # An answer that ends with its connection could have lost its end; the vault gives none.
    if length is None or not re.fullmatch(rb"[0-9]{1,9}", length) or status < 200:
        raise WarderClientError(Code.PROTOCOL_VIOLATION)
    return int(length)

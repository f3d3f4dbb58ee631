"""Which token a call uses, and when to ask for another one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from ..errors import Code, WarderClientError
from ..messages import CallContext
from ..secret import Secret
from . import names
from .canonical import canonical

Flight = TypeVar("Flight")

#: Keys that are kept; claims such as sessions could make any number of them.
MAXIMUM_KEYS = 256


class TokenKey(NamedTuple):
    """What calls that share a token have in common."""

    tool: str
    tool_digest: str | None
    on_behalf_of: str | None
    agent: str | None
    session: str | None


@dataclass(frozen=True)
class TokenDemand:
    """What a call needs a token for.

    Arguments and purpose belong to one call alone, so a call that names any has a token of its own; on whose behalf,
    by which agent and in which session it happens is the same for many calls, and part of the key.
    """

    key: TokenKey
    arguments: bytes | None = None
    purpose: str | None = None
    #: Of the call that asks; a shared token is in the trace of the first.
    traceparent: str | None = None

    @staticmethod
    def of(tool: str, tool_digest: str | None, arguments: object, context: CallContext) -> TokenDemand:
        """Checks a call's wish before anything is sent.

        Raises:
            WarderClientError: ``invalid_request`` for a name, digest or arguments that the vault could not take either.
        """
        if not names.is_tool(tool):
            raise WarderClientError(Code.INVALID_REQUEST, part="the tool's name")
        if not (tool_digest is None or names.is_digest(tool_digest)):
            raise WarderClientError(Code.INVALID_REQUEST, part="the tool's digest")
        return TokenDemand(
            TokenKey(tool, tool_digest, context.on_behalf_of, context.agent, context.session),
            None if arguments is None else canonical(arguments),
            context.purpose,
            names.traceparent(context.traceparent),
        )

    @property
    def is_for_one_call(self) -> bool:
        """Whether the token belongs to one call alone."""
        return self.arguments is not None or self.purpose is not None

    @property
    def shared(self) -> TokenDemand:
        """The same without what belongs to one call."""
        return TokenDemand(self.key, traceparent=self.traceparent)

    def body(self) -> bytes:
        """The body of ``POST /v1/tokens``."""
        members = {name: claim for name, claim in self.key._asdict().items() if claim is not None}
        if self.purpose is not None:
            members["purpose"] = self.purpose
        try:
            text = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
        except UnicodeEncodeError:
            raise WarderClientError(Code.INVALID_REQUEST, part="the context") from None
        if self.arguments is None:
            return text
        return text[:-1] + b',"arguments":' + self.arguments + b"}"


class VaultToken:
    """A token as the client holds it."""

    __slots__ = ("is_for_one_call", "refresh_at", "renew_at", "text")

    def __init__(self, text: Secret, *, requested: float, life: float, jitter: float, is_for_one_call: bool) -> None:
        """A life counts from when the request left, so that the time on the way shortens it instead of lengthening it.

        ``jitter``, 0 <= x < 1, moves the renewal within 45 % to 55 % of the life.
        """
        #: The bearer text.
        self.text = text
        #: Whether it was asked for on behalf of one call, and ends with it.
        self.is_for_one_call = is_for_one_call
        #: When a replacement is requested in the background, on the client's clock.
        self.renew_at = requested + life * (0.45 + 0.1 * jitter)
        #: When calls wait for the replacement.
        self.refresh_at = requested + life * 0.8


@dataclass
class _Entry(Generic[Flight]):
    token: VaultToken | None = None
    #: The request that is under way.
    flight: Flight | None = None
    #: No background request before this, after one failed.
    quiet_until: float = 0.0
    #: For choosing what to forget.
    last_used: float = 0.0


@dataclass(frozen=True)
class Step(Generic[Flight]):
    """What a call has to do: use the token if there is one, else wait for the flight."""

    token: VaultToken | None
    flight: Flight | None
    #: Whether the flight is the caller's to request.
    is_first: bool


class TokenCache(Generic[Flight]):
    """Decides only: whoever holds it sends the requests.

    There is at most one request under way for a key, the *flight*; calls that come meanwhile wait for it. A clock is
    not looked at here: callers say what time it is.
    """

    def __init__(self) -> None:
        self._entries: dict[TokenKey, _Entry[Flight]] = {}

    def token(self, key: TokenKey, now: float) -> VaultToken | None:
        """The token to use where there is nothing else to do: the way that nearly every call goes."""
        entry = self._entries.get(key)
        if entry is None or entry.token is None or now >= entry.token.renew_at:
            return None
        entry.last_used = now
        return entry.token

    def step(self, key: TokenKey, now: float, flight: Flight) -> Step[Flight]:
        """The step for a call; ``flight`` is taken if a request is due."""
        entry = self._entries.get(key)
        if entry is None:
            self._make_room()
            entry = self._entries[key] = _Entry()
        entry.last_used = now
        is_free = entry.flight is None
        if entry.token is not None and now < entry.token.refresh_at:
            if now < entry.token.renew_at or now < entry.quiet_until or not is_free:
                return Step(entry.token, None, False)
            entry.flight = flight
            return Step(entry.token, flight, True)
        if is_free:
            entry.flight = flight
        return Step(None, entry.flight, is_free)

    def received(self, key: TokenKey, token: VaultToken) -> None:
        """Keeps a token that was requested for a key."""
        entry = self._entries.setdefault(key, _Entry())
        entry.token = token
        entry.flight = None

    def failed(self, key: TokenKey, now: float) -> None:
        """A request failed. A token that is still good stays; the next background request comes a second later."""
        entry = self._entries.get(key)
        if entry is None:
            return
        entry.flight = None
        entry.quiet_until = now + 1
        if entry.token is None:
            del self._entries[key]

    def drop(self, key: TokenKey, token: VaultToken) -> None:
        """Forgets a token that the vault did not accept; one that has replaced it already stays."""
        entry = self._entries.get(key)
        if entry is not None and entry.token is token:
            entry.token = None

    def take_all(self) -> list[VaultToken]:
        """Hands over all tokens and holds none any more."""
        tokens = [entry.token for entry in self._entries.values() if entry.token is not None]
        for entry in self._entries.values():
            entry.token = None
        return tokens

    def _make_room(self) -> None:
        if len(self._entries) < MAXIMUM_KEYS:
            return
        idle = [key for key, entry in self._entries.items() if entry.flight is None]
        if idle:
            del self._entries[min(idle, key=lambda key: self._entries[key].last_used)]

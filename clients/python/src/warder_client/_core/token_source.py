"""Where calls get their tokens from: the cache where it has one, else the vault."""

from __future__ import annotations

import time
from typing import Generic

from ..configuration import WarderClientConfiguration
from ..errors import Code, WarderClientError
from . import answers, requests
from .tokens import Flight, TokenCache, TokenDemand, VaultToken
from .transport import Transport


class TokenSource(Generic[Flight]):
    """Requests tokens. Calls that share one share the request for it."""

    def __init__(
        self, transport: Transport[Flight], configuration: WarderClientConfiguration, timeout: float
    ) -> None:
        self._transport = transport
        self._configuration = configuration
        self._clock = configuration.clock
        self._timeout = timeout
        self._cache: TokenCache[Flight] = TokenCache()

    async def token(self, demand: TokenDemand, deadline: float) -> VaultToken:
        """A token for a call: one of its own, or the one that it shares with others."""
        if demand.is_for_one_call:
            return await self._request_token(demand, deadline)
        now = self._clock()
        with self._transport.lock:
            token = self._cache.token(demand.key, now)
            if token is not None:
                return token
            step = self._cache.step(demand.key, now, self._transport.new_flight())
        if step.token is not None:
            if step.flight is not None:
                self._transport.spawn(self._request_shared(demand, step.flight))
            return step.token
        assert step.flight is not None
        if step.is_first:
            await self._transport.finish(self._request_shared(demand, step.flight))
        shared: VaultToken = await self._transport.wait(step.flight, deadline)
        return shared

    def drop(self, token: VaultToken, demand: TokenDemand) -> None:
        """Forgets a token that the vault did not accept; one that has replaced it already stays."""
        with self._transport.lock:
            self._cache.drop(demand.key, token)

    def take_all(self) -> list[VaultToken]:
        """Hands over all tokens and holds none any more."""
        with self._transport.lock:
            return self._cache.take_all()

    async def _request_shared(self, demand: TokenDemand, flight: Flight) -> None:
        """Requests a token for everybody with the same key.

        It has a full timeout of its own, so that it ends before the first of those who join later would.
        """
        result: VaultToken | WarderClientError = WarderClientError(Code.UNREACHABLE)
        try:
            result = await self._request_token(demand, time.monotonic() + self._timeout)
        except WarderClientError as error:
            result = error
        finally:
            # Whatever happens, nobody waits for ever.
            with self._transport.lock:
                if isinstance(result, VaultToken):
                    self._cache.received(demand.key, result)
                else:
                    self._cache.failed(demand.key, self._clock())
            self._transport.land(flight, result)

    async def _request_token(self, demand: TokenDemand, deadline: float) -> VaultToken:
        requested = self._clock()
        issued = answers.issued_token(await self._transport.send(requests.token(demand), deadline))
        return VaultToken(
            issued.text,
            requested=requested,
            life=issued.life,
            jitter=self._configuration.jitter(),
            is_for_one_call=demand.is_for_one_call,
        )

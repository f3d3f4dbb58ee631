"""A call's wish, checked."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import Code, WarderClientError
from ..messages import CallContext
from . import names
from .kept import KeptKey
from .tokens import TokenDemand

#: Most fields that a secret can have.
_MAXIMUM_FIELDS = 32


@dataclass(frozen=True)
class SecretRequest:
    """A call's wish for fields of one secret, with every name checked before anything is sent."""

    name: str
    #: At least one, each once.
    fields: tuple[str, ...]
    demand: TokenDemand
    #: Seconds for which an older value will do while the vault cannot be asked.
    max_stale: float

    @staticmethod
    def of(
        name: str,
        field: str | Sequence[str],
        tool: str,
        tool_digest: str | None,
        arguments: object,
        context: CallContext | None,
        max_stale: float,
    ) -> SecretRequest:
        """Checks the wish.

        Raises:
            WarderClientError: ``invalid_request`` for what no vault could accept.
        """
        if arguments is None and context is None and isinstance(field, str):
            return _plain(name, field, tool, tool_digest, max_stale)
        fields = (field,) if isinstance(field, str) else tuple(field)
        return _checked(name, fields, tool, tool_digest, arguments, context or CallContext(), max_stale)

    @property
    def key(self) -> KeptKey:
        """Under which its values are kept."""
        return KeptKey(self.name, self.fields, self.demand.key)


def _checked(
    name: str,
    fields: tuple[str, ...],
    tool: str,
    tool_digest: str | None,
    arguments: object,
    context: CallContext,
    max_stale: float,
) -> SecretRequest:
    if not names.is_secret(name):
        raise WarderClientError(Code.INVALID_REQUEST, part="the secret's name")
    if not all(map(names.is_field, fields)) or not 1 <= len(fields) == len(set(fields)) <= _MAXIMUM_FIELDS:
        raise WarderClientError(Code.INVALID_REQUEST, part="the fields")
    if not max_stale >= 0:
        raise WarderClientError(Code.INVALID_REQUEST, part="max_stale")
    demand = TokenDemand.of(tool, tool_digest, arguments, context)
    return SecretRequest(name, fields, demand, max_stale)


# Nearly all calls wish what others wished before. By type as well, so that what only looks like a name stays apart.
@functools.lru_cache(maxsize=256, typed=True)
def _plain(name: str, field: str, tool: str, tool_digest: str | None, max_stale: float) -> SecretRequest:
    return _checked(name, (field,), tool, tool_digest, None, CallContext(), max_stale)

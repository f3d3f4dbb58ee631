"""Secrets as a call has them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import NoReturn

from ._core.secret_request import SecretRequest
from ._core.tokens import VaultToken
from .secret import Secret


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class ResolvedSecret:
    """A secret as it is now, in one field or several of one version: ``secret["password"]``.

    Use it for the call it was asked for, then let it go: keeping it is how credentials go stale.
    """

    #: The secret's name.
    name: str
    #: The field; the first of several.
    field: str
    #: The version's number; it changes when an operator or a rotation changes the value.
    version: int
    #: The value.
    value: Secret
    #: Seconds since the vault gave this value, where it could not be asked now; ``None`` when it was asked.
    #: Only calls that name ``max_stale`` see anything else.
    stale: float | None = None
    #: What the value was resolved with; a report about the call goes out under the same token.
    _token: VaultToken = dataclasses.field(kw_only=True)
    _request: SecretRequest = dataclasses.field(kw_only=True)
    #: The fields behind the first.
    _others: Mapping[str, Secret] = dataclasses.field(kw_only=True)

    @classmethod
    def _of(
        cls,
        request: SecretRequest,
        version: int,
        values: tuple[Secret, ...],
        token: VaultToken,
        stale: float | None = None,
    ) -> ResolvedSecret:
        """``values``: of the fields that were asked for, in their order."""
        first, *others = request.fields
        return cls(
            request.name,
            first,
            version,
            values[0],
            stale,
            _token=token,
            _request=request,
            _others=dict(zip(others, values[1:])),
        )

    def __getitem__(self, field: str) -> Secret:
        """The value of a field that was asked for.

        Raises:
            KeyError: It was not.
        """
        return self.value if field == self.field else self._others[field]

    def unprotected_text(self, field: str | None = None) -> str:
        """As :meth:`Secret.unprotected_text`, of the only field or of the one that is named."""
        return (self.value if field is None else self[field]).unprotected_text()

    def wipe(self) -> None:
        """Overwrites the values."""
        for value in self._values():
            value.wipe()

    def _values(self) -> list[Secret]:
        return [self.value, *self._others.values()]

    def __repr__(self) -> str:
        return "ResolvedSecret(redacted)"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> NoReturn:
        """Whoever asks makes an argument of it that clients fill: the SDK does, of a handler that is not wrapped yet."""
        raise TypeError(
            "a credential comes from the vault, not from a client: @with_credential goes below @server.tool()"
        )

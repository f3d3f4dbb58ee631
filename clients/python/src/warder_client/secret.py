"""Values that do not show themselves."""

from __future__ import annotations

import dataclasses
import os
import weakref
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from ._core.secret_request import SecretRequest
    from ._core.tokens import VaultToken

#: All that have not gone yet. Each takes itself out by a call that the interpreter makes without a frame of Python's.
_living: set[weakref.ref[Secret]] = set()


class Secret:
    """Bytes that neither ``repr``, ``str``, ``format``, ``json`` nor ``pickle`` shows, overwritten when they go.

    Best effort: the interpreter may have made copies that nobody can reach. What is kept out of the way is what leaks
    by accident, into logs, tracebacks, debuggers and core dumps of later.
    """

    __slots__ = ("__weakref__", "_bytes")

    def __init__(self, content: bytearray) -> None:
        """Takes the bytes over: whoever made them uses them no more."""
        self._bytes = content
        _living.add(weakref.ref(self, _living.discard))

    @property
    def is_wiped(self) -> bool:
        """Whether nothing is left of it."""
        return not self._bytes

    def unprotected_bytes(self) -> bytes:
        """An ordinary copy that nothing overwrites. Make it where it is used, and do not store it."""
        return bytes(self._bytes)

    def unprotected_text(self) -> str:
        """An ordinary copy as text, for libraries that take credentials as ``str``.

        Raises:
            ValueError: The value is not UTF-8. The exception does not quote it, as ``UnicodeDecodeError`` would.
        """
        try:
            return self._bytes.decode()
        except UnicodeDecodeError:
            pass
        raise ValueError("the value is not UTF-8")

    def view(self) -> memoryview:
        """The bytes themselves, for whoever can use them without a copy; release it before the secret is wiped."""
        return memoryview(self._bytes).toreadonly()

    def copy(self) -> Secret:
        """Another secret with the same bytes, which goes its own way."""
        return Secret(bytearray(self._bytes))

    def wipe(self) -> None:
        """Overwrites the bytes. Happens by itself when the last reference goes."""
        content = self._bytes
        content[:] = bytes(len(content))
        # Emptied in a second step and by another name: a view that is still open keeps its zeros.
        self._bytes = bytearray()

    def __len__(self) -> int:
        return len(self._bytes)

    def __repr__(self) -> str:
        return "Secret(redacted)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is neither pickled nor copied")

    def __enter__(self) -> Secret:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wipe()

    def __del__(self) -> None:
        # Not there if the initializer was never reached.
        content = getattr(self, "_bytes", None)
        if content:
            content[:] = bytes(len(content))


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


def _wipe_all() -> None:
    for reference in _living.copy():
        secret = reference()
        if secret is not None:
            secret.wipe()


# A forked child must not find what was resolved for its parent; the vault would not take its parent's tokens either.
os.register_at_fork(after_in_child=_wipe_all)

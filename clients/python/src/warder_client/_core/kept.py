"""Values that calls may use while the vault cannot be asked, for as long as the grant and each call allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ..errors import Code
from ..messages import Change, ChangeKind
from ..secret import Secret
from .tokens import MAXIMUM_KEYS, TokenKey

#: Nobody could be asked. A vault that answers otherwise has said no, or has a reason to release nothing.
OUTAGES = frozenset({Code.UNREACHABLE, Code.TIMED_OUT, Code.UNAVAILABLE})

#: The vault is there and keeps everything back: what was kept from it goes.
CLOSINGS = frozenset({Code.SEALED, Code.NOT_INITIALISED, Code.RESTORED_VAULT})


class KeptKey(NamedTuple):
    """Fields of one secret, for one tool and context."""

    name: str
    fields: tuple[str, ...]
    token: TokenKey


@dataclass(frozen=True)
class Kept:
    """Values of one version, and when they were asked for."""

    version: int
    values: tuple[Secret, ...]
    asked: float
    #: The longest time that the vault allows, in seconds; 0 is never.
    limit: int

    def copies(self) -> tuple[Secret, ...]:
        """The values for a call, which go their own way."""
        return tuple(value.copy() for value in self.values)

    def wipe(self) -> None:
        """Overwrites them."""
        for value in self.values:
            value.wipe()


class KeptValues:
    """Keeps a value for calls that name ``max_stale``, and for no others; decides when it may be used.

    A clock is not looked at here: callers say what time it is.
    """

    def __init__(self) -> None:
        self._values: dict[KeptKey, Kept] = {}

    def __bool__(self) -> bool:
        return bool(self._values)

    def keep(self, key: KeptKey, kept: Kept) -> None:
        """Keeps a value in place of the one before; the one that was kept longest makes room."""
        before = self._values.get(key)
        if before is not None and before.asked > kept.asked:
            kept.wipe()
            return
        self._drop(key)
        if kept.limit <= 0:
            kept.wipe()
            return
        while len(self._values) >= MAXIMUM_KEYS:
            self._drop(next(iter(self._values)))
        self._values[key] = kept

    def usable(self, key: KeptKey, max_stale: float, now: float) -> Kept | None:
        """The value for a call that could not ask."""
        kept = self._values.get(key)
        if kept is None:
            return None
        return kept if now - kept.asked <= min(max_stale, kept.limit) else None

    def failed(self, key: KeptKey, code: Code, *, is_refusal: bool) -> None:
        """What was refused is not used any more; of a vault that is closed, nothing is."""
        if code in CLOSINGS:
            self.clear()
        elif is_refusal:
            self._drop(key)

    def changed(self, change: Change) -> None:
        """Forgets what is not current any more."""
        if change.kind is ChangeKind.OUT_OF_TOUCH:
            # What values are kept for.
            return
        for key, kept in list(self._values.items()):
            if change.concerns(key.name) and kept.version != change.version:
                self._drop(key)

    def forget(self, key: KeptKey) -> None:
        """Forgets one value, such as one that its upstream did not accept."""
        self._drop(key)

    def clear(self) -> None:
        """Forgets all of them."""
        for key in list(self._values):
            self._drop(key)

    def _drop(self, key: KeptKey) -> None:
        kept = self._values.pop(key, None)
        if kept is not None:
            kept.wipe()

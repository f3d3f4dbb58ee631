"""Values that calls may use while the vault cannot be asked, for as long as the grant and each call allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import Code, WarderClientError
from ..messages import Change, ChangeKind
from ..secret import Secret
from .tokens import MAXIMUM_KEYS, TokenKey

#: Of all values that are kept together.
MAXIMUM_BYTES = 4 << 20

#: Nobody could be asked. A vault that answers otherwise has said no, or has a reason to release nothing.
OUTAGES = frozenset({Code.UNREACHABLE, Code.TIMED_OUT, Code.UNAVAILABLE})

#: The vault is there and keeps everything back: what was kept from it goes.
CLOSINGS = frozenset({Code.SEALED, Code.NOT_INITIALISED, Code.RESTORED_VAULT})


def leaves_reports(error: WarderClientError) -> bool:
    """Whether a report that met it may be taken later: the vault is away, closed, or has no room for it now."""
    return error.is_retryable or error.code in CLOSINGS


class KeptKey(NamedTuple):
    """Fields of one secret, for one tool and context."""

    name: str
    fields: tuple[str, ...]
    token: TokenKey


class Question(NamedTuple):
    """What a call notes when it asks.

    What it brings is kept only where the vault has said nothing since that could be against it: answers over two
    connections may be read in another order than they were given in.
    """

    asked: float
    words: int


@dataclass(frozen=True)
class Kept:
    """Values of one version, and when they were asked for."""

    version: int
    values: tuple[Secret, ...]
    asked: float
    #: The longest time that the vault allows, in seconds; 0 is never.
    limit: int

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(map(len, self.values))

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
        self._size = 0
        #: How often the vault has said something against values that may still be on their way.
        self._words = 0
        #: Whether the vault tells what changes, or is too old for that. Before, and where it refuses, nobody would tell
        #: when a value has to go.
        self._is_told = False
        self._is_over = False

    def __bool__(self) -> bool:
        return bool(self._values)

    def question(self, now: float) -> Question:
        """To be noted before a value is asked for."""
        return Question(now, self._words)

    def keep(self, key: KeptKey, kept: Kept, question: Question) -> None:
        """Keeps a value in place of the one before; those that were asked for longest ago make room."""
        before = self._values.get(key)
        if before is not None and before.asked > kept.asked:
            kept.wipe()
            return
        self._drop(key)
        is_current = self._is_told and not self._is_over and question.words == self._words
        if kept.limit <= 0 or not is_current or kept.size > MAXIMUM_BYTES:
            kept.wipe()
            return
        while len(self._values) >= MAXIMUM_KEYS or self._size + kept.size > MAXIMUM_BYTES:
            self._drop(min(self._values, key=lambda each: self._values[each].asked))
        self._values[key] = kept
        self._size += kept.size

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
            self.forget(key)

    def heard(self, changes: Iterable[Change]) -> None:
        """What the vault has told of changes.

        Whatever it says of a secret ends what is kept of it: the version may be the same, and what the tool may have
        another.
        """
        self._begin()
        for change in changes:
            # Being out of touch is what values are kept for.
            if change.kind is not ChangeKind.OUT_OF_TOUCH:
                self._words += 1
                for key in [key for key in self._values if change.concerns(key.name)]:
                    self._drop(key)

    def unheard(self, error: WarderClientError) -> None:
        """A question for changes has brought no answer.

        Where the vault refused it, nothing is kept until it answers one: a server that it has blocked must not go on
        with what it has. An older vault, which tells no changes, has no such route: it is left alone.
        """
        if error.code is Code.NOT_FOUND:
            self._begin()
        elif error.is_refusal or error.code in CLOSINGS or error.code is Code.UNKNOWN:
            self.clear()
            self._is_told = False

    def forget(self, key: KeptKey) -> None:
        """Forgets one value, such as one that its upstream did not accept."""
        self._words += 1
        self._drop(key)

    def clear(self) -> None:
        """Forgets all of them."""
        self._words += 1
        for key in list(self._values):
            self._drop(key)

    def end(self) -> None:
        """Forgets all of them, and keeps none any more."""
        self._is_over = True
        self.clear()

    def _begin(self) -> None:
        """From now on the vault tells. What was asked for before, and changed before it did, nobody would tell of."""
        if not self._is_told:
            self._words += 1
        self._is_told = True

    def _drop(self, key: KeptKey) -> None:
        kept = self._values.pop(key, None)
        if kept is not None:
            self._size -= kept.size
            kept.wipe()

"""Values that do not show themselves."""

from __future__ import annotations

import os
import weakref
from types import TracebackType
from typing import NoReturn

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


def _wipe_all() -> None:
    for reference in _living.copy():
        secret = reference()
        if secret is not None:
            secret.wipe()


# A forked child must not find what was resolved for its parent; the vault would not take its parent's tokens either.
os.register_at_fork(after_in_child=_wipe_all)

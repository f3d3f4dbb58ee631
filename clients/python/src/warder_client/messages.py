"""What goes over the socket, apart from values and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class CallContext:
    """On whose behalf and why a call is made. Claims: recorded, shown to approvers, never a reason to allow."""

    #: The user on whose behalf the agent acts.
    on_behalf_of: str | None = None
    #: The agent.
    agent: str | None = None
    #: The agent's session.
    session: str | None = None
    #: Why.
    purpose: str | None = None
    #: W3C ``traceparent`` of the call; one that is not well formed is left out.
    traceparent: str | None = None


@dataclass(frozen=True)
class CallReport:
    """How a tool call went, as the server tells it."""

    #: ``ok``, ``error`` or ``refused`` (by the upstream).
    outcome: str
    #: How long the call took.
    duration_ms: int | None = None
    #: SHA-256 of the outputs, 64 lowercase hex digits.
    outputs_digest: str | None = None
    #: What the call changed, in the server's words; at most 500 bytes.
    changed: str | None = None


@dataclass(frozen=True)
class Health:
    """The vault's state: ``unsealed``, ``sealed`` or ``not_initialised``."""

    state: str


@dataclass(frozen=True)
class WhoAmI:
    """What the kernel tells the vault about this process, and which servers that matches."""

    pid: int
    uid: int
    gid: int
    attestation: str
    groups: tuple[int, ...] = ()
    servers: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    unit: str | None = None
    executable: str | None = None
    executable_sha256: str | None = None


class ChangeKind(str, Enum):
    """What a :class:`Change` is about."""

    #: The secret resolves to another version now: an operator or a rotation made it so, or granted it.
    VERSION = "version"
    #: The secret resolves to nothing any more, for this process: whoever goes on with its value uses what was taken
    #: from them.
    REVOKED = "revoked"
    #: From now on every change is told; what happened before is not known. Comes first of all, and again when the
    #: vault was restarted or sealed meanwhile.
    EVERYTHING = "everything"
    #: The vault has not been reached for longer than was allowed: what is held may be out of date. ``EVERYTHING``
    #: follows when it is reached again.
    OUT_OF_TOUCH = "out_of_touch"


@dataclass(frozen=True)
class Change:
    """Something that changed for what a server made of a secret."""

    kind: ChangeKind
    #: Which secret, where it is about one.
    secret: str | None = None
    #: The version that it resolves to now.
    version: int | None = None

    def concerns(self, secret: str) -> bool:
        """Whether what was made of a secret has to be made anew, or may have to be."""
        return self.secret is None or self.secret == secret

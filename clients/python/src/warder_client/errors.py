"""Why a call gave no credential."""

from __future__ import annotations

from enum import Enum


class Code(str, Enum):
    """The stable name of a failure, the same in every client library.

    The set is closed: what a newer vault may say beyond it is ``UNKNOWN``, and its own word is in ``server_code``.
    """

    #: The vault said no.
    REFUSED = "refused"
    #: The vault wants somebody's approval first.
    APPROVAL_REQUIRED = "approval_required"
    #: Somebody said no to this call.
    APPROVAL_DENIED = "approval_denied"
    #: There is no such secret, field or tool, or none for this process.
    NOT_FOUND = "not_found"
    #: The vault did not accept a token, nor the new one that replaced it.
    TOKEN_INVALID = "token_invalid"
    #: The vault has no key: an operator must unseal it.
    SEALED = "sealed"
    #: The vault came from a backup and waits for an operator to release it.
    RESTORED_VAULT = "restored_vault"
    #: The vault was never set up.
    NOT_INITIALISED = "not_initialised"
    #: Nobody answers at the socket, or the connection was lost before the whole answer was there.
    UNREACHABLE = "unreachable"
    #: The vault took longer than the configured time; what it did is not known.
    TIMED_OUT = "timed_out"
    #: The vault has had too many requests; see ``retry_after``.
    RATE_LIMITED = "rate_limited"
    #: Too many calls of this client wait already; the vault was not asked.
    OVERLOADED = "overloaded"
    #: The vault is too busy, or going down.
    UNAVAILABLE = "unavailable"
    #: The vault could not write its log, and so released nothing.
    AUDIT_UNAVAILABLE = "audit_unavailable"
    #: A fault of the vault's own.
    VAULT_FAULT = "vault_fault"
    #: The call is not well formed: a name, a digest, arguments beyond the limit.
    INVALID_REQUEST = "invalid_request"
    #: The socket's path cannot be used.
    INVALID_CONFIGURATION = "invalid_configuration"
    #: Whoever answers at the socket does not speak as the vault does.
    PROTOCOL_VIOLATION = "protocol_violation"
    #: The client was closed.
    CLOSED = "closed"
    #: The vault gave a code that this version does not know; see ``server_code``.
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return self.value


_REFUSALS = frozenset(
    {
        Code.REFUSED,
        Code.APPROVAL_REQUIRED,
        Code.APPROVAL_DENIED,
        Code.NOT_FOUND,
        Code.TOKEN_INVALID,
        Code.RESTORED_VAULT,
    }
)
_RETRYABLE = frozenset(
    {
        Code.SEALED,
        Code.NOT_INITIALISED,
        Code.UNREACHABLE,
        Code.TIMED_OUT,
        Code.RATE_LIMITED,
        Code.OVERLOADED,
        Code.UNAVAILABLE,
        Code.AUDIT_UNAVAILABLE,
    }
)

_MEANINGS = {
    Code.REFUSED: "the vault refused; `warder audit search --where request_id=…` says why",
    Code.APPROVAL_REQUIRED: "the call needs an approval",
    Code.APPROVAL_DENIED: "somebody said no to this call",
    Code.NOT_FOUND: "no such secret, field or tool for this process",
    Code.TOKEN_INVALID: "the vault accepts no token from this process",
    Code.SEALED: "the vault is sealed; an operator must run `warder unseal`",
    Code.RESTORED_VAULT: "the vault was restored from a backup; an operator must run `warder backup release`",
    Code.NOT_INITIALISED: "the vault was never set up; run `warder init`",
    Code.UNREACHABLE: "no answer at the vault's socket; is warderd running, and may this user open the socket?",
    Code.TIMED_OUT: "the vault did not answer in time",
    Code.RATE_LIMITED: "too many requests",
    Code.OVERLOADED: "too many calls of this process wait for the vault",
    Code.UNAVAILABLE: "the vault is busy or going down",
    Code.AUDIT_UNAVAILABLE: "the vault cannot write its log and releases nothing",
    Code.VAULT_FAULT: "a fault in the vault",
    Code.INVALID_REQUEST: "the call is not well formed",
    Code.INVALID_CONFIGURATION: "the path of the vault's socket cannot be used",
    Code.PROTOCOL_VIOLATION: "whoever answers at the socket is not a vault that this version understands",
    Code.CLOSED: "the client is closed",
    Code.UNKNOWN: "the vault gave a code that this version does not know",
}


class WarderClientError(Exception):
    """Why a call to the vault gave no credential.

    ``is_refusal`` and ``is_retryable`` never hold together: somebody said no, or nobody could be asked. An error holds
    no value, no token, no name and no text that the vault sent, so it may be logged and shown.
    """

    def __init__(
        self,
        code: Code,
        *,
        server_code: str | None = None,
        approval: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        system_error: int | None = None,
        part: str | None = None,
    ) -> None:
        #: What happened.
        self.code = code
        #: The code in the vault's own words where it answered; keeps codes that this version does not know.
        self.server_code = server_code
        #: The approval that the call waits for, where the vault named one: what approvers are asked about.
        self.approval = approval
        #: Names the event in the vault's log.
        self.request_id = request_id
        #: Seconds the vault asks to wait, at most an hour.
        self.retry_after = retry_after
        #: The ``errno`` of a connection that could not be opened.
        self.system_error = system_error
        # What of a call is not well formed, in fixed words.
        self._part = part
        super().__init__(self._describe())

    @property
    def is_refusal(self) -> bool:
        """Whether the answer was no: asking again changes nothing until an operator changes something."""
        return self.code in _REFUSALS

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, without any change to it or to what the tool may do."""
        return self.code in _RETRYABLE

    def again(self) -> WarderClientError:
        """The same failure for somebody else who waited for it: a raised exception collects the raiser's frames."""
        return WarderClientError(
            self.code,
            server_code=self.server_code,
            approval=self.approval,
            request_id=self.request_id,
            retry_after=self.retry_after,
            system_error=self.system_error,
            part=self._part,
        )

    def _describe(self) -> str:
        text = f"{self.code}: {_MEANINGS[self.code]}"
        if self._part is not None:
            text += f": {self._part}"
        if self.system_error is not None:
            text += f" (errno {self.system_error})"
        if self.retry_after is not None:
            text += f" (try again in {self.retry_after:g} s)"
        if self.approval is not None:
            text += f" ({self.approval})"
        if self.request_id is not None:
            text += f" [request {self.request_id}]"
        return text


class CredentialRefused(Exception):
    """Raised by the body of a call when the upstream did not accept the value, and did nothing.

    It needs no detail, and a detail could hold the credential.
    """

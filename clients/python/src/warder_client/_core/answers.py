"""What the vault's answers mean to a caller."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TypeGuard

from ..errors import Code, WarderClientError
from ..messages import Change, ChangeKind, Health, WhoAmI
from ..secret import Secret
from . import names, secret_json
from .http import Answer

_CODES = {
    "denied": Code.REFUSED,
    "approval_required": Code.APPROVAL_REQUIRED,
    "approval_denied": Code.APPROVAL_DENIED,
    "not_found": Code.NOT_FOUND,
    "token_invalid": Code.TOKEN_INVALID,
    "sealed": Code.SEALED,
    "restored_vault": Code.RESTORED_VAULT,
    "not_initialised": Code.NOT_INITIALISED,
    "rate_limited": Code.RATE_LIMITED,
    "unavailable": Code.UNAVAILABLE,
    "audit_unavailable": Code.AUDIT_UNAVAILABLE,
    "internal": Code.VAULT_FAULT,
    "invalid_request": Code.INVALID_REQUEST,
    "method_not_allowed": Code.INVALID_REQUEST,
    "conflict": Code.INVALID_REQUEST,
    "too_large": Code.INVALID_REQUEST,
    "unsupported_media_type": Code.INVALID_REQUEST,
}
# A refusal without a readable body, as a vault gives that is too busy to say more.
_STATUSES = {429: Code.RATE_LIMITED, 503: Code.UNAVAILABLE}


@dataclass(frozen=True)
class IssuedToken:
    """What an answer to a token request tells."""

    text: Secret
    #: Seconds from the moment the vault issued it.
    life: int


@dataclass(slots=True)
class Values:
    """Fields of a secret as the vault gave them."""

    version: int
    #: In the order in which they were asked for.
    values: tuple[Secret, ...]
    #: Seconds for which the vault lets the value be used while it cannot be asked; 0 is never.
    max_stale: int


@dataclass(frozen=True)
class Changes:
    """What happened since a cursor."""

    next: str
    changes: list[Change]
    #: Whether the cursor was unknown, so that anything may have changed.
    reset: bool


def failure(answer: Answer) -> WarderClientError:
    """What an answer means that is not the expected one."""
    if answer.status == 202:
        # A token that waits for an approval is accepted and not there yet.
        return WarderClientError(Code.APPROVAL_REQUIRED, approval=_approval(answer))
    if answer.status < 400:
        return WarderClientError(Code.PROTOCOL_VIOLATION)
    delay = None if answer.retry_after is None else float(min(max(answer.retry_after, 0), 3_600))
    try:
        error = _parsed(answer)[0].get("error")
    except WarderClientError:
        error = None
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(error, dict) or not isinstance(code, str):
        return WarderClientError(_STATUSES.get(answer.status, Code.PROTOCOL_VIOLATION), retry_after=delay)
    request_id = error.get("request_id")
    return WarderClientError(
        _CODES.get(code, Code.UNKNOWN),
        server_code=code if names.is_code(code) else None,
        request_id=request_id if names.is_request_id(request_id) else None,
        retry_after=delay,
    )


def _approval(answer: Answer) -> str | None:
    """The approval that a call waits for; nothing but a name that the vault can have given."""
    try:
        name = _parsed(answer)[0].get("approval")
    except WarderClientError:
        return None
    return name if isinstance(name, str) and names.is_approval(name) else None


def is_pending(answer: Answer) -> bool:
    """Whether ``GET /v1/approvals/{approval}`` says that nobody has decided."""
    return _text(_document(answer, 200)[0], "state") == "pending"


def nothing(answer: Answer) -> None:
    """An answer without a body."""
    if answer.status != 204:
        raise failure(answer)


def issued_token(answer: Answer) -> IssuedToken:
    """The token of ``POST /v1/tokens``."""
    document, secrets = _document(answer, 201, (b"token",))
    life, text = document.get("expires_in"), secrets.get(b"token")
    if text is None or not _is_header_text(text) or not _is_int(life) or not 1 <= life <= 3_600:
        raise WarderClientError(Code.PROTOCOL_VIOLATION)
    return IssuedToken(text, life)


def other_values(answer: Answer, name: str, fields: tuple[str, ...]) -> Values | None:
    """The same where a version was known; ``None`` where it is the current one."""
    return None if answer.status == 304 else values(answer, name, fields)


def values(answer: Answer, name: str, fields: tuple[str, ...]) -> Values:
    """The values of ``GET /v1/secrets/{name}``, which lists several, and has one in itself."""
    document, secrets = _values_document(answer, is_list=len(fields) > 1)
    version, max_stale = document.get("version"), document.get("max_stale", 0)
    items = document.get("values") if len(fields) > 1 else [document]
    if document.get("name") != name or not isinstance(items, list):
        raise WarderClientError(Code.PROTOCOL_VIOLATION)
    if not _is_int(version) or not 0 < version < 1 << 32 or not len(secrets) == len(items) == len(fields):
        raise WarderClientError(Code.PROTOCOL_VIOLATION)
    if not _is_int(max_stale):
        raise WarderClientError(Code.PROTOCOL_VIOLATION)
    for item, (key, _), field in zip(items, secrets, fields):
        # About something that was not asked; or with a value that another list holds.
        if not isinstance(item, dict) or item.get("field") != field or key.decode() not in item:
            raise WarderClientError(Code.PROTOCOL_VIOLATION)
    return Values(
        version, tuple(text if key == b"value" else _decoded(text) for key, text in secrets), max_stale
    )


def _values_document(answer: Answer, *, is_list: bool) -> tuple[dict[str, object], list[tuple[bytes, Secret]]]:
    keys = (b"value", b"value_base64")
    if not is_list:
        document, secrets = _document(answer, 200, keys)
        return document, list(secrets.items())
    if answer.status != 200:
        raise failure(answer)
    try:
        return secret_json.parse_items(answer.body, keys)
    except secret_json.Malformed:
        raise WarderClientError(Code.PROTOCOL_VIOLATION) from None
    finally:
        answer.body[:] = bytes(len(answer.body))


def health(answer: Answer) -> Health:
    """``GET /v1/health``."""
    state = _document(answer, 200)[0].get("state")
    if not isinstance(state, str):
        raise WarderClientError(Code.PROTOCOL_VIOLATION)
    return Health(state)


def who_am_i(answer: Answer) -> WhoAmI:
    """``GET /v1/whoami``."""
    document = _document(answer, 200)[0]
    return WhoAmI(
        pid=_int(document, "pid"),
        uid=_int(document, "uid"),
        gid=_int(document, "gid"),
        attestation=_text(document, "attestation"),
        groups=tuple(_int({"": group}, "") for group in _list(document, "groups")),
        servers=tuple(_text({"": server}, "") for server in _list(document, "servers")),
        tools=tuple(_text({"": tool}, "") for tool in _list(document, "tools")),
        unit=_text(document, "unit") if "unit" in document else None,
        executable=_text(document, "executable") if "executable" in document else None,
        executable_sha256=_text(document, "executable_sha256") if "executable_sha256" in document else None,
    )


def changes(answer: Answer) -> Changes:
    """``GET /v1/changes``."""
    document = _document(answer, 200)[0]
    listed = []
    for entry in _list(document, "changes"):
        if not isinstance(entry, dict) or not names.is_secret(_text(entry, "secret")):
            raise WarderClientError(Code.PROTOCOL_VIOLATION)
        version = _int(entry, "version") if "version" in entry else None
        kind = ChangeKind.REVOKED if version is None else ChangeKind.VERSION
        listed.append(Change(kind, _text(entry, "secret"), version))
    cursor = _text(document, "next")
    # It goes back to the vault in a path.
    if not names.is_cursor(cursor):
        raise WarderClientError(Code.PROTOCOL_VIOLATION)
    return Changes(cursor, listed, document.get("reset") is True)


def _document(
    answer: Answer, expected: int, secret_keys: tuple[bytes, ...] = ()
) -> tuple[dict[str, object], dict[bytes, Secret]]:
    if answer.status != expected:
        raise failure(answer)
    return _parsed(answer, secret_keys)


def _parsed(answer: Answer, secret_keys: tuple[bytes, ...] = ()) -> tuple[dict[str, object], dict[bytes, Secret]]:
    try:
        return secret_json.parse(answer.body, secret_keys)
    except secret_json.Malformed:
        raise WarderClientError(Code.PROTOCOL_VIOLATION) from None
    finally:
        answer.body[:] = bytes(len(answer.body))


def _decoded(text: Secret) -> Secret:
    try:
        with text, text.view() as encoded:
            return Secret(bytearray(base64.b64decode(encoded, validate=True)))
    except (binascii.Error, ValueError):
        raise WarderClientError(Code.PROTOCOL_VIOLATION) from None


def _is_header_text(text: Secret) -> bool:
    with text.view() as view:
        return 1 <= len(view) <= 256 and min(view) >= 0x21 and max(view) <= 0x7E


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _int(document: dict[str, object], key: str) -> int:
    value = document.get(key)
    if not _is_int(value):
        raise WarderClientError(Code.PROTOCOL_VIOLATION)
    return value


def _text(document: dict[str, object], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str):
        raise WarderClientError(Code.PROTOCOL_VIOLATION)
    return value


def _list(document: dict[str, object], key: str) -> list[object]:
    value = document.get(key)
    if not isinstance(value, list):
        raise WarderClientError(Code.PROTOCOL_VIOLATION)
    return value

"""The client socket's routes."""

from __future__ import annotations

import json

from ..errors import Code, WarderClientError
from ..messages import CallReport
from .http import Request
from .tokens import TokenDemand, VaultToken

HEALTH = Request("GET /v1/health")
WHO_AM_I = Request("GET /v1/whoami")

#: All values of a version may have 1 MiB, and JSON may need six bytes for one of them.
_VALUE_LIMIT = 8 << 20


def token(demand: TokenDemand) -> Request:
    """Asks for a token."""
    return Request("POST /v1/tokens", traceparent=demand.traceparent, body=demand.body())


def secret(
    name: str, fields: tuple[str, ...], token: VaultToken, traceparent: str | None, known: int | None = None
) -> Request:
    """Asks for one value, or several of one version; or for those of another version than the one that is known."""
    query = f"field={fields[0]}" if len(fields) == 1 else "fields=" + ",".join(fields)
    line = f"GET /v1/secrets/{name}?{query}"
    return Request(line, token.text, traceparent, answer_limit=_VALUE_LIMIT, known_version=known)


def report(report: CallReport, token: VaultToken, traceparent: str | None) -> Request:
    """Tells how a call went."""
    members: dict[str, str | int] = {"outcome": report.outcome}
    if report.duration_ms is not None:
        members["duration_ms"] = report.duration_ms
    if report.outputs_digest is not None:
        members["outputs_digest"] = report.outputs_digest
    if report.changed is not None:
        members["changed"] = report.changed
    try:
        body = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise WarderClientError(Code.INVALID_REQUEST, part="the report") from None
    return Request("POST /v1/calls", token.text, traceparent, body)


def give_back(token: VaultToken) -> Request:
    """Ends a token that is not needed any more."""
    return Request("DELETE /v1/tokens/self", token.text)


def approval(name: str, wait: int) -> Request:
    """Asks where an approval stands, and waits for at most ``wait`` seconds while nobody has decided."""
    return Request(f"GET /v1/approvals/{name}?wait={wait}")


def changes(since: str | None, wait: int) -> Request:
    """Waits for news about the secrets of this server, for at most ``wait`` seconds."""
    cursor = "" if since is None else f"&since={since}"
    # As many as one process could have: each takes a name and some forty bytes.
    return Request(f"GET /v1/changes?wait={wait}{cursor}", answer_limit=_VALUE_LIMIT)

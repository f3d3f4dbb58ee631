"""The vault's grammar of names: what passes needs no escape, and cannot end a line of a request."""

from __future__ import annotations

import re

_SEGMENT = "[a-z0-9][a-z0-9._-]{0,62}"
_SECRET = re.compile(f"{_SEGMENT}(?:/{_SEGMENT}){{0,7}}")
_FIELD = re.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,62}")
_TOOL = re.compile(f"(?:{_SEGMENT}/)?(?:(?!\\.\\.?$)[A-Za-z0-9_.-]{{1,128}}|@launch)")
_DIGEST = re.compile("[0-9a-f]{64}")
_TRACEPARENT = re.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
# Codes and ids end up in logs: nothing but their own alphabets gets there, and no token fits behind the prefix.
_CODE = re.compile("[a-z_]{1,40}")
_CURSOR = re.compile("[A-Za-z0-9_-]{1,256}")
_APPROVAL = re.compile("apr_[0-9A-Za-z]{22}")
_REQUEST_ID = re.compile("req_[A-Za-z0-9_]{1,36}")


def is_secret(text: str) -> bool:
    """``github/pat``: one to eight segments, at most 200 bytes."""
    return len(text) <= 200 and _SECRET.fullmatch(text) is not None


def is_field(text: str) -> bool:
    """A part of a secret, such as ``value``."""
    return _FIELD.fullmatch(text) is not None


def is_tool(text: str) -> bool:
    """``server/tool``, or the tool alone, which means the one of the only server that this process can be."""
    return _TOOL.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """A SHA-256 in lowercase hex."""
    return _DIGEST.fullmatch(text) is not None


def is_code(text: object) -> bool:
    """A code of the vault's, of this version or a later one."""
    return isinstance(text, str) and _CODE.fullmatch(text) is not None


def is_request_id(text: object) -> bool:
    """What names an event in the vault's log."""
    return isinstance(text, str) and _REQUEST_ID.fullmatch(text) is not None


def is_approval(text: object) -> bool:
    """What people are asked about, as the vault names it."""
    return isinstance(text, str) and _APPROVAL.fullmatch(text) is not None


def is_cursor(text: str) -> bool:
    """Where to go on at the vault: nothing in it needs an escape."""
    return _CURSOR.fullmatch(text) is not None


def traceparent(text: str | None) -> str | None:
    """W3C Trace Context, section 3.2.2: what is malformed is left out, as that document asks."""
    return text if text is not None and _TRACEPARENT.fullmatch(text) else None

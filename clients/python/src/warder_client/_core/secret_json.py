"""Takes secret strings out of a JSON document before anybody else reads it.

``json.loads`` would make them ordinary strings, which nothing can overwrite. So they are found and unescaped by hand,
from one byte array into another, and the parser gets the document without them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from ..secret import Secret

_SPACE = rb"[ \t\r\n]*"
_STRING = rb'"([^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*)"'
# A key, with its value where that is a string; a bracket; or another string. What lies before each matters to the
# parser alone.
_MEMBER = _STRING + _SPACE + b":" + _SPACE + b"(?:" + _STRING + b")?"
_PART = re.compile(rb'[^"{}\[\]]*(?:' + _MEMBER + rb"|([{}\[\]])|" + _STRING + b")")
_ESCAPE = re.compile(rb'\\(?:(["\\/bfnrt])|u([0-9a-fA-F]{4}))')
_SHORT = {b'"': b'"', b"\\": b"\\", b"/": b"/", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class Malformed(Exception):
    """The bytes are no JSON object without duplicate keys."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError
    return document


# Made once: `json.loads` makes one for each call that asks for anything special.
_DECODER = json.JSONDecoder(object_pairs_hook=_object)


def parse(body: bytearray, secret_keys: Collection[bytes] = ()) -> tuple[dict[str, object], dict[bytes, Secret]]:
    """The object, and the strings of its own members with these names, which are empty in it.

    Raises:
        Malformed: It is no JSON object, or a key stands in it twice.
    """
    # A key that stands twice stands twice in what the parser gets, too.
    document, secrets = _parse(body, secret_keys, 1)
    return document, dict(secrets)


def parse_items(body: bytearray, secret_keys: Collection[bytes]) -> tuple[dict[str, object], list[tuple[bytes, Secret]]]:
    """The object, and in their order the strings that objects in a list of its own have under these names.

    Raises:
        Malformed: As for :func:`parse`.
    """
    return _parse(body, secret_keys, 3)


def _parse(
    body: bytearray, secret_keys: Collection[bytes], level: int
) -> tuple[dict[str, object], list[tuple[bytes, Secret]]]:
    secrets: list[tuple[bytes, Secret]] = []
    rest: list[bytes] = []
    copied = 0
    for key, start, end in _member_strings(body, secret_keys, level) if secret_keys else ():
        secrets.append((key, Secret(_unescaped(body, start, end))))
        rest.append(bytes(body[copied:start]))
        copied = end
    rest.append(bytes(body[copied:]))
    try:
        document = _DECODER.decode(b"".join(rest).decode())
    except (ValueError, RecursionError):
        raise Malformed from None
    if not isinstance(document, dict):
        raise Malformed
    return document, secrets


def _member_strings(body: bytearray, keys: Collection[bytes], level: int) -> list[tuple[bytes, int, int]]:
    """Where the contents of string members lie, of objects at one level; the outermost object is at 1."""
    found: list[tuple[bytes, int, int]] = []
    depth = 0
    at = 0
    while match := _PART.match(body, at):
        at = match.end()
        if match.lastindex == 3:
            depth += 1 if match.group(3) in b"{[" else -1
        elif match.lastindex == 2 and depth == level and (key := bytes(match.group(1))) in keys:
            found.append((key, *match.span(2)))
    if body[at:].strip(b" \t\r\n"):
        raise Malformed
    return found


def _unescaped(body: bytearray, start: int, end: int) -> bytearray:
    with memoryview(body) as view:
        backslash = body.find(b"\\", start, end)
        if backslash < 0:
            return bytearray(view[start:end])
        # As long as it can get, so that it never moves and leaves a copy behind.
        output = bytearray(end - start)
        length = 0
        high = 0
        at = start
        while True:
            stop = end if backslash < 0 else backslash
            if high and (stop > at or stop == end):
                raise Malformed
            output[length : length + stop - at] = view[at:stop]
            length += stop - at
            if stop == end:
                break
            match = _ESCAPE.match(body, stop, end)
            if match is None:
                raise Malformed
            piece, high = _escaped(match, high)
            output[length : length + len(piece)] = piece
            length += len(piece)
            at = match.end()
            backslash = body.find(b"\\", at, end)
        del output[length:]
        return output


def _escaped(match: re.Match[bytes], high: int) -> tuple[bytes, int]:
    """What an escape stands for, and the first half of a surrogate pair that still waits for its second."""
    if match.group(1) is not None:
        if high:
            raise Malformed
        return _SHORT[match.group(1)], 0
    unit = int(match.group(2), 16)
    if 0xDC00 <= unit <= 0xDFFF:
        if not high:
            raise Malformed
        return chr(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00)).encode(), 0
    if high:
        raise Malformed
    if 0xD800 <= unit <= 0xDBFF:
        return b"", unit
    return chr(unit).encode(), 0

"""One form for each JSON value, so that equal arguments have equal bytes.

The form is RFC 8785, with one difference that the vault makes too: integers keep all their digits.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from ..errors import Code, WarderClientError

#: Bytes of canonical JSON that the arguments of a call may have.
MAXIMUM_BYTES = 16_384
MAXIMUM_DEPTH = 16

_quote = json.JSONEncoder(ensure_ascii=False).encode


def canonical(value: object) -> bytes:
    """The canonical bytes of a call's arguments.

    Raises:
        WarderClientError: ``invalid_request`` for what is no JSON, deeper than 16 levels, or longer than 16 KiB.
    """
    parts: list[str] = []
    try:
        _append(value, parts, MAXIMUM_DEPTH)
        # Strict UTF-8: half a surrogate pair is no text.
        encoded = "".join(parts).encode()
    except (ValueError, TypeError, RecursionError):
        # Without a cause: it would quote what the caller passed.
        raise WarderClientError(Code.INVALID_REQUEST, part="the arguments, no JSON or too deep") from None
    if len(encoded) > MAXIMUM_BYTES:
        raise WarderClientError(Code.INVALID_REQUEST, part="the arguments, longer than 16 KiB")
    return encoded


def _append(value: object, parts: list[str], depth: int) -> None:
    if value is None or isinstance(value, bool):
        parts.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, str):
        parts.append(_quote(str(value)))
    elif isinstance(value, int):
        parts.append(int.__repr__(value))
    elif isinstance(value, float):
        parts.append(_number(float(value)))
    elif isinstance(value, Mapping):
        _append_object(value, parts, _deeper(depth))
    elif isinstance(value, (list, tuple)):
        deeper = _deeper(depth)
        parts.append("[")
        for index, element in enumerate(value):
            if index:
                parts.append(",")
            _append(element, parts, deeper)
        parts.append("]")
    else:
        raise TypeError


def _append_object(value: Mapping[object, object], parts: list[str], depth: int) -> None:
    names = [name for name in value if isinstance(name, str)]
    if len(names) != len(value):
        raise TypeError
    parts.append("{")
    # By UTF-16 code units, as RFC 8785 has it: not the order of code points.
    for index, name in enumerate(sorted(names, key=lambda name: name.encode("utf-16-be"))):
        if index:
            parts.append(",")
        parts.append(_quote(name))
        parts.append(":")
        _append(value[name], parts, depth)
    parts.append("}")


def _deeper(depth: int) -> int:
    if depth == 0:
        raise ValueError
    return depth - 1


def _number(value: float) -> str:
    """A double as ECMAScript prints it (Number::toString)."""
    if not math.isfinite(value):
        raise ValueError
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}e0".partition("e")
    whole, _, fraction = mantissa.partition(".")
    power = int(exponent.removesuffix("e0") or 0) + len(whole)
    digits = (whole + fraction).lstrip("0")
    power -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    # The value is 0.DIGITS times ten to the power.
    if len(digits) <= power <= 21:
        return sign + digits.ljust(power, "0")
    if 0 < power <= 21:
        return f"{sign}{digits[:power]}.{digits[power:]}"
    if -6 < power <= 0:
        return f"{sign}0.{digits.rjust(len(digits) - power, '0')}"
    point = "." if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{point}{digits[1:]}e{power - 1:+d}"
